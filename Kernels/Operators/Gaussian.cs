using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Gaussian with mean <c>μ</c> and precision <c>τ</c>: <c>η = (τμ, -τ/2)</c>, <c>u(x) = (x, x²)</c>, <c>η₂ &lt; 0</c>. Standard parameters: mean, variance.
/// </summary>
/// <remarks>
/// <c>A = -η₁²/4η₂ - ½ log(-2η₂)</c>, base measure <c>(2π)^-½</c>.
/// </remarks>
public readonly struct Gaussian : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "τμ, -τ/2";

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
        var half = TLanes.Constant(0.5);
        var mean = Mean<TLanes, T>(eta, out var variance);
        output[0] = half * TLanes.FusedMultiplyAdd(eta[0], mean, Functions.Log<TLanes, T>(variance));
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mean = Mean<TLanes, T>(eta, out var variance);
        output[0] = mean;
        output[1] = TLanes.FusedMultiplyAdd(mean, mean, variance);
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ½ log 2πe + ½ log variance
        output[0] = TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), Functions.Log<TLanes, T>(TLanes.Constant(-0.5) / eta[1]), TLanes.Constant(1.4189385332046727));
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ½ (r - 1 - log r) + ½ τ' (μ - μ')² with r = τ'/τ
        var difference = Mean<TLanes, T>(eta, out _) - Mean<TLanes, T>(etaOfP, out _);
        var ratio = Functions.ItakuraSaito<TLanes, T>(etaOfP[1] / eta[1]);
        output[0] = TLanes.FusedMultiplyAdd(-etaOfP[1] * difference, difference, TLanes.Constant(0.5) * ratio);
        return TLanes.And(InDomain<TLanes, T>(eta), InDomain<TLanes, T>(etaOfP));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var difference = x[0] - Mean<TLanes, T>(eta, out var variance);
        var constant = TLanes.FusedMultiplyAdd(TLanes.Constant(-0.5), Functions.Log<TLanes, T>(variance), TLanes.Constant(-0.91893853320467274));
        output[0] = TLanes.FusedMultiplyAdd(eta[1] * difference, difference, constant);
        return TLanes.And(InDomain<TLanes, T>(eta), Functions.IsFinite<TLanes, T>(x[0]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var value = x[0];
        output[0] = value;
        output[1] = value * value;
        return Functions.IsFinite<TLanes, T>(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output[0] = Mean<TLanes, T>(eta, out var variance);
        output[1] = variance;
        return InDomain<TLanes, T>(eta);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mean = standard[0];
        var precision = TLanes.Constant(1) / standard[1];
        output[0] = mean * precision;
        output[1] = TLanes.Constant(-0.5) * precision;
        return TLanes.And(Functions.IsFinite<TLanes, T>(mean * precision), Functions.IsPositive<TLanes, T>(precision));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Mean<TLanes, T>(Plate<TLanes, T> eta, out TLanes variance)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        variance = TLanes.Constant(-0.5) / eta[1];
        return eta[0] * variance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes InDomain<TLanes, T>(Plate<TLanes, T> eta)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.And(Functions.IsFinite<TLanes, T>(eta[0]), Functions.IsPositive<TLanes, T>(-eta[1]));
}
