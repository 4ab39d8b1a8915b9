using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// A segment of a few columns (one per head, say) that divide the register: they are laid side by side, so that a register holds several edges, see
/// <see cref="ColumnLanes"/>. Rows that are not contiguous are copied to scratch memory first, and their results copied back from there.
/// </summary>
/// <remarks>
/// The last register of a row ends at its end and overlaps the one before, so that no store is masked: the next row's loads would wait for one that seems to
/// reach into their addresses. What the overlap would count twice is left out of the sums. Rows of less than a register are masked throughout.
/// The steps of a row hand each other registers through memory of their own: as arguments, they would be copied in parts, and the reader of the whole would
/// wait for them.
/// </remarks>
internal readonly unsafe struct NarrowSegment<TKind, TLanes, T>(in SegmentValues<T> values, Scratch scratch) : ISegment<T>
    where TKind : struct, ISegmentSoftmaxKind
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly SegmentValues<T> _values = values;

    // Copies of rows that are not contiguous, and exponentials until their sum is known.
    private readonly T* _buffer = scratch.Take<T>(EdgeBlocks.PieceEdges * values.Columns);
    private readonly T* _gradients = TKind.IsBackward ? scratch.Take<T>(EdgeBlocks.PieceEdges * values.Columns) : null;

    // Registers: maximum, sum (backward: the inner product), and the exponentials at the end of the row.
    private readonly T* _maximum = scratch.Take<T>(TLanes.Count);
    private readonly T* _sum = scratch.Take<T>(TLanes.Count);
    private readonly T* _last = scratch.Take<T>(TLanes.Count);

    /// <summary>Bytes of scratch that the constructor takes.</summary>
    public static nuint ScratchSize(nint columns) =>
        (TKind.IsBackward ? 2u : 1u) * Scratch.SizeOf<T>(EdgeBlocks.PieceEdges * columns) + 3 * Scratch.SizeOf<T>(TLanes.Count);

    /// <inheritdoc/>
    public void Row(int row, nint begin, nint end)
    {
        var count = (end - begin) * _values.Columns;
        var v = Read(_values.V, _values.VStride, begin, end, _buffer);
        if (TKind.IsBackward)
        {
            var g = Read(_values.G, _values.GStride, begin, end, _gradients);
            Products(v, g, count);
            WriteDifferences(v, g, count, begin, end);
            return;
        }

        Maximum(v, count);
        Exponentials(v, count);
        if (TKind.IsLogSumExp)
        {
            var value = SegmentStatistics.LogSumExp<TLanes, T>(TLanes.Load(_maximum), TLanes.Load(_sum));
            TLanes.StorePartial(value, _values.Output + row * _values.OutputStride, (int)_values.Columns);
        }
        else
        {
            WriteScaled(count, begin, end);
        }
    }

    /// <inheritdoc/>
    public void Piece(nint begin, nint end, T* statistics, bool secondPass)
    {
        var columns = (int)_values.Columns;
        var count = (end - begin) * columns;
        var v = Read(_values.V, _values.VStride, begin, end, _buffer);
        var g = TKind.IsBackward ? Read(_values.G, _values.GStride, begin, end, _gradients) : null;
        if (secondPass)
        {
            ColumnLanes.Repeat<TLanes, T>(statistics, columns, _maximum);
            if (TKind.IsBackward)
            {
                ColumnLanes.Repeat<TLanes, T>(statistics + columns, columns, _sum);
                WriteDifferences(v, g, count, begin, end);
            }
            else
            {
                Exponentials(v, count);
                ColumnLanes.Repeat<TLanes, T>(statistics + columns, columns, _sum);
                WriteScaled(count, begin, end);
            }

            return;
        }

        if (TKind.IsBackward)
        {
            TLanes.Store(TLanes.Zero, _maximum);
            Products(v, g, count);
        }
        else
        {
            Maximum(v, count);
            Exponentials(v, count);
        }

        TLanes.StorePartial(TLanes.Load(_maximum), statistics, columns);
        TLanes.StorePartial(TLanes.Load(_sum), statistics + columns, columns);
    }

    private void Maximum(T* v, nint count)
    {
        var end = Math.Max(0, count - TLanes.Count);
        var lanes = (int)(count - end);
        var lowest = TLanes.Broadcast(T.NegativeInfinity);
        var m0 = TLanes.Select(Partial.Mask<TLanes, T>(lanes), TLanes.LoadPartial(v + end, lanes), lowest);
        var m1 = lowest;

        // The maximum so far stands on the right, where the next one waits for it less.
        nint i = 0;
        for (; i < end - TLanes.Count; i += 2 * TLanes.Count)
        {
            m0 = TLanes.Max(TLanes.Load(v + i), m0);
            m1 = TLanes.Max(TLanes.Load(v + i + TLanes.Count), m1);
        }

        if (i < end)
        {
            m0 = TLanes.Max(TLanes.Load(v + i), m0);
        }

        TLanes.Store(ColumnLanes.Combine<Max, TLanes, T>(TLanes.Max(m0, m1), _values.Columns), _maximum);
    }

    // From the values and the maximum: the exponentials, in the buffer but for those of the last register, and their sum.
    private void Exponentials(T* v, nint count)
    {
        var shift = SegmentStatistics.Shift<TLanes, T>(TLanes.Load(_maximum));
        var end = Math.Max(0, count - TLanes.Count);
        var lanes = (int)(count - end);
        var last = TLanes.And(Partial.Mask<TLanes, T>(lanes), Functions.Exp<TLanes, T>(TLanes.LoadPartial(v + end, lanes) - shift));
        var buffer = _buffer;
        var total = TLanes.Zero;
        nint i = 0;
        while (i < end)
        {
            var sum = TLanes.Zero;
            for (var stop = Math.Min(end, i + EdgeBlocks.PlainEdges * TLanes.Count); i < stop; i += TLanes.Count)
            {
                var value = Functions.Exp<TLanes, T>(TLanes.Load(v + i) - shift);
                sum += value;
                if (!TKind.IsLogSumExp)
                {
                    TLanes.Store(value, buffer + i);
                }
            }

            total += sum;
        }

        total += TLanes.AndNot(last, Partial.Mask<TLanes, T>((int)(i - end)));
        TLanes.Store(last, _last);
        TLanes.Store(ColumnLanes.Combine<Sum, TLanes, T>(total, _values.Columns), _sum);
    }

    private void WriteScaled(nint count, nint begin, nint end)
    {
        var factor = SegmentStatistics.Reciprocal<TLanes, T>(TLanes.Load(_maximum), TLanes.Load(_sum));
        var last = TLanes.Load(_last) * factor;
        var to = Target(begin);
        var buffer = _buffer;
        var stop = Math.Max(0, count - TLanes.Count);
        for (nint i = 0; i < stop; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(buffer + i) * factor, to + i);
        }

        EdgeRows.Store(last, to + stop, (int)(count - stop));
        if (to == buffer)
        {
            Scatter(buffer, begin, end);
        }
    }

    private void Products(T* v, T* g, nint count)
    {
        var end = Math.Max(0, count - TLanes.Count);
        var lanes = (int)(count - end);
        var total = TLanes.Zero;
        nint i = 0;
        while (i < end)
        {
            var sum = TLanes.Zero;
            for (var stop = Math.Min(end, i + EdgeBlocks.PlainEdges * TLanes.Count); i < stop; i += TLanes.Count)
            {
                sum = TLanes.FusedMultiplyAdd(TLanes.Load(v + i), TLanes.Load(g + i), sum);
            }

            total += sum;
        }

        total += TLanes.AndNot(TLanes.LoadPartial(v + end, lanes) * TLanes.LoadPartial(g + end, lanes), Partial.Mask<TLanes, T>((int)(i - end)));
        TLanes.Store(ColumnLanes.Combine<Sum, TLanes, T>(total, _values.Columns), _sum);
    }

    private void WriteDifferences(T* v, T* g, nint count, nint begin, nint end)
    {
        // The target may be where the values are, and the last register overlaps the one before.
        var inner = TLanes.Load(_sum);
        var to = Target(begin);
        var stop = Math.Max(0, count - TLanes.Count);
        var lanes = (int)(count - stop);
        var last = TLanes.LoadPartial(v + stop, lanes) * (TLanes.LoadPartial(g + stop, lanes) - inner);
        for (nint i = 0; i < stop; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(v + i) * (TLanes.Load(g + i) - inner), to + i);
        }

        EdgeRows.Store(last, to + stop, lanes);
        if (to == _buffer)
        {
            Scatter(to, begin, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* Target(nint begin) =>
        _values.IsSorted && _values.OutputStride == _values.Columns ? _values.Output + begin * _values.Columns : _buffer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* Read(T* from, nint stride, nint begin, nint end, T* buffer) =>
        _values.IsSorted && stride == _values.Columns ? from + begin * stride : Copy(from, stride, begin, end, buffer);

    private T* Copy(T* from, nint stride, nint begin, nint end, T* buffer)
    {
        // The columns fill 4, 8, 16, 32 or 64 bytes.
        switch (_values.Columns * sizeof(T))
        {
            case 4:
                Gather((int*)from, stride * sizeof(T), begin, end, (int*)buffer);
                break;
            case 8:
                Gather((long*)from, stride * sizeof(T), begin, end, (long*)buffer);
                break;
            case 16:
                Gather((Vector128<byte>*)from, stride * sizeof(T), begin, end, (Vector128<byte>*)buffer);
                break;
            case 32:
                Gather((Vector256<byte>*)from, stride * sizeof(T), begin, end, (Vector256<byte>*)buffer);
                break;
            default:
                Gather((Vector512<byte>*)from, stride * sizeof(T), begin, end, (Vector512<byte>*)buffer);
                break;
        }

        return buffer;
    }

    private void Scatter(T* buffer, nint begin, nint end)
    {
        var stride = _values.OutputStride * sizeof(T);
        switch (_values.Columns * sizeof(T))
        {
            case 4:
                Scatter((int*)buffer, begin, end, (int*)_values.Output, stride);
                break;
            case 8:
                Scatter((long*)buffer, begin, end, (long*)_values.Output, stride);
                break;
            case 16:
                Scatter((Vector128<byte>*)buffer, begin, end, (Vector128<byte>*)_values.Output, stride);
                break;
            case 32:
                Scatter((Vector256<byte>*)buffer, begin, end, (Vector256<byte>*)_values.Output, stride);
                break;
            default:
                Scatter((Vector512<byte>*)buffer, begin, end, (Vector512<byte>*)_values.Output, stride);
                break;
        }
    }

    // Rows of one block each, asked for some positions ahead together with the row that will be written in their place.
    private void Gather<TBlock>(TBlock* from, nint strideBytes, nint begin, nint end, TBlock* to)
        where TBlock : unmanaged
    {
        var order = _values.Order;
        var output = _values.Output;
        var outputStride = TKind.IsLogSumExp ? 0 : _values.OutputStride;
        for (var position = begin; position < end; position++)
        {
            nint ahead = order[Math.Min(position + EdgeRows.PrefetchDistance, _values.Last)];
            EdgeRows.Prefetch((byte*)from + ahead * strideBytes, 1);
            EdgeRows.Prefetch(output + ahead * outputStride, 1);
            to[position - begin] = *(TBlock*)((byte*)from + order[position] * strideBytes);
        }
    }

    private void Scatter<TBlock>(TBlock* from, nint begin, nint end, TBlock* to, nint strideBytes)
        where TBlock : unmanaged
    {
        var order = _values.Order;
        for (var position = begin; position < end; position++)
        {
            *(TBlock*)((byte*)to + order[position] * strideBytes) = from[position - begin];
        }
    }
}
