using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>x ~ Gamma(a, rate b)</c>, with a Gamma rate <c>b</c> (first, <c>(⟨log b⟩, ⟨b⟩)</c>) and a known shape <c>a</c> (second, one row).</summary>
/// <remarks><c>s = (1, log x, x)</c>, <c>g = (a⟨log b⟩ - log Γ(a), a - 1, -⟨b⟩)</c>.</remarks>
public readonly struct GammaConditional : IConditional
{
    /// <inheritdoc/>
    public static int StatisticsRows(int dimension) => 3;

    /// <inheritdoc/>
    public static int ChildRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int FirstRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int SecondRows(int dimension) => 1;

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
        var shape = second[0];
        parameters[0] = TLanes.FusedMultiplyAdd(shape, first[0], -Functions.LogGamma<TLanes, T>(shape));
        parameters[1] = shape - TLanes.Constant(1);
        parameters[2] = -first[1];
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
        message[0] = second[0] * statistics[0];
        message[1] = -statistics[2];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToSecond<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> first, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = TLanes.Constant(double.NaN);
    }
}
