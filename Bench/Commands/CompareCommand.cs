using System.CommandLine;
using Spectre.Console;

namespace Native.Bench;

/// <summary><c>compare</c>: our kernels next to the hardware limit and to what people use today.</summary>
internal static class CompareCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var filter = new Option<string?>("--filter") { Description = "Only kernels whose name contains this text.", HelpName = "TEXT" };
        var shape = new Option<string?>("--shape") { Description = "Only shapes that contain this text.", HelpName = "TEXT" };
        var quick = new Option<bool>("--quick") { Description = "Shorter measurements, and only the main shapes." };
        var command = new Command("compare", "Times our kernels and the peers on the same work, alternating in one process.") { filter, shape, quick };
        Examples.Set(
            command,
            "compare",
            "compare --filter gemm --threads 1",
            "compare --filter aggregate-sum --shape n16000 --threads 1 --json artifacts/aggregate.json",
            "compare --quick");
        command.SetAction(result => Run(
            CommonOptions.From(result), result.GetValue(filter), result.GetValue(shape), result.GetValue(quick), stop));
        return command;
    }

    private static int Run(CommonOptions options, string? filter, string? shape, bool quick, CancellationToken stop)
    {
        var entries = CompareCatalogue.All
            .Where(entry => Contains(entry.Kernel, filter) && Contains(entry.Shape, shape))
            .ToList();
        if (entries.Count == 0)
        {
            throw new BenchException(
                $"compare: no kernel matches --filter '{filter}' and --shape '{shape}'. Kernels: {string.Join(", ", CompareCatalogue.All.Select(entry => entry.Kernel).Distinct())}.");
        }

        // A shape that was asked for is never left out.
        if (quick && shape is null)
        {
            entries.RemoveAll(entry => !entry.InQuickRun);
        }

        Screen.Heading("Compare");
        using var device = DeviceHandle.Open(options);
        Screen.WriteLine(device.Describe());
        var settings = new CompareSettings(device.Device, options.Threads, CacheSizes.Read());
        var comparison = new Comparison(settings, quick, stop);
        var results = new List<CompareResult>();
        var missing = new List<(string Peer, string Reason)>();
        var unsupported = new List<string>();
        Screen.Progress(progress =>
        {
            var task = progress.AddTask("measuring", maxValue: entries.Count);
            foreach (var entry in entries)
            {
                task.Description = Markup.Escape($"{entry.Kernel} {entry.Shape} {entry.Precision}");
                progress.Refresh();
                try
                {
                    results.AddRange(comparison.Run(entry, missing));
                }
                catch (NotSupportedException exception)
                {
                    unsupported.Add($"{entry.Kernel} {entry.Precision}: not measured ({exception.Message})");
                }

                task.Increment(1);
            }

            task.Description = "measured";
            progress.Refresh();
        }, refresh: false);

        if (results.Count == 0)
        {
            throw new BenchException($"compare: device '{device.Device.Name}' has none of these kernels. {string.Join(" ", unsupported.Distinct())}");
        }

        CompareTables.Write(results, missing);
        foreach (var line in unsupported.Distinct())
        {
            Screen.WriteLine(line);
        }

        JsonOutput.Write(options.Json, results, BenchJson.Default.IReadOnlyListCompareResult);
        return BenchProgram.Success;
    }

    private static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
