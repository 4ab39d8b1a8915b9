using ScottPlot;
using SkiaSharp;

namespace Native.Bench;

/// <summary>A figure of a report.</summary>
/// <param name="Path">The file, PNG or SVG.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record Figure(string Path, string Caption)
{
    private static readonly string[] PreferredFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Noto Sans", "DejaVu Sans", "Liberation Sans"];

    /// <summary>The colours of lines, in their order: told apart on paper and by most eyes.</summary>
    public static IReadOnlyList<Color> Colors { get; } =
    [
        Color.FromHex("#1f5fa8"), Color.FromHex("#c8553d"), Color.FromHex("#3f8f5b"), Color.FromHex("#8a5fa8"), Color.FromHex("#b8860b"), Color.FromHex("#55606f"), Color.FromHex("#2a9d9d"),
        Color.FromHex("#d16ba5"), Color.FromHex("#7a7a1f"), Color.FromHex("#7a4b3a"), Color.FromHex("#111111"),
    ];

    /// <summary>Whether the system has fonts; without any, figures have no text.</summary>
    public static bool HasFonts => SKFontManager.Default.FontFamilies.Any();

    /// <summary>Gives a plot the report's font, its title and its axes' names.</summary>
    public static void Label(Plot plot, string title, string bottom, string left)
    {
        if (PreferredFonts.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains) is { } font)
        {
            Fonts.Default = font;
        }

        plot.Font.Set(Fonts.Default);
        plot.Title(title, 16);
        plot.XLabel(bottom, 13);
        plot.YLabel(left, 13);
    }

    /// <summary>Writes a plot.</summary>
    public static Figure Save(Plot plot, string path, int width, int height, string caption)
    {
        plot.SavePng(path, width, height);
        return new Figure(path, caption);
    }
}
