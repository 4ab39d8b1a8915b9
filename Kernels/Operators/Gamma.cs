using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Gamma with shape <c>a</c> and rate <c>b</c>: <c>η = (a - 1, -b)</c>, <c>u(x) = (log x, x)</c>, <c>η₁ &gt; -1</c>, <c>η₂ &lt; 0</c>, <c>x &gt; 0</c>. Standard parameters: shape, rate.
/// </summary>
/// <remarks>
/// <c>A = log Γ(a) - a log b</c>, base measure 1.
/// </remarks>
public readonly struct Gamma : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "a - 1, -b";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => rows == 2 ? 1 : 0;

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
        var shape = Shape<TLanes, T>(eta);
        output[0] = TLanes.FusedMultiplyAdd(-shape, Functions.Log<TLanes, T>(-eta[1]), Functions.LogGammaCalled<TLanes, T>(shape));
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = Shape<TLanes, T>(eta);
        var rate = -eta[1];
        output[0] = Functions.Digamma<TLanes, T>(shape) - Functions.Log<TLanes, T>(rate);
        output[1] = shape / rate;
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // a - log b + log Γ(a) + (1 - a) ψ(a)
        var shape = Shape<TLanes, T>(eta);
        var rest = Functions.LogGammaEntropy<TLanes, T>(shape, TLanes.Constant(1)) + TLanes.Constant(0.91893853320467274);
        output[0] = TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), Functions.Log<TLanes, T>(shape), rest - Functions.Log<TLanes, T>(-eta[1]));
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // a' (r - 1 - log r) + G(a', a) with r the ratio of the means (a/b) / (a'/b').
        var shape = Shape<TLanes, T>(eta);
        var shapeOfP = Shape<TLanes, T>(etaOfP);
        var ratio = shape / shapeOfP * (etaOfP[1] / eta[1]);
        output[0] = TLanes.FusedMultiplyAdd(shapeOfP, Functions.ItakuraSaito<TLanes, T>(ratio), Functions.LogGammaDivergence<TLanes, T>(shapeOfP, shape));
        return TLanes.And(InDomain<TLanes, T>(eta), InDomain<TLanes, T>(etaOfP));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // -a (y - 1 - log y) + ½ log(a/2π) - log x - μ(a) with y = x b/a (C. Loader, Fast and accurate computation of binomial probabilities, 2000).
        var shape = Shape<TLanes, T>(eta);
        var value = x[0];
        var rest = TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), Functions.Log<TLanes, T>(shape), TLanes.Constant(-0.91893853320467274)) - Functions.Binet<TLanes, T>(shape) - Functions.Log<TLanes, T>(value);
        output[0] = TLanes.FusedMultiplyAdd(-shape, Functions.ItakuraSaito<TLanes, T>(value * (-eta[1] / shape)), rest);
        return TLanes.And(InDomain<TLanes, T>(eta), Functions.IsPositive<TLanes, T>(value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var value = x[0];
        output[0] = Functions.Log<TLanes, T>(value);
        output[1] = value;
        return Functions.IsPositive<TLanes, T>(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = Shape<TLanes, T>(eta);
        output[1] = -eta[1];
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = standard[0] - TLanes.Constant(1);
        output[1] = -standard[1];
        return InDomain<TLanes, T>(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Shape<TLanes, T>(Plate<TLanes, T> eta)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => eta[0] + TLanes.Constant(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes InDomain<TLanes, T>(Plate<TLanes, T> eta)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.And(Functions.IsPositive<TLanes, T>(Shape<TLanes, T>(eta)), Functions.IsPositive<TLanes, T>(-eta[1]));
}
