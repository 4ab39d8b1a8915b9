using System.Numerics;

namespace Native.Kernels;

/// <summary>A reduction of messages or rows, written once for SIMD registers, single elements and GPUs; a type argument of kernels.</summary>
public interface IReduction
{
    /// <summary>Whether the result is one of the values (<see cref="Max"/>, <see cref="Min"/>), so that it has an argument and a fill value for the empty case.</summary>
    static abstract bool IsExtremum { get; }

    /// <summary>Whether the combined value is to be divided by the number of terms.</summary>
    static abstract bool IsMean { get; }

    /// <summary>The value that changes nothing when combined: 0, -∞ (<see cref="Max"/>) or +∞ (<see cref="Min"/>).</summary>
    static abstract T Identity<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The accumulator with one more value; NaN where either is NaN.</summary>
    static abstract TLanes Combine<TLanes, T>(TLanes accumulator, TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>
    /// Whether <paramref name="candidate"/> takes the place of <paramref name="incumbent"/> as the extremum: it is strictly better, or it is NaN
    /// and the incumbent is not. So the first of equal values stays, and so does the first NaN. False for sums.
    /// </summary>
    static abstract bool Replaces<T>(T candidate, T incumbent)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The mask of <see cref="Replaces{T}(T, T)"/>, lane by lane.</summary>
    static abstract TLanes Replaces<TLanes, T>(TLanes candidate, TLanes incumbent)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
