using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>x ~ Bernoulli(p)</c>, with a Beta probability <c>p</c> (first, <c>(⟨log p⟩, ⟨log(1-p)⟩)</c>).</summary>
/// <remarks><c>s = (1, x)</c>, <c>g = (⟨log(1-p)⟩, ⟨log p⟩ - ⟨log(1-p)⟩)</c>.</remarks>
public readonly struct BernoulliConditional : IConditional
{
    /// <inheritdoc/>
    public static int StatisticsRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int ChildRows(int dimension) => 1;

    /// <inheritdoc/>
    public static int FirstRows(int dimension) => 2;

    /// <inheritdoc/>
    public static int SecondRows(int dimension) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Statistics<TLanes, T>(Plate<TLanes, T> child, Plate<TLanes, T> statistics, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        statistics[0] = TLanes.Constant(1);
        statistics[1] = child[0];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Parameters<TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> parameters, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        parameters[0] = first[1];
        parameters[1] = first[0] - first[1];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToChild<TLanes, T>(Plate<TLanes, T> parameters, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = parameters[1];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToFirst<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> second, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = statistics[1];
        message[1] = statistics[0] - statistics[1];
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
