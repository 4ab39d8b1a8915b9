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
}

/// <summary>What an experiment has found.</summary>
/// <param name="Name">The name of the experiment.</param>
/// <param name="Columns">What the numbers of a row are.</param>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Figures">The figures.</param>
internal sealed record ExperimentResult(string Name, IReadOnlyList<string> Columns, IReadOnlyList<double[]> Rows, string Note, IReadOnlyList<Figure> Figures);

/// <summary>The experiments. A new one is one class and one line here.</summary>
internal static class Experiments
{
    /// <summary>All experiments, by name.</summary>
    public static IReadOnlyList<IExperiment> All { get; } = [new IsingExperiment(), new LdpcExperiment()];
}
