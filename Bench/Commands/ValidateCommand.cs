using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Native.Bench;

/// <summary><c>validate</c>: runs reference cases on a device.</summary>
internal static class ValidateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Case files (.safetensors) and folders, searched recursively.", Arity = ArgumentArity.OneOrMore };
        var allowUnsupported = new Option<bool>("--allow-unsupported") { Description = "Systems that are not supported do not make the run fail." };
        var command = new Command("validate", "Compares a device with reference cases: every output and gradient of every file, in float and in double.") { paths, allowUnsupported };
        Examples.Set(
            command,
            "validate Tests/Cases/linear Tests/Cases/mlp",
            "validate Tests/Cases --device reference --allow-unsupported --json artifacts/validation.json");
        command.SetAction(result => Run(CommonOptions.From(result), result.GetRequiredValue(paths), result.GetValue(allowUnsupported), stop));
        return command;
    }

    private static int Run(CommonOptions options, string[] paths, bool allowUnsupported, CancellationToken stop)
    {
        var files = CaseFiles.Find(paths);
        using var device = DeviceHandle.Open(options);
        Screen.Heading("Validate");
        Screen.WriteLine(device.Describe());
        var results = new List<CaseResult>();
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            results.AddRange(CaseRunner.Run(file, device.Device));
        }

        Write(results);
        JsonOutput.Write(options.Json, results, BenchJson.Default.IReadOnlyListCaseResult);
        return results.TrueForAll(result => result.Status == CaseStatus.Passed || (allowUnsupported && result.Status == CaseStatus.Unsupported))
            ? BenchProgram.Success
            : BenchProgram.Failure;
    }

    private static void Write(List<CaseResult> results)
    {
        var table = Screen.CreateTable("system", "case", "precision", "status", "worst tensor", ">error", ">tolerance");
        foreach (var result in results.Where(result => result.Status != CaseStatus.Unsupported))
        {
            table.AddRow(
                new Text(result.System ?? "-"),
                new Text(result.Name),
                new Text(result.Precision ?? "-"),
                result.Status == CaseStatus.Passed ? new Markup("[green]passed[/]") : new Markup("[red]failed[/]"),
                new Text(result.WorstTensor ?? "-"),
                new Text(Number(result.Error)),
                new Text(Number(result.Tolerance)));
        }

        Screen.Write(table);
        foreach (var result in results.Where(result => result.Status == CaseStatus.Failed))
        {
            Screen.WriteError($"{result.File}{(result.Precision is null ? "" : $" ({result.Precision})")}: {result.Reason}");
        }

        foreach (var unsupported in results.Where(result => result.Status == CaseStatus.Unsupported).GroupBy(result => result.Reason))
        {
            Screen.WriteLine($"not supported: {unsupported.Key} ({unsupported.Count()} runs, {unsupported.Select(result => result.File).Distinct().Count()} files)");
        }

        Screen.WriteLine(
            $"{results.Count(result => result.Status == CaseStatus.Passed)} passed, {results.Count(result => result.Status == CaseStatus.Failed)} failed, {results.Count(result => result.Status == CaseStatus.Unsupported)} not supported, {results.Select(result => result.File).Distinct().Count()} files");
    }

    private static string Number(double? value) => value is { } number ? number.ToString("0.0e+00", CultureInfo.InvariantCulture) : "-";
}
