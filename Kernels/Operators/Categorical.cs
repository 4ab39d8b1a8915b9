using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Categorical over <c>p</c> outcomes: <c>η = log p</c> up to a constant, <c>u(x)</c> one-hot, <c>x</c> the number of the outcome, a whole number in <c>[0, p)</c>.
/// <c>η_k = -∞</c> is an outcome that cannot be, one at least can. Standard parameters: probabilities (any non-negative weights when turned into η).
/// </summary>
/// <remarks>
/// <c>A = log Σ exp η_k</c>, base measure 1. <c>0 · (-∞) = 0</c> in entropy and divergence. One variable takes a column of <c>p</c> rows.
/// </remarks>
public readonly struct Categorical : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "log p up to a constant, at least one row";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => rows <= int.MaxValue ? (int)rows : 0;

    /// <inheritdoc/>
    public static int ValueRows(int dimension) => 1;

    /// <inheritdoc/>
    public static int WorkspaceRows(int dimension) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = LogSum(eta, dimension, out var shift, out var logSum);
        output[0] = shift + logSum;
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shift = Largest(eta, dimension);
        var valid = Functions.IsFinite<TLanes, T>(shift);
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            var weight = Functions.Exp<TLanes, T>(eta[k] - shift);
            sum.Add(weight);
            output[k] = weight;
        }

        var scale = TLanes.Constant(1) / sum.Value;
        for (nint k = 0; k < dimension; k++)
        {
            output[k] *= scale;
        }

        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = LogSum(eta, dimension, out var shift, out var logSum);
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            var logarithm = eta[k] - shift - logSum;
            var probability = Functions.Exp<TLanes, T>(logarithm);
            sum.Add(TLanes.Select(TLanes.Equal(probability, TLanes.Zero), TLanes.Zero, -probability * logarithm));
        }

        output[0] = sum.Value;
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = TLanes.And(LogSum(eta, dimension, out var shift, out var logSum), LogSum(etaOfP, dimension, out var shiftOfP, out var logSumOfP));
        var infinity = TLanes.Constant(double.PositiveInfinity);
        var isInfinite = TLanes.Zero;
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            // The constant that η leaves open goes first, so that equal distributions have equal logarithms.
            var logarithm = eta[k] - shift - logSum;
            var logarithmOfP = etaOfP[k] - shiftOfP - logSumOfP;
            var term = Functions.DivergenceTerm<TLanes, T>(Functions.Exp<TLanes, T>(logarithm), Functions.Exp<TLanes, T>(logarithmOfP), logarithmOfP - logarithm);
            var overflows = TLanes.Equal(term, infinity);
            isInfinite = TLanes.Or(isInfinite, overflows);
            sum.Add(TLanes.AndNot(term, overflows));
        }

        output[0] = TLanes.Select(isInfinite, infinity, sum.Value);
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = LogSum(eta, dimension, out var shift, out var logSum);
        var outcome = x[0];
        var found = TLanes.Zero;
        var chosen = TLanes.Zero;
        for (nint k = 0; k < dimension; k++)
        {
            var isChosen = TLanes.Equal(outcome, TLanes.Broadcast(T.CreateTruncating(k)));
            found = TLanes.Or(found, isChosen);
            chosen = TLanes.Select(isChosen, eta[k], chosen);
        }

        output[0] = chosen - shift - logSum;
        return TLanes.And(valid, found);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var outcome = x[0];
        var found = TLanes.Zero;
        for (nint k = 0; k < dimension; k++)
        {
            var isChosen = TLanes.Equal(outcome, TLanes.Broadcast(T.CreateTruncating(k)));
            found = TLanes.Or(found, isChosen);
            output[k] = TLanes.And(isChosen, TLanes.Constant(1));
        }

        return found;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => ExpectedStatistics(eta, output, workspace, dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var largest = TLanes.Zero;
        var valid = TLanes.Equal(TLanes.Zero, TLanes.Zero);
        for (nint k = 0; k < dimension; k++)
        {
            var weight = standard[k];
            largest = TLanes.Max(largest, weight);
            valid = TLanes.And(valid, TLanes.GreaterThanOrEqual(weight, TLanes.Zero));
            output[k] = Functions.Log<TLanes, T>(weight);
        }

        return TLanes.And(valid, Functions.IsPositive<TLanes, T>(largest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Largest<TLanes, T>(Plate<TLanes, T> eta, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var largest = eta[0];
        for (nint k = 1; k < dimension; k++)
        {
            largest = TLanes.Max(largest, eta[k]);
        }

        return largest;
    }

    // log Σ exp η = shift + logSum; the mask of the lanes where the largest η is finite.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TLanes LogSum<TLanes, T>(Plate<TLanes, T> eta, int dimension, out TLanes shift, out TLanes logSum)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        shift = Largest(eta, dimension);
        var sum = default(CompensatedSum<TLanes, T>);
        for (nint k = 0; k < dimension; k++)
        {
            sum.Add(Functions.Exp<TLanes, T>(eta[k] - shift));
        }

        logSum = Functions.Log<TLanes, T>(sum.Value);
        return Functions.IsFinite<TLanes, T>(shift);
    }
}
