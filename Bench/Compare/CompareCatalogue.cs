namespace Native.Bench;

/// <summary>Everything <c>compare</c> can run, in the order of its table. A new kernel is one class of rows and one line here.</summary>
internal static class CompareCatalogue
{
    /// <summary>All entries.</summary>
    public static IReadOnlyList<CompareEntry> All { get; } =
    [
        .. MatrixProductRows.Entries,
        .. AggregateRows.Entries,
        .. SegmentSumRows.Entries,
        .. SegmentSoftmaxRows.Entries,
        .. ScatterAddRows.Entries,
        .. GatherRows.Entries,
        .. MessagePassingStepRows.Entries,
    ];
}
