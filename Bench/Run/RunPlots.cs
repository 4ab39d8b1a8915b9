using ScottPlot;
using SkiaSharp;

namespace Native.Bench;

/// <summary>What the figures of the experiments share: a font, a size, titles.</summary>
internal static class RunPlots
{
    private static readonly string[] PreferredFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Noto Sans", "DejaVu Sans", "Liberation Sans"];

    /// <summary>Colours that stay apart.</summary>
    public static Color[] Colors { get; } = [Color.FromHex("#1f5fa8"), Color.FromHex("#c8553d"), Color.FromHex("#3f8f5b"), Color.FromHex("#8a5ea8"), Color.FromHex("#777777")];

    /// <summary>A plot with a readable font.</summary>
    public static Plot Create(string title, string bottom, string left)
    {
        if (PreferredFonts.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains) is { } font)
        {
            Fonts.Default = font;
        }

        var plot = new Plot();
        plot.Font.Set(Fonts.Default);
        plot.Title(title, 16);
        plot.XLabel(bottom, 13);
        plot.YLabel(left, 13);
        return plot;
    }

    /// <summary>Labels an axis of powers of ten, given the logarithms.</summary>
    public static void LogarithmicLeft(Plot plot) => plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
    {
        LabelFormatter = value => FormattableString.Invariant($"{Math.Pow(10, value):0.####e0}"),
        IntegerTicksOnly = true,
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
    };

    /// <summary>Writes the picture.</summary>
    public static Figure Save(Plot plot, string path, int width, int height, string caption)
    {
        plot.SavePng(path, width, height);
        return new Figure(path, caption);
    }
}
