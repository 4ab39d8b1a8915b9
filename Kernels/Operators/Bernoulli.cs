using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Bernoulli: <c>η = logit p</c>, <c>u(x) = x</c>, <c>x</c> 0 or 1. Infinite logits are certainties. Standard parameter: p.
/// </summary>
/// <remarks>
/// <c>A = log(1 + exp η)</c>, base measure 1.
/// </remarks>
public readonly struct Bernoulli : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "logit p";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

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
        output[0] = Functions.Softplus<TLanes, T>(eta[0]);
        return IsNumber<TLanes, T>(eta[0]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = Functions.Logistic<TLanes, T>(eta[0]);
        return IsNumber<TLanes, T>(eta[0]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var logit = eta[0];
        output[0] = EntropyTerm<TLanes, T>(logit) + EntropyTerm<TLanes, T>(-logit);
        return IsNumber<TLanes, T>(logit);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var q = eta[0];
        var p = etaOfP[0];
        output[0] = DivergenceTerm<TLanes, T>(q, p) + DivergenceTerm<TLanes, T>(-q, -p);
        return TLanes.And(IsNumber<TLanes, T>(q), IsNumber<TLanes, T>(p));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var value = x[0];
        var isOne = TLanes.Equal(value, TLanes.Constant(1));
        output[0] = -Functions.Softplus<TLanes, T>(TLanes.Select(isOne, -eta[0], eta[0]));
        return TLanes.And(IsNumber<TLanes, T>(eta[0]), TLanes.Or(isOne, TLanes.Equal(value, TLanes.Zero)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var value = x[0];
        output[0] = value;
        return TLanes.Or(TLanes.Equal(value, TLanes.Constant(1)), TLanes.Equal(value, TLanes.Zero));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => ExpectedStatistics(eta, output, workspace, dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var p = standard[0];
        output[0] = Functions.Log<TLanes, T>(p) - Functions.Log1p<TLanes, T>(-p);
        return TLanes.And(TLanes.GreaterThanOrEqual(p, TLanes.Zero), TLanes.LessThanOrEqual(p, TLanes.Constant(1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes IsNumber<TLanes, T>(TLanes logit)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Equal(logit, logit);

    // -p log p for the outcome with this logit; 0 log 0 = 0.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TLanes EntropyTerm<TLanes, T>(TLanes logit)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var probability = Functions.Logistic<TLanes, T>(logit);
        return TLanes.Select(TLanes.Equal(probability, TLanes.Zero), TLanes.Zero, probability * Functions.Softplus<TLanes, T>(-logit));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TLanes DivergenceTerm<TLanes, T>(TLanes q, TLanes p)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.DivergenceTerm<TLanes, T>(Functions.Logistic<TLanes, T>(q), Functions.Logistic<TLanes, T>(p), Functions.Softplus<TLanes, T>(-q) - Functions.Softplus<TLanes, T>(-p));
}
