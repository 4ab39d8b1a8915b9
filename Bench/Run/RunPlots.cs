using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>What the figures of the experiments share.</summary>
internal static class RunPlots
{
    /// <summary>Colours that stay apart.</summary>
    public static IReadOnlyList<Color> Colors => Figure.Colors;

    /// <summary>A plot with a readable font.</summary>
    public static Plot Create(string title, string bottom, string left)
    {
        var plot = new Plot();
        Figure.Label(plot, title, bottom, left);
        return plot;
    }

    /// <summary>The free energy on its way down: what is left of it above the last one, sweep after sweep.</summary>
    /// <param name="path">The file.</param>
    /// <param name="freeEnergy">The free energy in nats after every sweep, in order.</param>
    public static Figure FreeEnergy(string path, IReadOnlyList<double> freeEnergy)
    {
        // The last sweeps differ by rounding only, and what is not above the last one has no logarithm.
        var last = freeEnergy[^1];
        var least = 1e-10 * (1 + Math.Abs(last));
        var points = Enumerable.Range(0, freeEnergy.Count).Where(sweep => freeEnergy[sweep] - last > least).Select(sweep => (Sweep: sweep + 1.0, Gap: Math.Log10(freeEnergy[sweep] - last))).ToList();
        using var plot = Create("Free energy above that of the last sweep", "sweep", "nats");
        var line = plot.Add.ScatterLine(points.ConvertAll(point => point.Sweep), points.ConvertAll(point => point.Gap), Colors[0]);
        line.LineWidth = 2;
        Logarithmic(plot.Axes.Left);
        return Save(
            plot, path, 760, 400, string.Create(CultureInfo.InvariantCulture, $"The free energy falls with every sweep: how far it is above that of the last of {freeEnergy.Count} sweeps, F = {last:F1} nats. The log evidence is at least -F."));
    }

    /// <summary>Adds the density of a scalar variable, filled down to 0.</summary>
    /// <typeparam name="TFamily">Its family.</typeparam>
    /// <param name="plot">The plot.</param>
    /// <param name="device">The device that computes it.</param>
    /// <param name="standard">The standard parameters of the family, as <see cref="NaturalParameterKernels{T}.ToStandard"/> gives them.</param>
    /// <param name="from">The least value drawn.</param>
    /// <param name="to">The largest value drawn.</param>
    /// <param name="color">The colour.</param>
    /// <param name="name">What the legend says.</param>
    public static void AddDensity<TFamily>(Plot plot, Device device, ReadOnlySpan<double> standard, double from, double to, Color color, string name)
        where TFamily : struct, IExponentialFamily
    {
        const int Points = 400;
        double[] x = new double[Points], columns = new double[standard.Length * Points];
        for (var i = 0; i < Points; i++)
        {
            x[i] = from + (to - from) * (i + 0.5) / Points;
            for (var row = 0; row < standard.Length; row++)
            {
                columns[row * Points + i] = standard[row];
            }
        }

        using var parameters = device.Upload(columns, standard.Length, Points);
        using var eta = device.Allocate<double>(standard.Length, Points);
        using var values = device.Upload(x, 1, Points);
        using var density = device.Allocate<double>(Points);
        device.NaturalParameters<double>().FromStandard<TFamily>(parameters, eta);
        device.NaturalParameters<double>().LogDensity<TFamily>(eta, values, density);
        var line = plot.Add.ScatterLine(x, Array.ConvertAll(density.ToArray(), Math.Exp), color);
        line.LineWidth = 2;
        line.FillY = true;
        line.FillYColor = color.WithAlpha(0.2);
        line.LegendText = name;
    }

    /// <summary>Adds the ellipse that holds a share of a Gaussian in the plane.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="share">The share, in (0, 1).</param>
    /// <param name="x">Mean of the first coordinate.</param>
    /// <param name="y">Mean of the second.</param>
    /// <param name="xx">Variance of the first.</param>
    /// <param name="xy">Their covariance.</param>
    /// <param name="yy">Variance of the second.</param>
    /// <param name="color">The colour of the line.</param>
    /// <param name="width">The width of the line.</param>
    public static void AddEllipse(Plot plot, double share, double x, double y, double xx, double xy, double yy, Color color, float width)
    {
        // The squared radius of a standard Gaussian in the plane is exponential, of mean 2.
        var squaredRadius = -2 * Math.Log(1 - share);
        var half = 0.5 * (xx + yy);
        var spread = Math.Sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy);
        var angle = 0.5 * Math.Atan2(2 * xy, xx - yy);
        var ellipse = plot.Add.Ellipse(x, y, Math.Sqrt(squaredRadius * (half + spread)), Math.Sqrt(squaredRadius * Math.Max(0, half - spread)), Angle.FromRadians(angle));
        ellipse.LineColor = color;
        ellipse.LineWidth = width;
        ellipse.FillColor = Colors[0].WithAlpha(0);
    }

    /// <summary>Adds points that are drawn as the digits they stand for.</summary>
    public static void AddDigits(Plot plot, double[] x, double[] y, ReadOnlySpan<int> labels)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var text = plot.Add.Text(labels[i].ToString(CultureInfo.InvariantCulture), x[i], y[i]);
            text.Alignment = Alignment.MiddleCenter;
            text.LabelFontColor = Colors[labels[i]];
            text.LabelFontSize = 12;
            text.LabelBold = true;
        }

        // Texts do not count when the axes find their limits.
        var reach = plot.Add.ScatterPoints(x, y);
        reach.MarkerSize = 0;
    }

    /// <summary>Draws images of digits' size side by side.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The title.</param>
    /// <param name="images">The images, row by row each.</param>
    /// <param name="names">What stands above every image.</param>
    /// <param name="colors">The colours from the least value to the largest; three stand for minus the largest, 0 and the largest.</param>
    /// <param name="caption">What it shows.</param>
    public static Figure Tiles(string path, string title, IReadOnlyList<double[]> images, IReadOnlyList<string> names, Color[] colors, string caption)
    {
        const int perRow = 6, cell = Digits.Side + 3, scale = 11;
        var rows = (images.Count + perRow - 1) / perRow;
        using var plot = Create(title, "", "");
        var pixels = new double[rows * cell, perRow * cell];
        var largest = 0.0;
        for (var tile = 0; tile < images.Count; tile++)
        {
            var (top, left) = (tile / perRow * cell + 2, tile % perRow * cell + 1);
            for (var pixel = 0; pixel < Digits.Pixels; pixel++)
            {
                pixels[top + pixel / Digits.Side, left + pixel % Digits.Side] = images[tile][pixel];
                largest = Math.Max(largest, Math.Abs(images[tile][pixel]));
            }

            var (x, y) = (left - 0.5, rows * cell - 1 - top - Digits.Side + 0.5);
            var frame = plot.Add.Rectangle(x, x + Digits.Side, y, y + Digits.Side);
            frame.FillColor = ScottPlot.Colors.Transparent;
            frame.LineColor = Colors[5].WithAlpha(0.4);
            frame.LineWidth = 1;
            var text = plot.Add.Text(names[tile], left + Digits.Side / 2.0 - 0.5, rows * cell - 1 - top + 1.3);
            text.Alignment = Alignment.MiddleCenter;
            text.LabelFontSize = 13;
        }

        var map = plot.Add.Heatmap(pixels);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated(colors);
        map.ManualRange = new ScottPlot.Range(colors.Length == 3 ? -largest : 0, largest);
        plot.MoveToBack(map);
        plot.HideGrid();
        plot.Axes.Frameless();
        plot.Axes.SetLimits(-1, perRow * cell, -1, rows * cell);
        return Save(plot, path, scale * perRow * cell, scale * rows * cell + 30, caption);
    }

    /// <summary>Adds a table of shares as a picture: the percentage in every cell, darker where there is more.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="shares">Numbers from 0 to 1; row 0 stands at the top.</param>
    /// <param name="rows">What the rows are.</param>
    /// <param name="columns">What the columns are.</param>
    public static void AddShares(Plot plot, double[,] shares, string[] rows, string[] columns)
    {
        var map = plot.Add.Heatmap(shares);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([ScottPlot.Colors.White, Colors[0]]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < columns.Length; column++)
            {
                if (shares[row, column] >= 0.005)
                {
                    var text = plot.Add.Text((100 * shares[row, column]).ToString("F0", CultureInfo.InvariantCulture), column, rows.Length - 1 - row);
                    text.Alignment = Alignment.MiddleCenter;
                    text.LabelFontColor = shares[row, column] > 0.5 ? ScottPlot.Colors.White : ScottPlot.Colors.Black;
                    text.LabelFontSize = 12;
                }
            }
        }

        plot.HideGrid();
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, rows.Length).Select(row => rows.Length - 1.0 - row)], rows);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, columns.Length).Select(column => (double)column)], columns);
        plot.Axes.SetLimits(-0.5, columns.Length - 0.5, -0.5, rows.Length - 0.5);
    }

    /// <summary>Draws the factor graph of a model, and writes its DOT text beside it.</summary>
    public static Figure FactorGraph(string path, FactorGraphDescription graph)
    {
        OutputFile.Write(path, graph.ToSvg());
        var dot = Path.ChangeExtension(path, ".dot");
        OutputFile.Write(dot, graph.ToDot());
        return new Figure(path, $"The model as a factor graph: variables are round, grey where they are observed; factors are square; boxes are plates. {Path.GetFileName(dot)} is the same for Graphviz.");
    }

    /// <summary>Labels an axis of powers of ten, given the logarithms.</summary>
    public static void Logarithmic(IAxis axis) => axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
    {
        LabelFormatter = value => FormattableString.Invariant($"{Math.Pow(10, value):0.####e0}"),
        IntegerTicksOnly = true,
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
    };

    /// <summary>Writes the picture.</summary>
    public static Figure Save(Plot plot, string path, int width, int height, string caption) => Figure.Save(plot, path, width, height, caption);
}
