using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Poisson with rate <c>λ</c>: <c>η = log λ</c>, <c>u(x) = x</c>, <c>x</c> a whole number of at least 0. A rate of 0 is <c>η = -∞</c>. Standard parameter: rate.
/// </summary>
/// <remarks>
/// <c>A = exp η</c>, base measure <c>1/x!</c>. The entropy has no closed form.
/// </remarks>
public readonly struct Poisson : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "log λ";

    /// <inheritdoc/>
    public static bool HasEntropy => false;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => rows == 1 ? 1 : 0;

    /// <inheritdoc/>
    public static int ValueRows(int dimension) => 1;

    /// <inheritdoc/>
    public static int WorkspaceRows(int dimension) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rate = Functions.Exp<TLanes, T>(eta[0]);
        output[0] = rate;
        return Functions.IsFinite<TLanes, T>(rate);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogPartition(eta, output, workspace, dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = TLanes.Constant(double.NaN);
        return TLanes.Zero;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // λ (r - 1 - log r) with r = λ'/λ
        var rate = Functions.Exp<TLanes, T>(eta[0]);
        var rateOfP = Functions.Exp<TLanes, T>(etaOfP[0]);
        output[0] = Functions.DivergenceTerm<TLanes, T>(rate, rateOfP, etaOfP[0] - eta[0]);
        return TLanes.And(Functions.IsFinite<TLanes, T>(rate), Functions.IsFinite<TLanes, T>(rateOfP));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // -x (r - 1 - log r) - ½ log 2πx - μ(x) with r = λ/x; -λ at 0 (C. Loader, Fast and accurate computation of binomial probabilities, 2000).
        var rate = Functions.Exp<TLanes, T>(eta[0]);
        var value = x[0];
        var isZero = TLanes.Equal(value, TLanes.Zero);
        var positive = TLanes.Select(isZero, TLanes.Constant(1), value);
        var rest = TLanes.FusedMultiplyAdd(TLanes.Constant(-0.5), Functions.Log<TLanes, T>(positive), TLanes.Constant(-0.91893853320467274)) - Functions.Binet<TLanes, T>(positive);
        var ratio = rate / positive;
        var divergence = TLanes.Select(TLanes.Equal(ratio, TLanes.Zero), TLanes.FusedMultiplyAdd(positive, Functions.Log<TLanes, T>(positive) - eta[0], -positive), positive * Functions.ItakuraSaito<TLanes, T>(ratio));
        output[0] = TLanes.Select(isZero, -rate, rest - divergence);
        return TLanes.And(Functions.IsFinite<TLanes, T>(rate), Functions.IsCount<TLanes, T>(value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = x[0];
        return Functions.IsCount<TLanes, T>(x[0]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogPartition(eta, output, workspace, dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = Functions.Log<TLanes, T>(standard[0]);
        return TLanes.And(TLanes.GreaterThanOrEqual(standard[0], TLanes.Zero), Functions.IsFinite<TLanes, T>(standard[0]));
    }
}
