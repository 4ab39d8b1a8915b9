using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Dirichlet over <c>p</c> probabilities: <c>η = α - 1</c>, <c>u(x) = log x</c>, <c>η &gt; -1</c>, <c>x &gt; 0</c> with sum 1. Standard parameters: α.
/// </summary>
/// <remarks>
/// <c>A = Σ log Γ(α_k) - log Γ(Σ α_k)</c>, base measure 1. One variable takes a column of <c>p</c> rows.
/// </remarks>
public readonly struct Dirichlet : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "α - 1, at least one row";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => rows <= int.MaxValue ? (int)rows : 0;

    /// <inheritdoc/>
    public static int ValueRows(int dimension) => dimension;

    /// <inheritdoc/>
    public static int WorkspaceRows(int dimension) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            sum.Add(Functions.LogGammaCalled<TLanes, T>(eta[k] + TLanes.Constant(1)));
        }

        output[0] = sum.Value - Functions.LogGammaCalled<TLanes, T>(Total(eta, dimension));
        return InDomain(eta, dimension);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ψ(α_k) - ψ(Σ α)
        var ofTotal = Functions.Digamma<TLanes, T>(Total(eta, dimension));
        var inDomain = InDomain(eta, dimension);
        for (nint k = 0; k < dimension; k++)
        {
            output[k] = Functions.Digamma<TLanes, T>(eta[k] + TLanes.Constant(1)) - ofTotal;
        }

        return inDomain;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Σ (½ log α_k + H(α_k, 1)) - (p - ½) log s - H(s, p) + ½ (p - 1) log 2π, s = Σ α
        var one = TLanes.Constant(1);
        var half = TLanes.Constant(0.5);
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            var alpha = eta[k] + one;
            sum.Add(TLanes.FusedMultiplyAdd(half, Functions.Log<TLanes, T>(alpha), Functions.LogGammaEntropy<TLanes, T>(alpha, one) + TLanes.Constant(0.91893853320467274)));
        }

        var total = Total(eta, dimension);
        var size = TLanes.Broadcast(T.CreateTruncating(dimension));
        var ofTotal = TLanes.FusedMultiplyAdd(size - half, Functions.Log<TLanes, T>(total), Functions.LogGammaEntropy<TLanes, T>(total, size) + TLanes.Constant(0.91893853320467274));
        output[0] = sum.Value - ofTotal;
        return InDomain(eta, dimension);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Σ (α'_k (r_k - 1 - log r_k) + G(α'_k, α_k)) - G(s', s) with r_k = (α_k / s) / (α'_k / s') the ratio of the means
        var one = TLanes.Constant(1);
        var total = Total(eta, dimension);
        var totalOfP = Total(etaOfP, dimension);
        var scale = totalOfP / total;
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            var alpha = eta[k] + one;
            var alphaOfP = etaOfP[k] + one;
            var ratio = Functions.ItakuraSaito<TLanes, T>(alpha / alphaOfP * scale);
            sum.Add(TLanes.FusedMultiplyAdd(alphaOfP, ratio, Functions.LogGammaDivergence<TLanes, T>(alphaOfP, alpha)));
        }

        output[0] = sum.Value - Functions.LogGammaDivergence<TLanes, T>(totalOfP, total);
        return TLanes.And(InDomain(eta, dimension), InDomain(etaOfP, dimension));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var one = TLanes.Constant(1);
        var total = Total(eta, dimension);
        var sum = default(CompensatedSum<TLanes, T>);
        var excess = default(CompensatedSum<TLanes, T>);
        excess.Add(-one);
        var valid = InDomain(eta, dimension);
        for (nint k = 0; k < dimension; k++)
        {
            var value = x[k];
            sum.Add(LogDensityTerm<TLanes, T>(eta[k] + one, total, value));
            excess.Add(value);
            valid = TLanes.And(valid, Functions.IsPositive<TLanes, T>(value));
        }

        // Probabilities are rounded, so that their sum is not quite 1: η·u(x) - A is that of the x given.
        var distance = excess.Value;
        output[0] = TLanes.FusedMultiplyAdd(total, distance, sum.Value + LogDensityOfTotal<TLanes, T>(total));
        return TLanes.And(valid, TLanes.LessThan(TLanes.Abs(distance), TLanes.Constant(1e-3)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = TLanes.Equal(TLanes.Zero, TLanes.Zero);
        var excess = default(CompensatedSum<TLanes, T>);
        excess.Add(TLanes.Constant(-1));
        for (nint k = 0; k < dimension; k++)
        {
            var value = x[k];
            excess.Add(value);
            valid = TLanes.And(valid, Functions.IsPositive<TLanes, T>(value));
            output[k] = Functions.Log<TLanes, T>(value);
        }

        return TLanes.And(valid, TLanes.LessThan(TLanes.Abs(excess.Value), TLanes.Constant(1e-3)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inDomain = InDomain(eta, dimension);
        for (nint k = 0; k < dimension; k++)
        {
            output[k] = eta[k] + TLanes.Constant(1);
        }

        return inDomain;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint k = 0; k < dimension; k++)
        {
            output[k] = standard[k] - TLanes.Constant(1);
        }

        return InDomain(output, dimension);
    }

    /// <summary>The term of one probability in the log density: <c>-α (y - 1 - log y) + ½ log(α/2π) - log x - μ(α)</c>, <c>y = x s/α</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes LogDensityTerm<TLanes, T>(TLanes alpha, TLanes total, TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rest = TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), Functions.Log<TLanes, T>(alpha), TLanes.Constant(-0.91893853320467274)) - Functions.Binet<TLanes, T>(alpha) - Functions.Log<TLanes, T>(x);
        return TLanes.FusedMultiplyAdd(-alpha, Functions.ItakuraSaito<TLanes, T>(x * (total / alpha)), rest);
    }

    /// <summary>The term of the total in the log density: <c>-½ log(s/2π) + μ(s)</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes LogDensityOfTotal<TLanes, T>(TLanes total)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.FusedMultiplyAdd(TLanes.Constant(-0.5), Functions.Log<TLanes, T>(total), TLanes.Constant(0.91893853320467274)) + Functions.Binet<TLanes, T>(total);

    /// <summary>Mask of the lanes where every <c>α</c> is positive and finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes InDomain<TLanes, T>(Plate<TLanes, T> eta, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inDomain = Functions.IsPositive<TLanes, T>(eta[0] + TLanes.Constant(1));
        for (nint k = 1; k < dimension; k++)
        {
            inDomain = TLanes.And(inDomain, Functions.IsPositive<TLanes, T>(eta[k] + TLanes.Constant(1)));
        }

        return inDomain;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Total<TLanes, T>(Plate<TLanes, T> eta, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            sum.Add(eta[k] + TLanes.Constant(1));
        }

        return sum.Value;
    }
}
