using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Beta: <c>η = (a - 1, b - 1)</c>, <c>u(x) = (log x, log(1 - x))</c>, <c>η &gt; -1</c>, <c>0 &lt; x &lt; 1</c>. Standard parameters: a, b.
/// </summary>
/// <remarks>
/// The Dirichlet distribution of <c>(x, 1 - x)</c>: <c>A = log Γ(a) + log Γ(b) - log Γ(a + b)</c>, base measure 1.
/// </remarks>
public readonly struct Beta : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "a - 1, b - 1";

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
        => Dirichlet.LogPartition(eta, output, workspace, 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Dirichlet.ExpectedStatistics(eta, output, workspace, 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Dirichlet.Entropy(eta, output, workspace, 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Dirichlet.KullbackLeibler(eta, etaOfP, output, workspace, 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var one = TLanes.Constant(1);
        var total = eta[0] + one + (eta[1] + one);
        var value = x[0];
        var first = Dirichlet.LogDensityTerm<TLanes, T>(eta[0] + one, total, value);
        var second = Dirichlet.LogDensityTerm<TLanes, T>(eta[1] + one, total, one - value);
        output[0] = first + second + Dirichlet.LogDensityOfTotal<TLanes, T>(total);
        return TLanes.And(Dirichlet.InDomain(eta, 2), IsValue<TLanes, T>(value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var value = x[0];
        output[0] = Functions.Log<TLanes, T>(value);
        output[1] = Functions.Log1p<TLanes, T>(-value);
        return IsValue<TLanes, T>(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Dirichlet.ToStandard(eta, output, workspace, 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Dirichlet.FromStandard(standard, output, workspace, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes IsValue<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.And(TLanes.GreaterThan(x, TLanes.Zero), TLanes.LessThan(x, TLanes.Constant(1)));
}
