using System.Globalization;
using System.Text.Json.Serialization;
using Native.Kernels;

namespace Native.Bench;

/// <summary>An experiment that <c>run NAME</c> does: its data are the same in every run, and its figures are left in a folder.</summary>
internal interface IExperiment
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    string Description { get; }

    /// <summary>Does it, and draws its figures into the folder.</summary>
    ExperimentResult Run(Device device, string folder, CancellationToken stop);

    /// <summary>Does less of it, for the tour and for <c>--quick</c>.</summary>
    ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => Run(device, folder, stop);
}

/// <summary>What an experiment has found.</summary>
/// <param name="Name">The name of the experiment.</param>
/// <param name="Columns">What the numbers of a row are.</param>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Figures">The figures.</param>
internal sealed record ExperimentResult(string Name, IReadOnlyList<string> Columns, IReadOnlyList<double[]> Rows, string Note, IReadOnlyList<Figure> Figures)
{
    /// <summary>What the rows are, beside their numbers; null where the numbers say it.</summary>
    public IReadOnlyList<string>? RowNames { get; init; }

    /// <summary>A table of words beside the numbers, or none.</summary>
    public WordTable? Words { get; init; }

    /// <summary>The table of numbers in words: its names, where it has any, and its columns.</summary>
    [JsonIgnore]
    public WordTable Numbers => RowNames is null
        ? new WordTable(Columns, [.. Rows.Select(row => Array.ConvertAll(row, Text))])
        : new WordTable(["", .. Columns], [.. Rows.Zip(RowNames, (row, name) => (string[])[name, .. row.Select(Text)])]);

    /// <summary>A number of the table, as people read it; nothing where there is none (NaN).</summary>
    private static string Text(double number) => double.IsNaN(number) ? "" : number.ToString(Math.Abs(number) is >= 1000 and < 1e7 ? "F0" : "G3", CultureInfo.InvariantCulture);
}

/// <summary>A table of words.</summary>
/// <param name="Columns">What stands in a row.</param>
/// <param name="Rows">The rows.</param>
internal sealed record WordTable(IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows);

/// <summary>The experiments. A new one is one class and one line here.</summary>
internal static class Experiments
{
    /// <summary>All experiments, by name.</summary>
    public static IReadOnlyList<IExperiment> All { get; } = [new IsingExperiment(), new LdpcExperiment(), new MixtureExperiment(), new PcaExperiment(), new TopicsExperiment(), new ChainExperiment(), new CostExperiment()];

    /// <summary>The experiments of the tour, in their short forms.</summary>
    public static IReadOnlyList<IExperiment> OfTour { get; } = [Named("mixture"), Named("pca"), Named("topics"), Named("chain"), Named("ising"), Named("ldpc")];

    /// <summary>The experiment of a name.</summary>
    public static IExperiment Named(string name) => All.Single(experiment => experiment.Name == name);
}
