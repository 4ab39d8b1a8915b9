namespace Native.Bench;

/// <summary>The report of <c>compare</c>: a figure for each family of kernels, and the numbers.</summary>
internal static class CompareReport
{
    /// <summary>Draws the figures and writes the page.</summary>
    /// <param name="folder">Where to; it exists.</param>
    /// <param name="results">The results.</param>
    /// <param name="machine">The machine in words.</param>
    /// <returns>The page.</returns>
    public static string Write(string folder, IReadOnlyList<CompareResult> results, string machine)
    {
        var page = new ReportPage("Native: compare", "Kernels next to the limit of the machine", $"Measured on {machine}. Commit: {Machine.Commit ?? "unknown"}.");
        page.Append($"""
            <p>The limit is the rate of multiply-adds of this machine, or the bandwidth of reading from where the data lives (L2, L3 or DRAM), measured in the same run.
            Speedup is the peer's time over ours: above 1 we are faster. ± is half of the range of the middle half of our times; the interval holds 95 % of the ratios when rounds are drawn again.</p>

            """);
        // The same peer has the same colour in every figure.
        var peers = results.Select(result => result.Peer).OfType<string>().Distinct().ToList();
        foreach (var family in CompareCatalogue.Families)
        {
            var ofFamily = results.Where(result => family.Entries.Any(entry => entry.Kernel == result.Kernel)).ToList();
            if (ofFamily.Count > 0)
            {
                page.Append($"<h2>{ReportPage.Encode(family.Title)}</h2>\n");
                page.Append(CompareFigures.Draw(Path.Combine(folder, $"{family.Name}.png"), family, ofFamily, peers));
                AppendTable(page, ofFamily);
            }
        }

        var path = Path.Combine(folder, "index.html");
        page.Write(path);
        return path;
    }

    private static void AppendTable(ReportPage page, List<CompareResult> results)
    {
        page.Append($"""
            <table><tr><th>kernel</th><th>size</th><th>precision</th><th class="number">threads</th><th class="number">ms</th><th class="number">±</th><th class="number">of limit</th><th>peer</th><th class="number">speedup</th><th class="number">95 %</th></tr>

            """);
        foreach (var r in results)
        {
            page.Append($"""
                <tr><td>{r.Kernel}</td><td>{ReportPage.Encode($"{r.Shape}, {r.Layout}")}</td><td>{r.Precision}</td><td class="number">{r.Threads}</td><td class="number">{Format.Milliseconds(r.Milliseconds)}</td><td class="number">{Format.Percent(r.Spread)}</td><td class="number">{Format.Percent(r.LimitFraction)} {r.Limit}</td><td>{ReportPage.Encode(r.Peer ?? "–")}</td><td class="number">{(r.Speedup is { } speedup ? Format.Ratio(speedup) : "–")}</td><td class="number">{Format.Interval(r.SpeedupLow, r.SpeedupHigh)}</td></tr>

                """);
        }

        page.Append($"</table>\n");
    }
}
