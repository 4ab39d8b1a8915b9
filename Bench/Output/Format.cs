using System.Globalization;

namespace Native.Bench;

/// <summary>Numbers as the tables show them.</summary>
internal static class Format
{
    /// <summary>A number of bytes in decimal units.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    /// <summary>Milliseconds with four significant digits.</summary>
    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        >= 1000 => milliseconds.ToString("F0", CultureInfo.InvariantCulture),
        >= 100 => milliseconds.ToString("F1", CultureInfo.InvariantCulture),
        >= 10 => milliseconds.ToString("F2", CultureInfo.InvariantCulture),
        >= 1 => milliseconds.ToString("F3", CultureInfo.InvariantCulture),
        _ => milliseconds.ToString("F4", CultureInfo.InvariantCulture),
    };

    /// <summary>A fraction in percent.</summary>
    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:F1} %");

    /// <summary>A ratio.</summary>
    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:F2}x");

    /// <summary>An interval of ratios; a dash where there is none.</summary>
    public static string Interval(double? low, double? high) =>
        low is null || high is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{low:F2}–{high:F2}");
}
