using System.Globalization;

namespace Native.Bench;

/// <summary>Entries and data shared by the rows of kernels over one long vector.</summary>
internal static class VectorCase
{
    /// <summary>Makes the entries of a kernel at the sizes 2²⁰ and 2²⁴, or at others.</summary>
    public static IEnumerable<CompareEntry> Entries(string kernel, Func<CompareSettings, int, CompareCase> single, Func<CompareSettings, int, CompareCase> twice, params IEnumerable<int> sizes) =>
        from precision in Shapes.Precisions
        from size in sizes
        select new CompareEntry(
            kernel,
            string.Create(CultureInfo.InvariantCulture, $"n{size}"),
            "contiguous",
            precision,
            size == 1 << 20 && precision == Shapes.Float,
            settings => (precision == Shapes.Float ? single : twice)(settings, size));

    /// <summary>The sizes that fit the last-level cache, and that do not.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [1 << 20, 1 << 24];
}
