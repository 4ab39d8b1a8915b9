using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Native.Bench;

/// <summary>No command: the tour.</summary>
internal static class TourCommand
{
    private const string DefaultReport = "artifacts/report";
    private const int DefaultSeeds = 10;

    /// <summary>Gives the root command its own action and options.</summary>
    public static void Configure(RootCommand root, CancellationToken stop)
    {
        var seeds = new Option<int>("--seeds")
        {
            Description = "The number of times the experiment is repeated with other labels.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultSeeds,
        };
        seeds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && number is < 1 or > 1000)
            {
                result.AddError($"--seeds expects a number from 1 to 1000, but got {number}.");
            }
        });
        var report = new Option<string>("--report")
        {
            Description = "The folder of the report.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DefaultReport,
        };
        root.Add(seeds);
        root.Add(report);
        Examples.Set(root, "", "--threads 1 --json artifacts/tour.json", "--seeds 3 --report artifacts/short", "compare --quick", "validate Tests/Cases/linear");
        root.SetAction(result => Run(CommonOptions.From(result), result.GetValue(seeds), result.GetRequiredValue(report), stop));
    }

    private static int Run(CommonOptions options, int seeds, string folder, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        OutputFile.PrepareFolder("--report", folder);
        using var handle = DeviceHandle.OpenForModels(options);
        var device = handle.Device;
        Screen.Heading("Native: the tour");
        Screen.WriteLine(handle.Describe());

        SelfCheckResult? selfCheck = null;
        DigitsOutcome? outcome = null;
        var inference = new List<ExperimentResult>();
        var digits = Digits.Load();
        Screen.Progress(progress =>
        {
            var checking = progress.AddTask("kernels against the reference device", maxValue: 1);
            var learning = progress.AddTask($"digits, {seeds} {(seeds == 1 ? "seed" : "seeds")}", maxValue: 1);
            var inferring = progress.AddTask("inference: " + string.Join(", ", Experiments.OfTour.Select(experiment => experiment.Name)), maxValue: Experiments.OfTour.Count);
            selfCheck = SelfCheck.Run(device, done => checking.Value = done, stop);
            using var experiment = new DigitsExperiment(device, digits);
            outcome = experiment.Run(seeds, done => learning.Value = done, stop);
            foreach (var model in Experiments.OfTour)
            {
                stop.ThrowIfCancellationRequested();
                inference.Add(model.RunShort(device, folder, stop));
                inferring.Increment(1);
            }
        });

        WriteSelfCheck(selfCheck!);
        WriteDigits(outcome!.Result, digits.Count);
        foreach (var result in inference)
        {
            Screen.Heading(result.Name);
            RunCommand.Write(result);
        }

        var figures = TourFigures.Draw(folder, digits, outcome);
        var page = Path.Combine(folder, "index.html");
        string[] paths = [.. figures.Concat(inference.SelectMany(result => result.Figures)).Select(figure => figure.Path)];
        var tour = new TourResult(device.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, selfCheck!, outcome.Result, inference, paths);
        TourReport.Write(page, handle.Describe(), tour, figures);
        Screen.WriteLine();
        Screen.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Report: {page} ({paths.Length} figures). The tour took {tour.Seconds:F1} seconds."));
        JsonOutput.Write(options.Json, tour, BenchJson.Default.TourResult);
        if (!selfCheck!.Passed)
        {
            throw new BenchException("the self-check failed: this device computes wrong numbers; see the table above.");
        }

        return BenchProgram.Success;
    }

    private static void WriteSelfCheck(SelfCheckResult selfCheck)
    {
        var passed = selfCheck.Checks.Count(check => check.Status == "passed");
        var unsupported = selfCheck.Checks.Count(check => check.Status == "unsupported");
        Screen.WriteLine($"Self-check: {passed} of {selfCheck.Checks.Count} kernel checks passed{(unsupported > 0 ? $", {unsupported} not supported by the device" : "")}.");
        var failed = selfCheck.Checks.Where(check => check.Status == "failed").ToList();
        if (failed.Count > 0)
        {
            var table = Screen.CreateTable("kernel", "precision", ">error", ">tolerance");
            foreach (var check in failed)
            {
                table.AddTextRow(check.Kernel, check.Precision, $"{check.Error:G3}", $"{check.Tolerance:G3}");
            }

            Screen.Write(table);
        }
    }

    private static void WriteDigits(DigitsResult result, int images)
    {
        Screen.Heading($"{images} digits, {DigitsSplit.LabelsPerClass} labels of each class");
        var table = Screen.CreateTable("method", ">test accuracy", ">graph network less this method");
        foreach (var (name, method) in result.Methods)
        {
            var (difference, error) = result.GraphNetwork.Difference(method);
            table.AddTextRow(
                name,
                string.Create(CultureInfo.InvariantCulture, $"{method.Mean:F1} ± {method.Spread:F1} %"),
                ReferenceEquals(method, result.GraphNetwork) ? "" : string.Create(CultureInfo.InvariantCulture, $"{difference:+0.00;-0.00} ± {error:F2} points"));
        }

        Screen.Write(table);
        Screen.WriteLine($"Mean and standard deviation over {result.GraphNetwork.Seeds.Count} seeds; differences seed by seed, with the standard error of their mean.");
        if (!result.GraphHelps)
        {
            Screen.WriteLine("The graph network is not four points above the MLP, or it is below label propagation by more than one standard error.");
        }
    }
}
