namespace Native.Models;

/// <summary>
/// Gaussian belief propagation between a variable <c>x [d]</c> and its parent <c>y [e]</c> in a tree, in information form: <c>x</c> has precision <c>P</c> and potential <c>h</c>, all variables below it
/// summed out, and the block <c>B [d, e]</c> of the joint precision with <c>y</c> (Weiss and Freeman 2001). On a chain it is the Kalman smoother (Rauch, Tung and Striebel 1965).
/// </summary>
internal static class GaussianMessages
{
    /// <summary>Factorises <c>P = L Lᵀ</c> in place, and makes <c>L⁻¹h</c> of the potential.</summary>
    /// <param name="precision"><c>P [d, d]</c>; its lower triangle becomes <c>L</c>.</param>
    /// <param name="potential"><c>h [d]</c>; becomes <c>L⁻¹h</c>.</param>
    /// <param name="logPartition">Takes on what is left when <c>x</c> is summed out, <c>½ hᵀP⁻¹h + ½ d log 2π - ½ log det P</c>.</param>
    /// <returns>False when <c>P</c> is not positive definite.</returns>
    public static bool SumOut(Span<double> precision, Span<double> potential, ref BlockedSum logPartition)
    {
        var d = potential.Length;
        if (!SmallMatrix.Factorise(precision, d))
        {
            return false;
        }

        SmallMatrix.SolveLower(precision, d, potential, 1);
        logPartition.Add(0.5 * (SmallMatrix.Dot(potential, potential) + d * Divergences.LogTwoPi) - SmallMatrix.LogDiagonal(precision, d));
        return true;
    }

    /// <summary>The message to the parent, <c>-(L⁻¹B)ᵀ(L⁻¹B)</c> and <c>-(L⁻¹B)ᵀ(L⁻¹h)</c>, added to its precision and potential; makes the gain <c>G = P⁻¹B</c> of <c>B</c>.</summary>
    public static void SendUp(ReadOnlySpan<double> factor, ReadOnlySpan<double> potential, Span<double> gain, Span<double> parentPrecision, Span<double> parentPotential)
    {
        int d = potential.Length, e = parentPotential.Length;
        SmallMatrix.SolveLower(factor, d, gain, e);
        SmallMatrix.AddTransposedProduct(-1, gain, gain, d, e, e, parentPrecision);
        SmallMatrix.AddTransposedProduct(-1, gain, potential, d, e, 1, parentPotential);
        SmallMatrix.SolveUpper(factor, d, gain, e);
    }

    /// <summary>
    /// The way back: <c>x = P⁻¹h - G y + noise</c> of covariance <c>P⁻¹</c>, so that the mean takes on <c>-G E[y]</c>, <c>Cov(x, y) = -G Cov(y)</c>, and the covariance takes on <c>G Cov(y) Gᵀ</c>.
    /// </summary>
    /// <param name="gain"><c>G [d, e]</c>.</param>
    /// <param name="parentMean">Mean of the parent, <c>[e]</c>.</param>
    /// <param name="parentCovariance">Covariance of the parent, <c>[e, e]</c>.</param>
    /// <param name="mean"><c>P⁻¹h [d]</c>; becomes the mean.</param>
    /// <param name="covariance"><c>P⁻¹ [d, d]</c>; becomes the covariance.</param>
    /// <param name="cross">Receives <c>Cov(x, y) [d, e]</c>.</param>
    public static void SendDown(
        ReadOnlySpan<double> gain, ReadOnlySpan<double> parentMean, ReadOnlySpan<double> parentCovariance, Span<double> mean, Span<double> covariance, Span<double> cross)
    {
        int d = mean.Length, e = parentMean.Length;
        SmallMatrix.AddProduct(-1, gain, parentMean, d, e, 1, mean);
        cross.Clear();
        SmallMatrix.AddProduct(-1, gain, parentCovariance, d, e, e, cross);
        for (var row = 0; row < d; row++)
        {
            for (var column = 0; column < d; column++)
            {
                covariance[row * d + column] -= SmallMatrix.Dot(cross.Slice(row * e, e), gain.Slice(column * e, e));
            }
        }
    }
}
