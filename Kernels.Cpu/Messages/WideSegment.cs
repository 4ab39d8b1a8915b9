using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>A segment with registers over the columns of one edge.</summary>
internal readonly unsafe struct WideSegment<TKind, TLanes, T>(in SegmentValues<T> values) : ISegment<T>
    where TKind : struct, ISegmentSoftmaxKind
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly SegmentValues<T> _values = values;

    /// <inheritdoc/>
    public void Row(int row, nint begin, nint end)
    {
        for (nint column = 0; column < _values.Columns; column += TLanes.Count)
        {
            var lanes = (int)Math.Min(TLanes.Count, _values.Columns - column);
            if (TKind.IsBackward)
            {
                Differences(begin, end, column, lanes, Products(begin, end, column, lanes));
            }
            else
            {
                var maximum = Maximum(begin, end, column, lanes);
                var sum = Exponentials(begin, end, column, lanes, maximum, !TKind.IsLogSumExp);
                if (TKind.IsLogSumExp)
                {
                    TLanes.StorePartial(SegmentStatistics.LogSumExp<TLanes, T>(maximum, sum), _values.Output + row * _values.OutputStride + column, lanes);
                }
                else
                {
                    Scale(begin, end, column, lanes, SegmentStatistics.Reciprocal<TLanes, T>(maximum, sum));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Piece(nint begin, nint end, T* statistics, bool secondPass)
    {
        for (nint column = 0; column < _values.Columns; column += TLanes.Count)
        {
            var lanes = (int)Math.Min(TLanes.Count, _values.Columns - column);
            var first = statistics + column;
            var second = first + _values.Columns;
            if (secondPass && TKind.IsBackward)
            {
                Differences(begin, end, column, lanes, TLanes.LoadPartial(second, lanes));
            }
            else if (secondPass)
            {
                var maximum = TLanes.LoadPartial(first, lanes);
                Exponentials(begin, end, column, lanes, maximum, true);
                Scale(begin, end, column, lanes, SegmentStatistics.Reciprocal<TLanes, T>(maximum, TLanes.LoadPartial(second, lanes)));
            }
            else if (TKind.IsBackward)
            {
                TLanes.StorePartial(TLanes.Zero, first, lanes);
                TLanes.StorePartial(Products(begin, end, column, lanes), second, lanes);
            }
            else
            {
                var maximum = Maximum(begin, end, column, lanes);
                TLanes.StorePartial(maximum, first, lanes);
                TLanes.StorePartial(Exponentials(begin, end, column, lanes, maximum, false), second, lanes);
            }
        }
    }

    // The rows of a later position, at the first pass over a row. A segment is done column by column, so one line is enough.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(nint position, nint column)
    {
        nint ahead = _values.Order[Math.Min(position + EdgeRows.PrefetchDistance, _values.Last)];
        EdgeRows.Prefetch(_values.V + ahead * _values.VStride + column, 1);
        if (TKind.IsBackward)
        {
            EdgeRows.Prefetch(_values.G + ahead * _values.GStride + column, 1);
        }

        if (!TKind.IsLogSumExp)
        {
            EdgeRows.Prefetch(_values.Output + ahead * _values.OutputStride + column, 1);
        }
    }

    private TLanes Maximum(nint begin, nint end, nint column, int lanes)
    {
        var maximum = TLanes.Broadcast(T.NegativeInfinity);
        for (var position = begin; position < end; position++)
        {
            Prefetch(position, column);
            maximum = TLanes.Max(maximum, EdgeRows.Load<TLanes, T>(_values.V + _values.Order[position] * _values.VStride + column, lanes));
        }

        return maximum;
    }

    private TLanes Exponentials(nint begin, nint end, nint column, int lanes, TLanes maximum, bool store)
    {
        var shift = SegmentStatistics.Shift<TLanes, T>(maximum);
        var total = TLanes.Zero;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var sum = TLanes.Zero;
            for (var position = begin; position < next; position++)
            {
                nint edge = _values.Order[position];
                var value = Functions.Exp<TLanes, T>(EdgeRows.Load<TLanes, T>(_values.V + edge * _values.VStride + column, lanes) - shift);
                sum += value;
                if (store)
                {
                    EdgeRows.Store(value, _values.Output + edge * _values.OutputStride + column, lanes);
                }
            }

            total += sum;
        }

        return total;
    }

    private void Scale(nint begin, nint end, nint column, int lanes, TLanes factor)
    {
        for (var position = begin; position < end; position++)
        {
            var row = _values.Output + _values.Order[position] * _values.OutputStride + column;
            EdgeRows.Store(EdgeRows.Load<TLanes, T>(row, lanes) * factor, row, lanes);
        }
    }

    private TLanes Products(nint begin, nint end, nint column, int lanes)
    {
        var total = TLanes.Zero;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var sum = TLanes.Zero;
            for (var position = begin; position < next; position++)
            {
                nint edge = _values.Order[position];
                Prefetch(position, column);
                sum = TLanes.FusedMultiplyAdd(EdgeRows.Load<TLanes, T>(_values.V + edge * _values.VStride + column, lanes), EdgeRows.Load<TLanes, T>(_values.G + edge * _values.GStride + column, lanes), sum);
            }

            total += sum;
        }

        return total;
    }

    private void Differences(nint begin, nint end, nint column, int lanes, TLanes inner)
    {
        for (var position = begin; position < end; position++)
        {
            nint edge = _values.Order[position];
            var values = EdgeRows.Load<TLanes, T>(_values.V + edge * _values.VStride + column, lanes);
            var gradients = EdgeRows.Load<TLanes, T>(_values.G + edge * _values.GStride + column, lanes);
            EdgeRows.Store(values * (gradients - inner), _values.Output + edge * _values.OutputStride + column, lanes);
        }
    }
}
