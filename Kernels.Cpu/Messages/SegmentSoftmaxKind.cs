using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>What <see cref="SegmentSoftmaxWork{TKind, T}"/> computes.</summary>
internal interface ISegmentSoftmaxKind
{
    static abstract bool IsLogSumExp { get; }

    static abstract bool IsBackward { get; }
}

/// <summary><c>m + log Σ exp(v - m)</c> per segment.</summary>
internal readonly struct LogSumExpKind : ISegmentSoftmaxKind
{
    public static bool IsLogSumExp => true;

    public static bool IsBackward => false;
}

/// <summary><c>exp(v - m) / Σ exp(v - m)</c> per edge.</summary>
internal readonly struct SoftmaxKind : ISegmentSoftmaxKind
{
    public static bool IsLogSumExp => false;

    public static bool IsBackward => false;
}

/// <summary><c>p (g - Σ p g)</c> per edge.</summary>
internal readonly struct SoftmaxBackwardKind : ISegmentSoftmaxKind
{
    public static bool IsLogSumExp => false;

    public static bool IsBackward => true;
}

/// <summary>The edge values of <see cref="SegmentSoftmaxWork{TKind, T}"/> and where the results go.</summary>
internal readonly unsafe struct SegmentValues<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Values; backward: the probabilities.</summary>
    public readonly T* V { get; init; }

    public readonly nint VStride { get; init; }

    /// <summary>Backward: gradient of the probabilities.</summary>
    public readonly T* G { get; init; }

    public readonly nint GStride { get; init; }

    /// <summary>Per edge, or (log-sum-exp) per segment.</summary>
    public readonly T* Output { get; init; }

    public readonly nint OutputStride { get; init; }

    /// <summary>Number of columns.</summary>
    public readonly nint Columns { get; init; }

    /// <summary>Edge number at every position, and the last position.</summary>
    public readonly int* Order { get; init; }

    public readonly nint Last { get; init; }

    /// <summary>Whether positions are edge numbers.</summary>
    public readonly bool IsSorted { get; init; }
}

/// <summary>What becomes of the maximum and the sum of a segment.</summary>
internal static class SegmentStatistics
{
    /// <summary>Where the maximum is infinite it is the answer: -∞ of nothing but -∞, +∞, and NaN anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogSumExp<TLanes, T>(TLanes maximum, TLanes sum)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TLanes.Select(IsInfinite<TLanes, T>(maximum), maximum, maximum + Functions.Log<TLanes, T>(sum));

    /// <summary>What the exponentials are multiplied by. A segment of nothing but -∞ has the sum 0 and gives 0; below a +∞ (whose own edge is NaN, and so is the sum) the others give 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Reciprocal<TLanes, T>(TLanes maximum, TLanes sum)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TLanes.Constant(1) / TLanes.Select(IsInfinite<TLanes, T>(maximum), TLanes.Constant(1), sum);

    /// <summary>What is subtracted before the exponential: the maximum, or 0 where it is -∞ (and every value too).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Shift<TLanes, T>(TLanes maximum)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TLanes.Select(TLanes.Equal(maximum, TLanes.Broadcast(T.NegativeInfinity)), TLanes.Zero, maximum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes IsInfinite<TLanes, T>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TLanes.Equal(TLanes.Abs(value), TLanes.Broadcast(T.PositiveInfinity));
}
