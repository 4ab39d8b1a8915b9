using System.CommandLine;
using Native.Kernels.Cpu;
using Spectre.Console;

namespace Native.Bench;

/// <summary><c>compare</c>: our kernels next to the hardware limit and to what people use today.</summary>
internal static class CompareCommand
{
    private const string DefaultReport = "artifacts/report/compare";

    private static readonly Option<string?> Filter = new("--filter") { Description = "Only kernels whose name contains this text.", HelpName = "TEXT" };
    private static readonly Option<string?> Shape = new("--shape") { Description = "Only shapes that contain this text.", HelpName = "TEXT" };
    private static readonly Option<string?> Precision = CreatePrecision();
    private static readonly Option<bool> Main = new("--main") { Description = "Only the main rows, those of the README's table." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Shorter measurements, and only the main rows." };
    private static readonly Option<bool> Scaling = new("--scaling") { Description = "Run every row on one thread too, and say how many times faster --threads are." };
    private static readonly Option<string[]> Markdown = new("--markdown")
    {
        Description = "Also put the table into these files: between the marks '<!-- compare:begin main -->' (the main rows) or '<!-- compare:begin all -->', and '<!-- compare:end -->'.",
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Report = new("--report")
    {
        Description = $"Also write a page with a figure for each family of kernels into this folder (by default {DefaultReport}).",
        HelpName = "FOLDER",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>What is asked for.</summary>
    private sealed record Request(string? Filter, string? Shape, string? Precision, bool Main, bool Quick, bool Scaling, IReadOnlyList<string> Markdown, string? Report);

    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var command = new Command("compare", "Times our kernels and the peers on the same work, alternating in one process.") { Filter, Shape, Precision, Main, Quick, Scaling, Markdown, Report };
        Examples.Set(
            command,
            "compare",
            "compare --filter gemm --threads 1",
            "compare --filter aggregate-sum --shape n16000 --threads 1 --json artifacts/aggregate.json",
            "compare --quick --report",
            "compare --main --scaling --markdown README.md docs/PERFORMANCE.md");
        command.SetAction(result => Run(
            CommonOptions.From(result),
            new Request(
                result.GetValue(Filter),
                result.GetValue(Shape),
                result.GetValue(Precision),
                result.GetValue(Main),
                result.GetValue(Quick),
                result.GetValue(Scaling),
                result.GetValue(Markdown) ?? [],
                result.GetResult(Report) is null ? null : result.GetValue(Report) ?? DefaultReport),
            stop));
        return command;
    }

    private static Option<string?> CreatePrecision()
    {
        var option = new Option<string?>("--precision") { Description = $"Only {string.Join(" or ", Shapes.Precisions)}.", HelpName = "TEXT" };
        CommonOptions.AcceptOnly(option, Shapes.Precisions);
        return option;
    }

    private static int Run(CommonOptions options, Request request, CancellationToken stop)
    {
        var entries = Select(request);
        var documents = request.Markdown.Select(path => CompareMarkdown.Open(path, entries)).ToList();
        if (request.Report is not null)
        {
            OutputFile.PrepareFolder("--report", request.Report);
        }

        if (request.Scaling && options.Threads == 1)
        {
            throw new BenchException("--scaling compares one thread with more: --threads expects at least 2 with it, but got 1.");
        }

        var overrides = NativeEnvironment.RemoveOverrides();
        Screen.Heading("Compare");
        using var device = DeviceHandle.Open(options);
        Screen.WriteLine(device.Describe());
        if (request.Scaling && device.Device is not CpuDevice)
        {
            throw new BenchException($"--scaling is about the threads of the device '{DeviceNames.Cpu}', but the device is '{device.Device.Name}'.");
        }

        var caches = CacheSizes.Read();
        var machine = Machine.Describe(caches);
        Screen.WriteLine($"Machine: {machine}.");
        if (overrides.Count > 0)
        {
            Screen.WriteLine($"Not passed on to the peers, so that they choose their kernels themselves: {string.Join(", ", overrides)}.");
        }

        using var serial = request.Scaling ? new CpuDevice(threads: 1) : null;
        IReadOnlyList<CompareSettings> settings = serial is null
            ? [new(device.Device, options.Threads, caches)]
            : [new(serial, 1, caches), new(device.Device, options.Threads, caches)];
        var outcome = Measure(entries, new Comparison(settings, request.Quick, stop));
        if (outcome.Results.Count == 0 && outcome.Failures.Count == 0)
        {
            throw new BenchException($"compare: device '{device.Device.Name}' has none of these kernels. {string.Join(" ", outcome.Unsupported.Distinct())}");
        }

        CompareTables.Write(outcome.Results, outcome.Missing);
        foreach (var line in outcome.Unsupported.Distinct())
        {
            Screen.WriteLine(line);
        }

        JsonOutput.Write(options.Json, outcome.Results, BenchJson.Default.IReadOnlyListCompareResult);
        foreach (var document in documents)
        {
            document.Write(outcome.Results, machine, DateTime.UtcNow, Machine.Commit);
        }

        if (request.Report is not null)
        {
            Screen.WriteLine($"Report: {CompareReport.Write(request.Report, outcome.Results, machine)}");
        }

        foreach (var failure in outcome.Failures)
        {
            Screen.WriteError(failure);
        }

        return outcome.Failures.Count == 0 ? BenchProgram.Success : BenchProgram.Failure;
    }

    private static List<CompareEntry> Select(Request request)
    {
        var entries = CompareCatalogue.All
            .Where(entry => Contains(entry.Kernel, request.Filter) && Contains(entry.Shape, request.Shape) && (request.Precision is null || entry.Precision == request.Precision))
            .ToList();
        if (entries.Count == 0)
        {
            throw new BenchException(
                $"compare: no kernel matches --filter '{request.Filter}' and --shape '{request.Shape}'{(request.Precision is null ? "" : $" in --precision {request.Precision}")}. Kernels: {string.Join(", ", CompareCatalogue.All.Select(entry => entry.Kernel).Distinct())}.");
        }

        // A shape that was asked for is never left out.
        if ((request.Main || (request.Quick && request.Shape is null)) && entries.RemoveAll(entry => !entry.IsMain) > 0 && entries.Count == 0)
        {
            var option = request.Main ? "--main" : "--quick";
            throw new BenchException($"compare: {option} leaves out everything that was asked for, since none of it is a main row; leave {option} out.");
        }

        return entries;
    }

    private static Outcome Measure(List<CompareEntry> entries, Comparison comparison)
    {
        var outcome = new Outcome([], [], [], []);
        Screen.Progress(progress =>
        {
            var task = progress.AddTask("measuring", maxValue: entries.Count);
            foreach (var entry in entries)
            {
                task.Description = Markup.Escape($"{entry.Kernel} {entry.Shape} {entry.Precision}");
                progress.Refresh();
                try
                {
                    outcome.Results.AddRange(comparison.Run(entry, outcome.Missing));
                }
                catch (NotSupportedException exception)
                {
                    outcome.Unsupported.Add($"{entry.Kernel} {entry.Precision}: not measured ({exception.Message})");
                }
                catch (BenchException exception)
                {
                    // The other rows are right all the same; the run fails at its end.
                    outcome.Failures.Add(exception.Message);
                }

                task.Increment(1);
            }

            task.Description = "measured";
            progress.Refresh();
        }, refresh: false);
        return outcome;
    }

    private static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.OrdinalIgnoreCase);

    /// <summary>What came of the rows.</summary>
    private sealed record Outcome(List<CompareResult> Results, List<MissingPeer> Missing, List<string> Unsupported, List<string> Failures);
}
