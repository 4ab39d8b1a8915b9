using System.Globalization;
using ScottPlot;

namespace Native.Bench;

/// <summary>Draws the figures of <c>compare</c>: how near to the limit of the machine ours and the peers come, size by size.</summary>
internal static class CompareFigures
{
    private const int Columns = 2;
    private const int PanelWidth = 660;
    private const int PanelHeight = 380;
    private const float LabelSize = 12;
    private const string Ours = "Native";

    /// <summary>Draws the figure of a family: a panel for each of its kernels and precisions.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="family">The family.</param>
    /// <param name="results">Its results; at least one.</param>
    /// <param name="peers">All peers, in the order of their colours.</param>
    public static Figure Draw(string path, CompareFamily family, IReadOnlyList<CompareResult> results, List<string> peers)
    {
        var kernels = results.Select(result => result.Kernel).Distinct().ToList();
        var precisions = results.Select(result => result.Precision).Distinct().ToList();
        var threads = results.Select(result => result.Threads).Distinct().Order().ToList();
        List<(string Kernel, string Precision)> panels = [.. from kernel in kernels from precision in precisions select (kernel, precision)];
        var rows = (panels.Count + Columns - 1) / Columns;
        var columns = Math.Min(panels.Count, Columns);
        var figure = new Multiplot();
        figure.AddPlots(panels.Count);
        figure.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns);
        for (var i = 0; i < panels.Count; i++)
        {
            var (kernel, precision) = panels[i];
            var panel = results.Where(result => result.Kernel == kernel && result.Precision == precision).ToList();
            if (panel.Count > 0)
            {
                DrawPanel(figure.GetPlot(i), $"{kernel}, {precision}", panel, threads, peers);
            }
            else
            {
                // The catalogue has this kernel in the other precision only.
                figure.GetPlot(i).HideAxesAndGrid();
            }
        }

        figure.SavePng(path, PanelWidth * columns, PanelHeight * rows);
        return new Figure(path, $"{family.Title}: fraction of the limit for each size. Peers on {Threads(threads[0])}.");
    }

    private static void DrawPanel(Plot plot, string title, List<CompareResult> results, List<int> threads, List<string> peers)
    {
        Figure.Label(plot, title, "", "percent of the limit");
        var oneLayout = results.Select(result => result.Layout).Distinct().Count() == 1;
        List<(string Shape, string Layout)> sizes = [.. results.Select(result => (result.Shape, result.Layout)).Distinct()];
        foreach (var number in threads)
        {
            AddLine(plot, $"{Ours}, {Threads(number)}", Figure.Colors[0], dashed: number != threads[0], 3, sizes, size =>
                results.Find(result => result.Threads == number && (result.Shape, result.Layout) == size)?.LimitFraction);
        }

        foreach (var peer in results.Select(result => result.Peer).OfType<string>().Distinct())
        {
            var color = Figure.Colors[1 + peers.IndexOf(peer) % (Figure.Colors.Count - 1)];
            AddLine(plot, peer, color, dashed: false, 1.5f, sizes, size =>
                results.Find(result => result.Peer == peer && result.Threads == threads[0] && (result.Shape, result.Layout) == size) is { } row ? row.LimitFraction / row.Speedup : null);
        }

        double[] positions = [.. Enumerable.Range(0, sizes.Count)];
        plot.Axes.Bottom.SetTicks(positions, [.. sizes.Select(size => oneLayout ? size.Shape : $"{size.Shape} {size.Layout}")]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = LabelSize;
        plot.Axes.Bottom.TickLabelStyle.Rotation = 25;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        plot.Axes.Bottom.TickLabelStyle.OffsetY = 8;
        plot.Axes.Bottom.MinimumSize = 110;
        plot.Axes.Right.MinimumSize = 20;
        plot.Axes.SetLimitsX(-0.3, sizes.Count - 0.7);
        plot.Axes.SetLimitsY(0, Math.Max(105, 100 * 1.05 * results.Max(result => result.LimitFraction / Math.Min(1, result.Speedup ?? 1))));
        plot.Legend.FontSize = LabelSize;
        plot.ShowLegend(Edge.Right);
    }

    private static void AddLine(
        Plot plot, string name, Color color, bool dashed, float width, List<(string Shape, string Layout)> sizes, Func<(string Shape, string Layout), double?> fraction)
    {
        var points = sizes.Select((size, position) => (Position: (double)position, Fraction: fraction(size))).Where(point => point.Fraction is not null).ToList();
        if (points.Count == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(points.ConvertAll(point => point.Position), points.ConvertAll(point => 100 * point.Fraction!.Value), color);
        line.LinePattern = dashed ? LinePattern.Dashed : LinePattern.Solid;
        line.LineWidth = width;
        line.MarkerSize = 4 + width;
        line.MarkerShape = dashed ? MarkerShape.OpenCircle : MarkerShape.FilledCircle;
        line.LegendText = name;
    }

    private static string Threads(int number) => number == 1 ? "1 thread" : string.Create(CultureInfo.InvariantCulture, $"{number} threads");
}
