using System.CommandLine;

namespace Native.Bench;

/// <summary><c>run</c>: experiments on models, with their tables and figures.</summary>
internal static class RunCommand
{
    private const string DefaultFolder = "artifacts/run";

    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = $"The experiment: {string.Join(", ", Experiments.All.Select(experiment => experiment.Name))}. Without a name: the list.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        name.AcceptOnlyFromAmong([.. Experiments.All.Select(experiment => experiment.Name)]);
        var report = new Option<string>("--report")
        {
            Description = "The folder of the report and its figures.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DefaultFolder,
        };
        var quick = new Option<bool>("--quick") { Description = "Do less of it, where the experiment has a short form: mixture, pca and topics." };
        var command = new Command("run", "Runs an experiment on a model, draws its figures and writes its report.") { name, report, quick };
        Examples.Set(command, "run", "run mixture --quick", "run ldpc --threads 1 --report artifacts/ldpc");
        command.SetAction(result => Run(CommonOptions.From(result), result.GetValue(name), result.GetRequiredValue(report), result.GetValue(quick), stop));
        return command;
    }

    private static int Run(CommonOptions options, string? name, string folder, bool quick, CancellationToken stop)
    {
        if (name is null)
        {
            var table = Screen.CreateTable("name", "what it shows");
            foreach (var listed in Experiments.All)
            {
                table.AddTextRow(listed.Name, listed.Description);
            }

            Screen.Write(table);
            return BenchProgram.Success;
        }

        OutputFile.PrepareFolder("--report", folder);
        var experiment = Experiments.Named(name);
        using var device = DeviceHandle.OpenForModels(options);
        Screen.Heading(experiment.Name);
        Screen.WriteLine($"{experiment.Description}.");
        Screen.WriteLine(device.Describe());
        var result = quick ? experiment.RunShort(device.Device, folder, stop) : experiment.Run(device.Device, folder, stop);
        Write(result);
        foreach (var figure in result.Figures)
        {
            Screen.WriteLine($"{figure.Path}: {figure.Caption}");
        }

        var page = Path.Combine(folder, $"{experiment.Name}.html");
        ExperimentReport.Write(page, device.Describe(), experiment, result);
        Screen.WriteLine($"Report: {page}");
        JsonOutput.Write(options.Json, result, BenchJson.Default.ExperimentResult);
        return BenchProgram.Success;
    }

    /// <summary>Writes the tables of an experiment and how to read them.</summary>
    public static void Write(ExperimentResult result)
    {
        Write(result.Numbers, result.RowNames is null ? 0 : 1);
        if (result.Words is { } words)
        {
            Write(words, words.Columns.Count);
        }

        Screen.WriteLine(result.Note);
    }

    private static void Write(WordTable words, int numbersFrom)
    {
        var table = Screen.CreateTable([.. words.Columns.Select((column, i) => i >= numbersFrom ? $">{column}" : column)]);
        foreach (var column in table.Columns.Take(numbersFrom))
        {
            // Words may take several lines of a narrow terminal; numbers may not.
            column.NoWrap = false;
        }

        foreach (var row in words.Rows)
        {
            table.AddTextRow(row);
        }

        Screen.Write(table);
    }
}
