namespace Native.Tests;

/// <summary>Every call of every kernel: what must hold for all of them is tested over this list.</summary>
internal static class KernelCatalogue
{
    /// <summary>The message kernels.</summary>
    public static IReadOnlyList<KernelCall> Messages { get; } =
    [
        .. GatherCall.All, .. ScatterAddCall.All, .. SegmentReduceCalls.All, .. SegmentLogSumExpCall.All, .. SegmentSoftmaxCall.All,
        .. AggregateCalls.All, .. AggregateCombinedCalls.All, .. CombinedDotCall.All, .. EdgeDotCall.All, .. EdgeTileCalls.All, .. NearestNeighboursCall.All,
        .. FactorMessagesCalls.All, .. VariableMessagesCalls.All, .. IsingMessagesCalls.All, .. ParityCheckMessagesCalls.All,
    ];

    /// <summary>The dense kernels and the optimisers.</summary>
    public static IReadOnlyList<KernelCall> Dense { get; } =
    [
        .. ApplyCalls.All, .. ElementwiseCall.All, .. LogSumExpCall.All, .. MatrixProductCall.All, .. BatchedMatrixProductCall.All, .. GroupedMatrixProductCall.All, .. LinearCalls.All, .. SoftmaxCall.All, .. LogSoftmaxCall.All, .. LayerNormCall.All, .. BatchNormCall.All,
        .. SquaredErrorCall.All, .. GaussianNegativeLogLikelihoodCall.All, .. BernoulliWithLogitsCall.All, .. CrossEntropyCall.All, .. SgdCall.All, .. AdamCall.All, .. DampedUpdateCall.All,
    ];

    /// <summary>The attention kernels.</summary>
    public static IReadOnlyList<KernelCall> Attention { get; } = [.. SoftmaxAttentionCall.All];

    /// <summary>Random numbers and draws.</summary>
    public static IReadOnlyList<KernelCall> Sampling { get; } =
    [
        .. PhiloxWordsCall.All, .. UniformCall.All, .. NormalCall.All, .. GaussianReparameteriseCall.All, .. GaussianKlCall.All, .. GumbelCall.All, .. CategoricalCall.All, .. GumbelTopKCall.All,
        .. GumbelSoftmaxCall.All, .. BernoulliCall.All,
    ];

    /// <summary>The kernels of exponential families.</summary>
    public static IReadOnlyList<KernelCall> NaturalParameters { get; } = [.. NaturalParameterCalls.All, .. ConditionalCalls.All, .. AccumulateCall.All, .. ResponsibilitiesCall.All, .. TokenResponsibilitiesCall.All];

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [.. Messages, .. Dense, .. Attention, .. NaturalParameters, .. Sampling];
}
