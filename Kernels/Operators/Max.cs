using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Largest value; NaN when any value is NaN.</summary>
public readonly struct Max : IReduction
{
    /// <inheritdoc/>
    public static bool IsExtremum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    public static bool IsMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Identity<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
        => T.NegativeInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Combine<TLanes, T>(TLanes accumulator, TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Max(accumulator, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Replaces<T>(T candidate, T incumbent)
        where T : unmanaged, IFloatingPointIeee754<T>
        => candidate > incumbent || (T.IsNaN(candidate) && !T.IsNaN(incumbent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Replaces<TLanes, T>(TLanes candidate, TLanes incumbent)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.AndNot(TLanes.Equal(incumbent, incumbent), TLanes.LessThanOrEqual(candidate, incumbent));
}
