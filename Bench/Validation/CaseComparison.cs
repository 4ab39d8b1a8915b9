using Native.Models;

namespace Native.Bench;

/// <summary>How far a result is from its reference.</summary>
/// <param name="Error"><c>max|x - reference| / max(1, max|reference|)</c>, over the finite entries of the reference; null when <paramref name="Reason"/> says why no number measures it.</param>
/// <param name="Tolerance">The largest error allowed.</param>
/// <param name="Reason">Why the tensor is wrong whatever the tolerance; null when it is not.</param>
internal readonly record struct TensorError(double? Error, double Tolerance, string? Reason)
{
    /// <summary>True when the result is right.</summary>
    public bool Passed => Error <= Tolerance;

    /// <summary>Distance from the tolerance, for finding the worst of several: above 1 is wrong.</summary>
    public double Severity => Error is not { } error ? double.PositiveInfinity
        : Tolerance > 0 ? error / Tolerance
        : error > 0 ? double.MaxValue : 0;
}

/// <summary>
/// The rule by which a result passes: finite entries within <c>tolerance · max(1, max|reference|)</c>; NaN exactly where the reference is NaN;
/// the same infinity where it is infinite; integers equal.
/// </summary>
internal static class CaseComparison
{
    private const double DoubleTolerance = 1e-9;
    private const double FloatOutputTolerance = 1e-5;
    private const double FloatGradientTolerance = 1e-4;

    /// <summary>The tolerance of a tensor: what the case states for the precision, else the common bound.</summary>
    public static double ToleranceOf(ReferenceCase reference, string tensor, bool isDouble) =>
        isDouble ? reference.DoubleTolerance ?? DoubleTolerance
        : reference.FloatTolerance ?? (tensor.StartsWith("grad/", StringComparison.Ordinal) ? FloatGradientTolerance : FloatOutputTolerance);

    /// <summary>Compares floating-point results.</summary>
    public static TensorError Compare(ReadOnlySpan<double> result, ReadOnlySpan<double> reference, double tolerance)
    {
        if (result.Length != reference.Length)
        {
            return WrongLength(result.Length, reference.Length, tolerance);
        }

        double largest = 0, difference = 0;
        for (var i = 0; i < result.Length; i++)
        {
            var (x, expected) = (result[i], reference[i]);
            if (double.IsFinite(expected) && double.IsFinite(x))
            {
                largest = Math.Max(largest, Math.Abs(expected));
                difference = Math.Max(difference, Math.Abs(x - expected));
            }
            else if (!(double.IsNaN(x) && double.IsNaN(expected)) && x != expected)
            {
                return new TensorError(null, tolerance, FormattableString.Invariant($"element {i} is {x}, expected {expected}"));
            }
        }

        return new TensorError(difference / Math.Max(1, largest), tolerance, null);
    }

    /// <summary>Compares integers.</summary>
    public static TensorError Compare(ReadOnlySpan<long> result, ReadOnlySpan<long> reference)
    {
        if (result.Length != reference.Length)
        {
            return WrongLength(result.Length, reference.Length, 0);
        }

        for (var i = 0; i < result.Length; i++)
        {
            if (result[i] != reference[i])
            {
                return new TensorError(null, 0, FormattableString.Invariant($"element {i} is {result[i]}, expected {reference[i]}"));
            }
        }

        return new TensorError(0, 0, null);
    }

    /// <summary>True for tensors of integers, which must be equal.</summary>
    public static bool IsInteger(SafetensorsTensor tensor) => tensor.DataType is SafetensorsDataType.I32 or SafetensorsDataType.I64;

    private static TensorError WrongLength(int found, int expected, double tolerance) => new(null, tolerance, $"it has {found} elements, expected {expected}");
}
