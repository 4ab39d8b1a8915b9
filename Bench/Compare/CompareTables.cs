using System.Globalization;
using Spectre.Console;

namespace Native.Bench;

/// <summary>The results of <c>compare</c> for people: one wide table, or a narrow one for each kernel on a narrow screen.</summary>
internal static class CompareTables
{
    private const int WideScreen = 195;

    /// <summary>Writes the results, then what else there is to say.</summary>
    public static void Write(IReadOnlyList<CompareResult> results, IEnumerable<MissingPeer> missing)
    {
        if (AnsiConsole.Profile.Width >= WideScreen)
        {
            WriteWide(results);
        }
        else
        {
            foreach (var kernel in results.GroupBy(r => r.Kernel))
            {
                WriteNarrow(kernel.Key, [.. kernel]);
            }
        }

        foreach (var step in results.Where(r => r.Kernel == MessagePassingStepRows.Kernel).DistinctBy(r => (r.Shape, r.Precision)))
        {
            Screen.WriteLine(
                $"{step.Kernel} {step.Shape} {step.Precision}: floor {Format.Milliseconds(step.FloorMilliseconds)} ms, device peak {Format.Bytes(step.PeakBytes)}, process peak {Format.Bytes(step.ProcessPeakBytes)}");
        }

        var present = results.Select(r => r.Peer).OfType<string>().Distinct().ToList();
        foreach (var peer in present)
        {
            Screen.WriteLine($"peer: {PeerVersions.Describe(peer)}");
        }

        foreach (var peer in missing.Distinct().GroupBy(peer => (peer.Peer, peer.Reason)))
        {
            var rows = present.Contains(peer.Key.Peer) ? $" from {string.Join("; ", peer.Select(one => one.Row))}" : "";
            Screen.WriteLine($"{peer.Key.Peer}: missing{rows} ({peer.Key.Reason})");
        }
    }

    private static void WriteWide(IReadOnlyList<CompareResult> results)
    {
        var table = Screen.CreateTable(
            "kernel", "shape", "layout", "precision", ">threads", ">ms", ">±", ">scaling", "peer", ">peer ms", ">speedup", ">95 %", "limit", ">at most", ">of limit", ">peak");
        foreach (var r in results)
        {
            table.AddTextRow(
                r.Kernel,
                r.Shape,
                r.Layout,
                r.Precision,
                r.Threads.ToString(CultureInfo.InvariantCulture),
                Format.Milliseconds(r.Milliseconds),
                Format.Percent(r.Spread),
                r.Scaling is { } scaling ? Format.Ratio(scaling) : "-",
                r.Peer ?? "-",
                r.PeerMilliseconds is { } peer ? Format.Milliseconds(peer) : "-",
                r.Speedup is { } speedup ? Format.Ratio(speedup) : "-",
                Format.Interval(r.SpeedupLow, r.SpeedupHigh),
                r.Limit,
                AtMost(r),
                Format.Percent(r.LimitFraction),
                Format.Bytes(r.PeakBytes));
        }

        Screen.Write(table);
    }

    private static void WriteNarrow(string kernel, IReadOnlyList<CompareResult> results)
    {
        var oneLayout = results.All(r => r.Layout == results[0].Layout);
        var scales = results.Any(r => r.Scaling is not null);
        Screen.WriteLine($"{kernel}{(oneLayout ? $" ({results[0].Layout})" : "")}");
        var table = Screen.CreateTable("shape", "type", ">threads", ">ms", scales ? ">scaling" : ">±", "peer", ">speedup", ">of limit").Border(TableBorder.Simple);
        foreach (var r in results)
        {
            table.AddTextRow(
                oneLayout ? r.Shape : $"{r.Shape} {r.Layout}",
                r.Precision,
                r.Threads.ToString(CultureInfo.InvariantCulture),
                Format.Milliseconds(r.Milliseconds),
                !scales ? Format.Percent(r.Spread) : r.Scaling is { } scaling ? Format.Ratio(scaling) : "-",
                r.Peer ?? "-",
                r.Speedup is { } speedup ? Format.Ratio(speedup) : "-",
                $"{Format.Percent(r.LimitFraction)} {r.Limit}");
        }

        Screen.Write(table);
    }

    private static string AtMost(CompareResult r) =>
        string.Create(CultureInfo.InvariantCulture, $"{r.LimitValue:F1} {(r.Limit is "fma" or "instructions" ? "GFLOP/s" : "GB/s")}");
}
