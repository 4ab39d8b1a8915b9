using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// Rows picked by an index, <c>rows[index[p]]</c>, each of them once and all together more than the caches hold: they come from memory and leave the caches
/// to what is read again.
/// </summary>
internal unsafe struct PassingRows<T>(T* rows, nint stride, int* index, nint count) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // What the last-level cache holds on most processors.
    private const long CacheBytes = 16L << 20;

    // Twice what memory delivers while one line is waited for, so that a row whose turn comes is there; all of it in the first-level cache.
    private const int BytesAhead = 8 << 10;

    private const int CacheLine = 64;

    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;
    private readonly nint _last = count - 1;

    /// <summary>Whether rows are too many to stay in the caches.</summary>
    public static bool Suits(nint rows, nint features) => (Int128)rows * features * sizeof(T) > CacheBytes;

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + _index[position] * _stride);

    // The bytes are a constant where this is inlined, so the distance and the comparisons fold.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var line = (byte*)(_rows + _index[Math.Min(position + BytesAhead / Math.Max(bytes, CacheLine), _last)] * _stride + feature);
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
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => EdgeRows.Load<TLanes, T>(message.Row + feature, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, feature, count));
}
