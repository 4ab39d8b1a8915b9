namespace Native.Tests;

/// <summary>
/// How far a device may be from the reference device, <c>max|x - reference| / max(1, max|reference|)</c>, by kernel and device, in one place.
/// A kernel that only moves or selects numbers must be exact.
/// </summary>
internal static class Tolerances
{
    // The reference rounds once, at the end; a device rounds in every step. Outputs: some ten rounding errors, 6e-8 each in float and 1.1e-16 in
    // double, where sums of thousands of terms may collect a few hundred more. Gradients of parameters are sums over all rows or edges.
    private static readonly Bound Common = new(1e-6, 1e-5, 1e-13, 1e-12);

    private static readonly Bound Exact = new(0, 0, 0, 0);

    // Rows of up to 1,500 products of either sign: the errors are those of the terms, the bound is relative to a sum that may be small.
    private static readonly Bound LongRow = Common with { Float = 4e-6 };

    // A weight is off by the rounding of its logit, a sum of up to 257 products that may be some ten in size.
    private static readonly Bound OfLogits = Common with { Float = 4e-6 };

    // Up to 64 equal tokens are added plainly: their roundings agree.
    private static readonly Bound OfEqualTerms = Common with { Float = 4e-6 };

    private static readonly Dictionary<(string Kernel, string Device), Bound> Table = new()
    {
        [("Aggregate", "cpu")] = LongRow,
        [("AggregateCombined", "cpu")] = LongRow,
        [("Aggregate", "simulator")] = LongRow,
        [("Aggregate", "gpu")] = LongRow,
        [("SoftmaxAttention", "cpu")] = OfLogits,
        [("Responsibilities", "cpu")] = OfLogits,
        [("TokenResponsibilities", "cpu")] = OfEqualTerms,
        [("Copy", "cpu")] = Exact,
        [("Fill", "cpu")] = Exact,
        [("NearestNeighbours", "cpu")] = Exact,
        [("EdgeTileExtremumBackward", "cpu")] = Exact,
    };

    /// <summary>What every sum of up to 10⁷ terms promises in float.</summary>
    public const double LongSum = 1e-5;

    /// <summary>The tolerance of one result.</summary>
    public static double Of(string kernel, string device, bool isDouble, bool isGradient)
    {
        var bound = Table.GetValueOrDefault((kernel, device), Common);
        return (isDouble, isGradient) switch
        {
            (false, false) => bound.Float,
            (false, true) => bound.FloatGradient,
            (true, false) => bound.Double,
            (true, true) => bound.DoubleGradient,
        };
    }

    private sealed record Bound(double Float, double FloatGradient, double Double, double DoubleGradient);
}
