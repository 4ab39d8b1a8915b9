namespace Native.Bench;

/// <summary>Everything <c>compare</c> can run, in the order of its table.</summary>
internal static class CompareCatalogue
{
    /// <summary>All entries.</summary>
    public static IReadOnlyList<CompareEntry> All { get; } = [];
}
