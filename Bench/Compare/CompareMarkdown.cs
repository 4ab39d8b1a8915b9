using System.Globalization;
using System.Text;

namespace Native.Bench;

/// <summary>The results of <c>compare</c> as Markdown, kept up to date between two marks of a document.</summary>
/// <remarks>
/// <c>&lt;!-- compare:begin main --&gt;</c> asks for one short table of the main rows, <c>&lt;!-- compare:begin all --&gt;</c> for a table of
/// everything for each family; <c>&lt;!-- compare:end --&gt;</c> ends either. What stands outside is never touched.
/// </remarks>
internal sealed class CompareMarkdown
{
    private const string BeginMain = "<!-- compare:begin main -->";
    private const string BeginAll = "<!-- compare:begin all -->";
    private const string End = "<!-- compare:end -->";

    /// <summary>Libraries have a column of their own; whoever else took part is named in the last one.</summary>
    private static readonly string[] Libraries = [OpenBlasLibrary.Name, OnnxRuntimePeer.Name, TorchPeer.Name, PlainLoops.TensorPrimitives];

    private readonly string _path;
    private readonly string _before;
    private readonly string _after;

    private CompareMarkdown(string path, string before, string after, bool onlyMain) =>
        (_path, _before, _after, OnlyMain) = (path, before, after, onlyMain);

    /// <summary>Whether the document asks for the main rows only.</summary>
    public bool OnlyMain { get; }

    /// <summary>Reads a document before anything is measured for it. One that does not exist becomes a document of all rows.</summary>
    /// <param name="path">The document.</param>
    /// <param name="entries">What will be measured.</param>
    /// <exception cref="BenchException">It has no marks, or its table would lose rows.</exception>
    public static CompareMarkdown Open(string path, IReadOnlyCollection<CompareEntry> entries)
    {
        OutputFile.Prepare("--markdown", path);
        if (!File.Exists(path))
        {
            return new(path, BeginAll, End + "\n", onlyMain: false);
        }

        var text = File.ReadAllText(path);
        var onlyMain = text.Contains(BeginMain, StringComparison.Ordinal);
        var mark = onlyMain ? BeginMain : BeginAll;
        var begin = text.IndexOf(mark, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new BenchException($"--markdown expects a file with the lines '{BeginMain}' (or '{BeginAll}') and '{End}', or a new one, but '{path}' has no such lines.");
        }

        var lost = onlyMain ? CompareCatalogue.All.Where(entry => entry.IsMain).Except(entries).Select(entry => $"{entry.Kernel} {entry.Shape}").ToList() : [];
        return lost.Count == 0
            ? new(path, text[..(begin + mark.Length)], text[end..], onlyMain)
            : throw new BenchException($"--markdown: '{path}' has the table of all main rows, but the other options leave out {string.Join(", ", lost.Distinct())}.");
    }

    /// <summary>Puts the results between the marks, whole or not at all.</summary>
    /// <param name="results">The results.</param>
    /// <param name="machine">The machine in words.</param>
    /// <param name="date">When they were measured.</param>
    /// <param name="commit">The commit that was built, or null when it is not known.</param>
    public void Write(IReadOnlyList<CompareResult> results, string machine, DateTime date, string? commit) =>
        OutputFile.Write(_path, $"{_before}\n{Compose(OnlyMain ? [.. results.Where(result => result.IsMain)] : results, machine, date, commit)}{_after}");

    private string Compose(IReadOnlyList<CompareResult> results, string machine, DateTime date, string? commit)
    {
        var text = new StringBuilder();
        var threads = results.Select(result => result.Threads).Distinct().Order().ToList();
        var threadText = string.Join(" and ", threads.Select(number => number == 1 ? "one thread" : $"{number} threads"));
        text.Append(CultureInfo.InvariantCulture, $"Measured on {date:yyyy-MM-dd} at commit {commit ?? "unknown"} with {threadText} on {machine}.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            *ms* is the median time of a call. *Of limit* is the fraction of what the machine can do at most: of its rate of multiply-adds (`fma`), or of the bandwidth
            of reading from where the data lives (`l2`, `l3`, `dram`), which work that reads and writes can exceed; both are measured in the same run. Below a peer stands its time over ours: above 1 we are faster,
            and in **bold** the peer wins.{(OnlyMain ? "" : " In brackets: the 95 % interval of the ratio.")} A dash: the peer does not have the operation, or does not take part.


            """);
        if (OnlyMain)
        {
            AppendMain(text, results);
        }
        else
        {
            foreach (var family in CompareCatalogue.Families)
            {
                var ofFamily = results.Where(result => family.Entries.Any(entry => entry.Kernel == result.Kernel)).ToList();
                if (ofFamily.Count > 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"### {family.Title}\n\n");
                    AppendAll(text, ofFamily);
                }
            }
        }

        var peers = results.Select(result => result.Peer).OfType<string>().Distinct().Select(PeerVersions.Describe).ToList();
        text.Append(CultureInfo.InvariantCulture, $"{(peers.Count > 0 ? $"Peers: {string.Join("; ", peers)}." : "No peer took part.")}\n");
        return text.ToString();
    }

    /// <summary>A line for each row on the fewest threads, with what the most threads add.</summary>
    private static void AppendMain(StringBuilder text, IReadOnlyList<CompareResult> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        var fewest = results.Min(result => result.Threads);
        var most = results.Max(result => result.Threads);
        var peers = new PeerColumns(results, withIntervals: false);
        var columns = new List<string> { "kernel", "size", ">ms", ">of limit" };
        columns.AddRange(peers.Titles);
        if (most > fewest)
        {
            columns.Add($">on {most} threads");
        }

        AppendHead(text, columns);
        foreach (var row in results.GroupBy(result => (result.Kernel, result.Shape, result.Layout, result.Precision)))
        {
            List<CompareResult> onFewest = [.. row.Where(result => result.Threads == fewest)];
            var ours = onFewest[0];
            List<string> cells = [ours.Kernel, Size(ours, ours.Precision != Shapes.Float), Format.Milliseconds(ours.Milliseconds), OfLimit(ours), .. peers.Cells(onFewest)];
            if (most > fewest)
            {
                cells.Add(row.FirstOrDefault(result => result.Threads == most) is { } scaled ? $"{Ratio(scaled.Scaling)}, {OfLimit(scaled)}" : "–");
            }

            AppendRow(text, cells);
        }

        text.Append('\n');
    }

    /// <summary>A line for each row and number of threads.</summary>
    private static void AppendAll(StringBuilder text, List<CompareResult> results)
    {
        var peers = new PeerColumns(results, withIntervals: true);
        var scales = results.Exists(result => result.Scaling is not null);
        AppendHead(text, ["kernel", "size", "precision", ">threads", ">ms", ">±", .. scales ? [">scaling"] : Array.Empty<string>(), ">of limit", .. peers.Titles]);
        foreach (var row in results.GroupBy(result => (result.Kernel, result.Shape, result.Layout, result.Precision, result.Threads)))
        {
            var ours = row.First();
            AppendRow(
                text,
                [
                    ours.Kernel,
                    Size(ours, withPrecision: false),
                    ours.Precision,
                    ours.Threads.ToString(CultureInfo.InvariantCulture),
                    Format.Milliseconds(ours.Milliseconds),
                    Format.Percent(ours.Spread),
                    .. scales ? [Ratio(ours.Scaling)] : Array.Empty<string>(),
                    OfLimit(ours),
                    .. peers.Cells([.. row]),
                ]);
        }

        text.Append('\n');
    }

    private static void AppendHead(StringBuilder text, IReadOnlyList<string> columns)
    {
        AppendRow(text, [.. columns.Select(column => column.TrimStart('>'))]);
        text.Append('|').AppendJoin('|', columns.Select(column => column.StartsWith('>') ? "---:" : "---")).Append("|\n");
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Size(CompareResult result, bool withPrecision) =>
        $"{result.Shape}{(result.Layout.Length > 0 ? $", {result.Layout}" : "")}{(withPrecision ? $", {result.Precision}" : "")}";

    private static string OfLimit(CompareResult result) => string.Create(CultureInfo.InvariantCulture, $"{100 * result.LimitFraction:F0} % {result.Limit}");

    private static string Ratio(double? ratio) => ratio is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:F2}×") : "–";

    /// <summary>The columns of the peers.</summary>
    private sealed class PeerColumns(IReadOnlyList<CompareResult> results, bool withIntervals)
    {
        private readonly List<string> _libraries = [.. Libraries.Where(name => results.Any(result => result.Peer == name))];
        private readonly bool _others = results.Any(result => result.Peer is { } peer && !Libraries.Contains(peer));

        public IEnumerable<string> Titles => [.. _libraries.Select(name => ">" + name), .. _others ? [">others"] : Array.Empty<string>()];

        /// <summary>The cells of the results of one row.</summary>
        public IEnumerable<string> Cells(IReadOnlyList<CompareResult> row)
        {
            foreach (var name in _libraries)
            {
                yield return row.FirstOrDefault(result => result.Peer == name) is { } peer ? Cell(peer) : "–";
            }

            if (_others)
            {
                var others = string.Join(", ", row.Where(result => result.Peer is { } peer && !Libraries.Contains(peer)).Select(result => $"{result.Peer} {Cell(result)}"));
                yield return others.Length > 0 ? others : "–";
            }
        }

        private string Cell(CompareResult result)
        {
            var ratio = result.Speedup < 1 ? $"**{Ratio(result.Speedup)}**" : Ratio(result.Speedup);
            return withIntervals ? $"{ratio} ({Format.Interval(result.SpeedupLow, result.SpeedupHigh)})" : ratio;
        }
    }
}
