using System.CommandLine;
using System.Globalization;

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
            Description = "The folder of the figures.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DefaultFolder,
        };
        var command = new Command("run", "Runs an experiment on a model and draws its figures.") { name, report };
        Examples.Set(command, "run", "run ising", "run ldpc --threads 1 --report artifacts/ldpc");
        command.SetAction(result => Run(CommonOptions.From(result), result.GetValue(name), result.GetRequiredValue(report), stop));
        return command;
    }

    private static int Run(CommonOptions options, string? name, string folder, CancellationToken stop)
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

        if (File.Exists(folder))
        {
            throw new BenchException($"--report expects a folder, but '{folder}' is a file.");
        }

        Directory.CreateDirectory(folder);
        var experiment = Experiments.All.Single(experiment => experiment.Name == name);
        using var device = DeviceHandle.Open(options);
        Screen.Heading(experiment.Name);
        Screen.WriteLine($"{experiment.Description}.");
        Screen.WriteLine(device.Describe());
        var result = experiment.Run(device.Device, folder, stop);
        var numbers = Screen.CreateTable([.. result.Columns.Select(column => $">{column}")]);
        foreach (var row in result.Rows)
        {
            numbers.AddTextRow([.. row.Select(number => number.ToString("G3", CultureInfo.InvariantCulture))]);
        }

        Screen.Write(numbers);
        Screen.WriteLine(result.Note);
        foreach (var figure in result.Figures)
        {
            Screen.WriteLine($"{figure.Path}: {figure.Caption}");
        }

        JsonOutput.Write(options.Json, result, BenchJson.Default.ExperimentResult);
        return BenchProgram.Success;
    }
}
