namespace Native.Bench;

/// <summary>Kernels that are shown together: a section of the report and of the published table.</summary>
/// <param name="Name">The name in file names.</param>
/// <param name="Title">The name for people.</param>
/// <param name="Entries">The rows.</param>
internal sealed record CompareFamily(string Name, string Title, IReadOnlyList<CompareEntry> Entries);

/// <summary>Everything <c>compare</c> can run, in the order of its table. A new kernel is one class of rows and one line here.</summary>
internal static class CompareCatalogue
{
    /// <summary>All families.</summary>
    public static IReadOnlyList<CompareFamily> Families { get; } =
    [
        new(
            "matrix-products",
            "Matrix products",
            [
                .. MatrixProductRows.Entries,
                .. BatchedMatrixProductRows.Entries,
                .. GroupedMatrixProductRows.Entries,
                .. LinearRows.Entries,
            ]),
        new(
            "attention",
            "Attention",
            [
                .. AttentionRows.Entries,
            ]),
        new(
            "messages",
            "Messages on graphs",
            [
                .. GraphBuildRows.Entries,
                .. AggregateRows.Entries,
                .. AggregateBackwardRows.Entries,
                .. EdgeDotRows.Entries,
                .. SegmentSumRows.Entries,
                .. SegmentSoftmaxRows.Entries,
                .. ScatterAddRows.Entries,
                .. GatherRows.Entries,
            ]),
        new(
            "functions",
            "Functions and normalisation",
            [
                .. FunctionRows.Entries,
                .. RowNormalisationRows.Entries,
            ]),
        new(
            "natural-parameters",
            "Natural parameters",
            [
                .. ExpectedStatisticsRows.Entries,
            ]),
        new(
            "inference",
            "Inference",
            [
                .. MixtureSweepRows.Entries,
                .. TopicSweepRows.Entries,
                .. ChainFilterRows.Entries,
                .. BeliefPropagationRows.Entries,
            ]),
        new(
            "sampling",
            "Sampling",
            [
                .. SamplingRows.Entries,
            ]),
        new(
            "training",
            "Training",
            [
                .. DampedUpdateRows.Entries,
                .. AdamRows.Entries,
                .. MessagePassingStepRows.Entries,
            ]),
    ];

    /// <summary>All entries.</summary>
    public static IReadOnlyList<CompareEntry> All { get; } = [.. Families.SelectMany(family => family.Entries)];
}
