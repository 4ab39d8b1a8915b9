using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>The message of one edge: a row, and what the row (or, of several heads, each of them) is multiplied by.</summary>
internal readonly unsafe struct EdgeMessage<T>(T* row, T weight = default, int* arg = null, int edge = 0, T* weights = null)
    where T : unmanaged
{
    public readonly T* Row = row;
    public readonly T Weight = weight;
    public readonly T* Weights = weights;
    public readonly int* Arg = arg;
    public readonly int Edge = edge;
}

/// <summary>
/// Message operator of the row reduction: what stands at a position of the compressed rows. Implemented by structs, so that every combination with a
/// reduction and a register width is a loop of its own without calls.
/// </summary>
internal unsafe interface IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of weights per edge, each for an equal share of the features.</summary>
    int Heads { get; }

    /// <summary>Chooses the weight that <see cref="At"/> gives.</summary>
    void SelectHead(int head);

    /// <summary>The message at a position.</summary>
    EdgeMessage<T> At(nint position);

    /// <summary>Asks the caches for a part of the row of a position.</summary>
    void Prefetch(nint position, nint feature, int bytes);

    /// <summary>The message's features from <paramref name="feature"/> on; <paramref name="count"/> of them, at most one per lane.</summary>
    /// <param name="message">The message.</param>
    /// <param name="row">These features of its row: the caller knows whether they fill a register, and then loads them without a branch.</param>
    /// <param name="feature">The first feature.</param>
    /// <param name="count">Number of features.</param>
    TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>;

    /// <summary><c>REDUCE(accumulator, <see cref="Value"/>)</c>.</summary>
    TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T>;

    /// <summary>Whether messages of one feature can be taken by the register, see <see cref="Column"/>.</summary>
    bool HasColumn { get; }

    /// <summary>The messages, of one feature, at a position and those after it.</summary>
    TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

internal static unsafe class EdgeRows
{
    /// <summary>
    /// How many positions ahead rows are asked for: about what the line-fill buffers of a core can hold in flight, given that the
    /// out-of-order window already reaches a few edges ahead, but not past a mispredicted end of a row.
    /// </summary>
    public const int PrefetchDistance = 12;

    // The first cache has 32 KiB or more; the row being reduced is in it too.
    private const int PrefetchBytes = 12 << 10;
    private const int LeastPrefetchDistance = 8;
    private const int MostPrefetchDistance = 64;

    private const int CacheLine = 64;

    /// <summary>
    /// How many positions ahead rows of so many bytes are asked for where nothing but such rows goes through the first cache: as far as it can hold them, so
    /// that the few that come from further away have arrived too and do not hold up the others.
    /// </summary>
    public static nint PrefetchDistanceOf(nint bytes) => Math.Clamp(PrefetchBytes / bytes, LeastPrefetchDistance, MostPrefetchDistance);

    /// <summary>Asks the caches for up to eight lines. <paramref name="bytes"/> is a constant where this is inlined, so the comparisons fold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address, int bytes)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var line = (byte*)address;
        Sse.Prefetch0(line);
        if (bytes > CacheLine)
        {
            Sse.Prefetch0(line + CacheLine);
        }

        if (bytes > 2 * CacheLine)
        {
            Sse.Prefetch0(line + 2 * CacheLine);
        }

        if (bytes > 3 * CacheLine)
        {
            Sse.Prefetch0(line + 3 * CacheLine);
        }

        if (bytes > 4 * CacheLine)
        {
            Sse.Prefetch0(line + 4 * CacheLine);
            Sse.Prefetch0(line + 5 * CacheLine);
            Sse.Prefetch0(line + 6 * CacheLine);
            Sse.Prefetch0(line + 7 * CacheLine);
        }
    }

    /// <summary>Loads <paramref name="count"/> elements; a whole register where the count is known to be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(T* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        count == TLanes.Count ? TLanes.Load(source) : TLanes.LoadPartial(source, count);

    /// <summary>Stores <paramref name="count"/> elements; a whole register where the count is known to be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes value, T* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (count == TLanes.Count)
        {
            TLanes.Store(value, destination);
        }
        else
        {
            TLanes.StorePartial(value, destination, count);
        }
    }
}

/// <summary>Rows picked by an index: <c>rows[index[p]]</c>. The source rows of an aggregate, or the edge rows of a segment reduction.</summary>
internal unsafe struct IndexedRows<T>(T* rows, nint stride, int* index) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + _index[position] * _stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes) => EdgeRows.Prefetch(_rows + _index[position] * _stride + feature, bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count));

    public readonly bool HasColumn => _stride == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => LaneRows.Load<TLanes, Scalar<T>, T>(_rows, _index + position);
}

/// <summary>Weighted rows picked by an index: <c>w[order[p], head] · rows[index[p]]</c>.</summary>
internal unsafe struct WeightedIndexedRows<T>(T* rows, nint stride, int* index, int* order, T* weights, nint weightStride, int heads) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;
    private readonly int* _order = order;
    private readonly T* _weights = weights;
    private readonly nint _weightStride = weightStride;
    private T* _head = weights;

    public readonly int Heads => heads;

    public void SelectHead(int head) => _head = _weights + head;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + _index[position] * _stride, _head[_order[position] * _weightStride]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
        EdgeRows.Prefetch(_rows + _index[position] * _stride + feature, bytes);
        EdgeRows.Prefetch(_head + _order[position] * _weightStride, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Broadcast(message.Weight) * row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.IsExtremum
            ? TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count))
            : TLanes.FusedMultiplyAdd(TLanes.Broadcast(message.Weight), row, accumulator);

    public readonly bool HasColumn => _stride == 1 && _weightStride == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => LaneRows.Load<TLanes, Scalar<T>, T>(_head, _order + position) * LaneRows.Load<TLanes, Scalar<T>, T>(_rows, _index + position);
}

/// <summary>
/// Rows picked by an index with one weight per head, <c>w[order[p], h] · rows[index[p], h]</c>, in one pass over the edges: the heads are so wide, and a power
/// of two, that no register belongs to two of them.
/// </summary>
internal unsafe struct HeadIndexedRows<T>(T* rows, nint stride, int* index, int* order, T* weights, nint weightStride, int width) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;
    private readonly int* _order = order;
    private readonly T* _weights = weights;
    private readonly nint _weightStride = weightStride;
    private readonly int _shift = BitOperations.Log2((uint)width);

    /// <summary>Whether heads of this width suit: those of one element have no registers at all, and from the narrowest on a whole one.</summary>
    public static bool Suits(nint width) => BitOperations.IsPow2(width) && (width == 1 || width * sizeof(T) >= 16);

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + _index[position] * _stride, weights: _weights + _order[position] * _weightStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
        EdgeRows.Prefetch(_rows + _index[position] * _stride + feature, bytes);
        EdgeRows.Prefetch(_weights + _order[position] * _weightStride + (feature >> _shift), 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Broadcast(message.Weights[feature >> _shift]) * row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.IsExtremum
            ? TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count))
            : TLanes.FusedMultiplyAdd(TLanes.Broadcast(message.Weights[feature >> _shift]), row, accumulator);

    public readonly bool HasColumn => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => default;
}

/// <summary>Rows in the order of the positions: <c>rows[p - first]</c>. The hardware prefetches them.</summary>
internal unsafe struct StreamedRows<T>(T* rows, nint stride, nint first) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows - first * stride;
    private readonly nint _stride = stride;

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + position * _stride);

    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count));

    public readonly bool HasColumn => _stride == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Load(_rows + position);
}

/// <summary>Weighted rows in the order of the positions: <c>w[order[p]] · rows[p - first]</c>.</summary>
internal unsafe struct WeightedStreamedRows<T>(T* rows, nint stride, nint first, int* order, T* weights, nint weightStride) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows - first * stride;
    private readonly nint _stride = stride;
    private readonly int* _order = order;
    private readonly T* _weights = weights;

    public readonly int Heads => 1;

    public readonly void SelectHead(int head)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position) => new(_rows + position * _stride, _weights[_order[position] * weightStride]);

    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Broadcast(message.Weight) * row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.IsExtremum
            ? TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count))
            : TLanes.FusedMultiplyAdd(TLanes.Broadcast(message.Weight), row, accumulator);

    public readonly bool HasColumn => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => default;
}

/// <summary>
/// Gradient of an extremum along the transposed rows: <c>w[e, head] · rows[index[p]]</c> in the features where <c>arg[index[p]]</c> is the edge
/// <c>e = order[p]</c>, else 0. Without weights <c>w</c> is 1.
/// </summary>
internal unsafe struct ExtremumGradientRows<T>(T* rows, nint stride, int* index, int* order, int* arg, nint argStride, T* weights, nint weightStride, int heads) : IEdgeMessages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows = rows;
    private readonly nint _stride = stride;
    private readonly int* _index = index;
    private readonly int* _order = order;
    private readonly int* _arg = arg;
    private readonly nint _argStride = argStride;
    private readonly T* _weights = weights;
    private int _head;

    public readonly int Heads => heads;

    public void SelectHead(int head) => _head = head;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EdgeMessage<T> At(nint position)
    {
        nint node = _index[position];
        var edge = _order[position];
        return new(_rows + node * _stride, _weights is null ? T.One : _weights[edge * weightStride + _head], _arg + node * _argStride, edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint position, nint feature, int bytes)
    {
        nint node = _index[position];
        EdgeRows.Prefetch(_rows + node * _stride + feature, bytes);
        EdgeRows.Prefetch(_arg + node * _argStride + feature, bytes * sizeof(int) / sizeof(T));
    }

    // The choice is made on the product: an infinite weight must not turn the zeros of the edges that lost into NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Value<TLanes>(EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var mask = EdgeNumbers.Equal<TLanes, T>(EdgeNumbers.Load<TLanes, T>(message.Arg + feature, count), EdgeNumbers.Broadcast<TLanes, T>(message.Edge));
        return TLanes.And(mask, TLanes.Broadcast(message.Weight) * row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Accumulate<TReduction, TLanes>(TLanes accumulator, EdgeMessage<T> message, TLanes row, nint feature, int count)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T> => TReduction.Combine<TLanes, T>(accumulator, Value<TLanes>(message, row, feature, count));

    public readonly bool HasColumn => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Column<TLanes>(nint position)
        where TLanes : unmanaged, ILanes<TLanes, T> => default;
}
