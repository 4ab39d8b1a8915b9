using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// Rows picked by an index, <c>rows[index[p]]</c>, each of them once and all together more than the caches hold: they come from memory and leave the caches
/// to what is read again.
/// </summary>
internal unsafe struct PassingRows<T>(T* rows, nint stride, int* index) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int CacheLine = 64;

    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;

    /// <summary>Whether rows are too many to stay in the caches.</summary>
    public static bool Suits(nint rows, nint features) => (Int128)rows * features * sizeof(T) > LastLevelCache.Bytes;

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + _index[position] * _stride);

    // The bytes are a constant where this is inlined, so the comparisons fold.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var line = (byte*)(_rows + _index[position] * _stride + feature);
        Sse.PrefetchNonTemporal(line);
        if (bytes > CacheLine)
        {
            Sse.PrefetchNonTemporal(line + CacheLine);
        }

        if (bytes > 2 * CacheLine)
        {
            Sse.PrefetchNonTemporal(line + 2 * CacheLine);
            Sse.PrefetchNonTemporal(line + 3 * CacheLine);
        }

        if (bytes > 4 * CacheLine)
        {
            Sse.PrefetchNonTemporal(line + 4 * CacheLine);
            Sse.PrefetchNonTemporal(line + 5 * CacheLine);
            Sse.PrefetchNonTemporal(line + 6 * CacheLine);
            Sse.PrefetchNonTemporal(line + 7 * CacheLine);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count));

    public readonly bool HasColumn => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => default;
}
