using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>x ~ N(μ, 1/τ)</c>, with a Gaussian mean <c>μ</c> (first, <c>(⟨μ⟩, ⟨μ²⟩)</c>) and a Gamma precision <c>τ</c> (second, <c>(⟨log τ⟩, ⟨τ⟩)</c>).</summary>
/// <remarks><c>s = (1, x, x²)</c>, <c>g = (½(⟨log τ⟩ - log 2π - ⟨τ⟩⟨μ²⟩), ⟨τ⟩⟨μ⟩, -½⟨τ⟩)</c>.</remarks>
public readonly struct GaussianConditional : IConditional
{
    /// <inheritdoc/>
    public static int StatisticsRows(int dimension) => 3;

    /// <inheritdoc/>
    public static int ChildRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int FirstRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int SecondRows(int dimension) => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Statistics<TLanes, T>(Plate<TLanes, T> child, Plate<TLanes, T> statistics, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        statistics[0] = TLanes.Constant(1);
        statistics[1] = child[0];
        statistics[2] = child[1];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Parameters<TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> parameters, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var precision = second[1];
        parameters[0] = TLanes.Constant(0.5) * TLanes.FusedMultiplyAdd(-precision, first[1], second[0] - TLanes.Constant(LogTwoPi));
        parameters[1] = precision * first[0];
        parameters[2] = TLanes.Constant(-0.5) * precision;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToChild<TLanes, T>(Plate<TLanes, T> parameters, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = parameters[1];
        message[1] = parameters[2];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToFirst<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> second, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = second[1] * statistics[1];
        message[1] = TLanes.Constant(-0.5) * second[1] * statistics[0];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToSecond<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> first, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var cross = TLanes.FusedMultiplyAdd(TLanes.Constant(-2) * statistics[1], first[0], statistics[2]);
        message[0] = TLanes.Constant(0.5) * statistics[0];
        message[1] = TLanes.Constant(-0.5) * TLanes.FusedMultiplyAdd(statistics[0], first[1], cross);
    }

    internal const double LogTwoPi = 1.8378770664093454836;
}
