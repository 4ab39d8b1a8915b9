using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

/// <summary>
/// The loop shape of softmax over segments: statistics of a row (maximum and sum of exponentials; backward: an inner product), then a pass that uses them.
/// </summary>
/// <remarks>
/// A few columns that divide the register (one per head, say) are laid side by side, so that a register holds several edges and lane <c>l</c> belongs to
/// column <c>l mod C</c>; rows that are not contiguous are copied to scratch first. Otherwise registers run over the columns of one edge.
/// Pieces of long rows give statistics, which are merged in the order of the pieces, and are passed over a second time.
/// </remarks>
internal unsafe struct SegmentSoftmaxWork<TKind, T> : ILanesWork<T>
    where TKind : struct, ISegmentSoftmaxKind
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T* _v;
    private nint _vStride;
    private T* _g;
    private nint _gStride;
    private T* _output;
    private nint _outputStride;
    private nint _columns;
    private int* _order;
    private nint _last;
    private EdgeBlocks _blocks;
    private bool _sorted;
    private bool _secondPass;

    // Statistics of the pieces, [pieces, 2, C]: maximum and sum, or inner product.
    private T* _statistics;

    /// <param name="index">The segments.</param>
    /// <param name="v">Values; backward: the probabilities.</param>
    /// <param name="vStride">Stride of <paramref name="v"/>.</param>
    /// <param name="g">Backward: gradient of the probabilities.</param>
    /// <param name="gStride">Stride of <paramref name="g"/>.</param>
    /// <param name="output">Per edge, or (log-sum-exp) per segment.</param>
    /// <param name="outputStride">Stride of <paramref name="output"/>.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="threads">Threads to use at most.</param>
    public static void Run(EdgeIndex index, T* v, nint vStride, T* g, nint gStride, T* output, nint outputStride, nint columns, int threads)
    {
        if (columns == 0)
        {
            return;
        }

        var pieces = EdgeBlocks.CountPieces(index);
        using var scratch = Scratch.Rent(Scratch.SizeOf<long>(2 * pieces) + Scratch.SizeOf<T>(2 * pieces * columns));
        fixed (int* order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            // An exponential costs as much as several loads, so blocks are shorter than those of a plain reduction.
            var work = new SegmentSoftmaxWork<TKind, T>
            {
                _v = v,
                _vStride = vStride,
                _g = g,
                _gStride = gStride,
                _output = output,
                _outputStride = outputStride,
                _columns = columns,
                _order = order,
                _last = index.Edges - 1,
                _blocks = new EdgeBlocks(offsets, index, scratch.Take<long>(2 * pieces), pieces, EdgeBlocks.CostFor(4 * columns)),
                _sorted = index.IsSorted,
                _statistics = scratch.Take<T>(2 * pieces * columns),
            };
            var width = BitOperations.IsPow2(columns) && columns * sizeof(T) <= 64 ? nint.MaxValue : columns;
            LanesWork.For<SegmentSoftmaxWork<TKind, T>, T>(ref work, work._blocks.Count, threads, width);
            if (pieces > 0)
            {
                work.MergePieces();
                work._secondPass = true;
                LanesWork.For<SegmentSoftmaxWork<TKind, T>, T>(ref work, TKind.IsLogSumExp ? 0 : pieces, threads, width);
            }
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sideBySide = TLanes.Count % _columns == 0;
        var room = sideBySide ? EdgeBlocks.PieceEdges * _columns : 0;
        using var scratch = Scratch.Rent(2 * Scratch.SizeOf<T>(room) + 2 * Scratch.SizeOf<T>(64 / sizeof(T)) + 2 * Scratch.SizeOf<T>(_columns));
        var segment = default(Segment<TLanes>);
        segment.Work = this;
        segment.Values = scratch.Take<T>(room);
        segment.Gradients = scratch.Take<T>(room);
        segment.Lanes = scratch.Take<T>(64 / sizeof(T));
        segment.Indices = scratch.Take<T>(64 / sizeof(T));
        segment.Statistics = scratch.Take<T>(2 * _columns);
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            segment.Indices[lane] = T.CreateTruncating(lane);
        }

        if (_secondPass)
        {
            block += _blocks.Blocks;
        }

        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            if (runs.Piece >= 0)
            {
                var statistics = _statistics + 2 * runs.Piece * _columns;
                if (sideBySide)
                {
                    segment.Piece((nint)runs.FirstPosition, (nint)runs.EndPosition, statistics, _secondPass);
                }
                else
                {
                    segment.WidePiece((nint)runs.FirstPosition, (nint)runs.EndPosition, statistics, _secondPass);
                }

                continue;
            }

            for (var row = runs.FirstRow; row < runs.EndRow; row++)
            {
                var begin = (nint)_blocks.Begin(row);
                var end = (nint)_blocks.End(row);
                if (begin == end)
                {
                    if (TKind.IsLogSumExp)
                    {
                        new Span<T>(_output + row * _outputStride, (int)_columns).Fill(T.NegativeInfinity);
                    }
                }
                else if (sideBySide)
                {
                    segment.Row(row, begin, end);
                }
                else
                {
                    segment.WideRow(row, begin, end);
                }
            }
        }
    }

    // In the order of the pieces; every piece of a row then holds the statistics of the row.
    private readonly void MergePieces()
    {
        var columns = _columns;
        for (var first = 0; first < _blocks.Pieces;)
        {
            var row = _blocks.PieceRow(first);
            var end = first + 1;
            while (end < _blocks.Pieces && _blocks.PieceRow(end) == row)
            {
                end++;
            }

            for (nint column = 0; column < columns; column++)
            {
                var statistics = _statistics + column;
                var maximum = T.NegativeInfinity;
                for (var piece = first; piece < end; piece++)
                {
                    maximum = T.Max(maximum, statistics[2 * piece * columns]);
                }

                var sum = 0.0;
                for (var piece = first; piece < end; piece++)
                {
                    var part = double.CreateTruncating(statistics[(2 * piece + 1) * columns]);
                    sum += TKind.IsBackward || !T.IsFinite(maximum) ? part : part * Math.Exp(double.CreateTruncating(statistics[2 * piece * columns]) - double.CreateTruncating(maximum));
                }

                if (TKind.IsLogSumExp)
                {
                    _output[row * _outputStride + column] = T.IsFinite(maximum) ? T.CreateTruncating(double.CreateTruncating(maximum) + Math.Log(sum)) : maximum;
                }

                for (var piece = first; piece < end; piece++)
                {
                    statistics[2 * piece * columns] = maximum;
                    statistics[(2 * piece + 1) * columns] = T.CreateTruncating(sum);
                }
            }

            first = end;
        }
    }

    /// <summary>One block's loops over a segment, with its scratch memory.</summary>
    private struct Segment<TLanes>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        public SegmentSoftmaxWork<TKind, T> Work;
        public T* Values;
        public T* Gradients;
        public T* Lanes;
        public T* Indices;
        public T* Statistics;

        private readonly int Columns => (int)Work._columns;

        /// <summary>A whole row with the columns side by side.</summary>
        public readonly void Row(int row, nint begin, nint end)
        {
            var count = (end - begin) * Columns;
            var values = Read(Work._v, Work._vStride, begin, end, Values);
            if (TKind.IsBackward)
            {
                var gradients = Read(Work._g, Work._gStride, begin, end, Gradients);
                var to = Target(begin);
                Differences(values, gradients, count, Products(values, gradients, count), to);
                Write(to, begin, end);
            }
            else if (TKind.IsLogSumExp)
            {
                var maximum = Maximum(values, count);
                var sum = Exponentials(values, count, maximum, null);
                TLanes.StorePartial(LogSumExp(maximum, sum), Work._output + row * Work._outputStride, Columns);
            }
            else
            {
                var to = Target(begin);
                var maximum = Maximum(values, count);
                var sum = Exponentials(values, count, maximum, to);
                Scale(to, count, Reciprocal(maximum, sum));
                Write(to, begin, end);
            }
        }

        /// <summary>A piece of a long row: its statistics, or with those of the row its share of the output.</summary>
        public readonly void Piece(nint begin, nint end, T* statistics, bool secondPass)
        {
            var count = (end - begin) * Columns;
            var values = Read(Work._v, Work._vStride, begin, end, Values);
            var gradients = TKind.IsBackward ? Read(Work._g, Work._gStride, begin, end, Gradients) : null;
            if (secondPass)
            {
                var first = Repeat(statistics);
                var second = Repeat(statistics + Columns);
                var to = Target(begin);
                if (TKind.IsBackward)
                {
                    Differences(values, gradients, count, second, to);
                }
                else
                {
                    Exponentials(values, count, first, to);
                    Scale(to, count, Reciprocal(first, second));
                }

                Write(to, begin, end);
            }
            else if (TKind.IsBackward)
            {
                TLanes.StorePartial(TLanes.Zero, statistics, Columns);
                TLanes.StorePartial(Products(values, gradients, count), statistics + Columns, Columns);
            }
            else
            {
                var maximum = Maximum(values, count);
                TLanes.StorePartial(maximum, statistics, Columns);
                TLanes.StorePartial(Exponentials(values, count, maximum, null), statistics + Columns, Columns);
            }
        }

        /// <summary>A whole row with registers over the columns.</summary>
        public readonly void WideRow(int row, nint begin, nint end)
        {
            for (nint column = 0; column < Work._columns; column += TLanes.Count)
            {
                var lanes = (int)Math.Min(TLanes.Count, Work._columns - column);
                if (TKind.IsBackward)
                {
                    WideDifferences(begin, end, column, lanes, WideProducts(begin, end, column, lanes));
                }
                else
                {
                    var maximum = WideMaximum(begin, end, column, lanes);
                    var sum = WideExponentials(begin, end, column, lanes, maximum, !TKind.IsLogSumExp);
                    if (TKind.IsLogSumExp)
                    {
                        TLanes.StorePartial(LogSumExp(maximum, sum), Work._output + row * Work._outputStride + column, lanes);
                    }
                    else
                    {
                        WideScale(begin, end, column, lanes, Reciprocal(maximum, sum));
                    }
                }
            }
        }

        /// <summary><see cref="Piece"/> with registers over the columns.</summary>
        public readonly void WidePiece(nint begin, nint end, T* statistics, bool secondPass)
        {
            for (nint column = 0; column < Work._columns; column += TLanes.Count)
            {
                var lanes = (int)Math.Min(TLanes.Count, Work._columns - column);
                var first = statistics + column;
                var second = first + Work._columns;
                if (secondPass && TKind.IsBackward)
                {
                    WideDifferences(begin, end, column, lanes, TLanes.LoadPartial(second, lanes));
                }
                else if (secondPass)
                {
                    var maximum = TLanes.LoadPartial(first, lanes);
                    WideExponentials(begin, end, column, lanes, maximum, true);
                    WideScale(begin, end, column, lanes, Reciprocal(maximum, TLanes.LoadPartial(second, lanes)));
                }
                else if (TKind.IsBackward)
                {
                    TLanes.StorePartial(TLanes.Zero, first, lanes);
                    TLanes.StorePartial(WideProducts(begin, end, column, lanes), second, lanes);
                }
                else
                {
                    var maximum = WideMaximum(begin, end, column, lanes);
                    TLanes.StorePartial(maximum, first, lanes);
                    TLanes.StorePartial(WideExponentials(begin, end, column, lanes, maximum, false), second, lanes);
                }
            }
        }

        // Where the maximum is infinite it is the answer: -∞ of nothing but -∞, +∞, and NaN anyway.
        private static TLanes LogSumExp(TLanes maximum, TLanes sum)
        {
            var infinite = TLanes.Equal(TLanes.Abs(maximum), TLanes.Broadcast(T.PositiveInfinity));
            return TLanes.Select(infinite, maximum, maximum + Functions.Log<TLanes, T>(sum));
        }

        // A segment of nothing but -∞ has the sum 0 and gives 0; below a +∞ (whose own edge is NaN, and so is the sum) the others give 0.
        private static TLanes Reciprocal(TLanes maximum, TLanes sum)
        {
            var infinite = TLanes.Equal(TLanes.Abs(maximum), TLanes.Broadcast(T.PositiveInfinity));
            return TLanes.Constant(1) / TLanes.Select(infinite, TLanes.Constant(1), sum);
        }

        // What is subtracted before the exponential: the maximum, or 0 where it is -∞ (and every value too).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Shift(TLanes maximum) =>
            TLanes.Select(TLanes.Equal(maximum, TLanes.Broadcast(T.NegativeInfinity)), TLanes.Zero, maximum);

        private readonly T* Read(T* from, nint stride, nint begin, nint end, T* buffer)
        {
            var columns = Work._columns;
            if (Work._sorted && stride == columns)
            {
                return from + begin * columns;
            }

            // The columns fill 4, 8, 16, 32 or 64 bytes.
            switch (columns * sizeof(T))
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

        private readonly T* Target(nint begin) =>
            Work._sorted && Work._outputStride == Work._columns ? Work._output + begin * Work._columns : Values;

        private readonly void Write(T* buffer, nint begin, nint end)
        {
            if (buffer != Values)
            {
                return;
            }

            var stride = Work._outputStride * sizeof(T);
            switch (Work._columns * sizeof(T))
            {
                case 4:
                    Scatter((int*)buffer, begin, end, (int*)Work._output, stride);
                    break;
                case 8:
                    Scatter((long*)buffer, begin, end, (long*)Work._output, stride);
                    break;
                case 16:
                    Scatter((Vector128<byte>*)buffer, begin, end, (Vector128<byte>*)Work._output, stride);
                    break;
                case 32:
                    Scatter((Vector256<byte>*)buffer, begin, end, (Vector256<byte>*)Work._output, stride);
                    break;
                default:
                    Scatter((Vector512<byte>*)buffer, begin, end, (Vector512<byte>*)Work._output, stride);
                    break;
            }
        }

        // Rows of one block each, asked for some positions ahead together with the row that will be written in their place.
        private readonly void Gather<TBlock>(TBlock* from, nint strideBytes, nint begin, nint end, TBlock* to)
            where TBlock : unmanaged
        {
            var order = Work._order;
            var output = Work._output;
            var outputStride = TKind.IsLogSumExp ? 0 : Work._outputStride;
            for (var position = begin; position < end; position++)
            {
                nint ahead = order[Math.Min(position + EdgeRows.PrefetchDistance, Work._last)];
                EdgeRows.Prefetch((byte*)from + ahead * strideBytes, 1);
                EdgeRows.Prefetch(output + ahead * outputStride, 1);
                to[position - begin] = *(TBlock*)((byte*)from + order[position] * strideBytes);
            }
        }

        private readonly void Scatter<TBlock>(TBlock* from, nint begin, nint end, TBlock* to, nint strideBytes)
            where TBlock : unmanaged
        {
            var order = Work._order;
            for (var position = begin; position < end; position++)
            {
                *(TBlock*)((byte*)to + order[position] * strideBytes) = from[position - begin];
            }
        }

        // The lanes of one column combined, in the order of the lanes, and repeated along the register.
        private readonly TLanes Fold<TReduction>(TLanes value)
            where TReduction : struct, IReduction
        {
            var columns = Columns;
            if (columns == TLanes.Count)
            {
                return value;
            }

            if (columns == 1)
            {
                return TLanes.Broadcast(TReduction.IsExtremum ? TLanes.MaxAcross(value) : TLanes.Sum(value));
            }

            TLanes.Store(value, Lanes);
            for (var lane = columns; lane < TLanes.Count; lane++)
            {
                var column = lane % columns;
                Lanes[column] = TReduction.IsExtremum ? T.Max(Lanes[column], Lanes[lane]) : Lanes[column] + Lanes[lane];
            }

            return Repeat(Lanes);
        }

        private readonly TLanes Repeat(T* columns)
        {
            var count = Columns;
            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                Lanes[lane] = columns[lane & (count - 1)];
            }

            return TLanes.Load(Lanes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TLanes Mask(nint count) => TLanes.LessThan(TLanes.Load(Indices), TLanes.Broadcast(T.CreateTruncating((int)count)));

        private readonly TLanes Maximum(T* values, nint count)
        {
            var lowest = TLanes.Broadcast(T.NegativeInfinity);
            TLanes m0 = lowest, m1 = lowest;
            nint i = 0;
            for (; i <= count - 2 * TLanes.Count; i += 2 * TLanes.Count)
            {
                m0 = TLanes.Max(m0, TLanes.Load(values + i));
                m1 = TLanes.Max(m1, TLanes.Load(values + i + TLanes.Count));
            }

            if (i <= count - TLanes.Count)
            {
                m0 = TLanes.Max(m0, TLanes.Load(values + i));
                i += TLanes.Count;
            }

            if (i < count)
            {
                m1 = TLanes.Max(m1, TLanes.Select(Mask(count - i), TLanes.LoadPartial(values + i, (int)(count - i)), lowest));
            }

            return Fold<Max>(TLanes.Max(m0, m1));
        }

        private readonly TLanes Exponentials(T* values, nint count, TLanes maximum, T* output)
        {
            var shift = Shift(maximum);
            var total = TLanes.Zero;
            nint i = 0;
            while (i <= count - TLanes.Count)
            {
                var sum = TLanes.Zero;
                var stop = Math.Min(count - TLanes.Count, i + (EdgeBlocks.PlainEdges - 1) * TLanes.Count);
                for (; i <= stop; i += TLanes.Count)
                {
                    var value = Functions.Exp<TLanes, T>(TLanes.Load(values + i) - shift);
                    sum += value;
                    if (output is not null)
                    {
                        TLanes.Store(value, output + i);
                    }
                }

                total += sum;
            }

            if (i < count)
            {
                var lanes = (int)(count - i);
                var value = TLanes.And(Mask(lanes), Functions.Exp<TLanes, T>(TLanes.LoadPartial(values + i, lanes) - shift));
                total += value;
                if (output is not null)
                {
                    TLanes.StorePartial(value, output + i, lanes);
                }
            }

            return Fold<Sum>(total);
        }

        private static void Scale(T* values, nint count, TLanes factor)
        {
            nint i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(values + i) * factor, values + i);
            }

            if (i < count)
            {
                var lanes = (int)(count - i);
                TLanes.StorePartial(TLanes.LoadPartial(values + i, lanes) * factor, values + i, lanes);
            }
        }

        private readonly TLanes Products(T* values, T* gradients, nint count)
        {
            var total = TLanes.Zero;
            nint i = 0;
            while (i <= count - TLanes.Count)
            {
                var sum = TLanes.Zero;
                var stop = Math.Min(count - TLanes.Count, i + (EdgeBlocks.PlainEdges - 1) * TLanes.Count);
                for (; i <= stop; i += TLanes.Count)
                {
                    sum = TLanes.FusedMultiplyAdd(TLanes.Load(values + i), TLanes.Load(gradients + i), sum);
                }

                total += sum;
            }

            if (i < count)
            {
                var lanes = (int)(count - i);
                total = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(values + i, lanes), TLanes.LoadPartial(gradients + i, lanes), total);
            }

            return Fold<Sum>(total);
        }

        private static void Differences(T* values, T* gradients, nint count, TLanes inner, T* output)
        {
            nint i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(values + i) * (TLanes.Load(gradients + i) - inner), output + i);
            }

            if (i < count)
            {
                var lanes = (int)(count - i);
                TLanes.StorePartial(TLanes.LoadPartial(values + i, lanes) * (TLanes.LoadPartial(gradients + i, lanes) - inner), output + i, lanes);
            }
        }

        // The rows of a later position, at the first pass over a row. A segment is done column by column, so one line is enough.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Prefetch(nint position, nint column)
        {
            nint ahead = Work._order[Math.Min(position + EdgeRows.PrefetchDistance, Work._last)];
            EdgeRows.Prefetch(Work._v + ahead * Work._vStride + column, 1);
            if (TKind.IsBackward)
            {
                EdgeRows.Prefetch(Work._g + ahead * Work._gStride + column, 1);
            }

            if (!TKind.IsLogSumExp)
            {
                EdgeRows.Prefetch(Work._output + ahead * Work._outputStride + column, 1);
            }
        }

        private readonly TLanes WideMaximum(nint begin, nint end, nint column, int lanes)
        {
            var maximum = TLanes.Broadcast(T.NegativeInfinity);
            for (var position = begin; position < end; position++)
            {
                Prefetch(position, column);
                maximum = TLanes.Max(maximum, EdgeRows.Load<TLanes, T>(Work._v + Work._order[position] * Work._vStride + column, lanes));
            }

            return maximum;
        }

        private readonly TLanes WideExponentials(nint begin, nint end, nint column, int lanes, TLanes maximum, bool store)
        {
            var shift = Shift(maximum);
            var total = TLanes.Zero;
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var sum = TLanes.Zero;
                for (var position = begin; position < next; position++)
                {
                    nint edge = Work._order[position];
                    var value = Functions.Exp<TLanes, T>(EdgeRows.Load<TLanes, T>(Work._v + edge * Work._vStride + column, lanes) - shift);
                    sum += value;
                    if (store)
                    {
                        EdgeRows.Store(value, Work._output + edge * Work._outputStride + column, lanes);
                    }
                }

                total += sum;
            }

            return total;
        }

        private readonly void WideScale(nint begin, nint end, nint column, int lanes, TLanes factor)
        {
            for (var position = begin; position < end; position++)
            {
                var row = Work._output + Work._order[position] * Work._outputStride + column;
                EdgeRows.Store(EdgeRows.Load<TLanes, T>(row, lanes) * factor, row, lanes);
            }
        }

        private readonly TLanes WideProducts(nint begin, nint end, nint column, int lanes)
        {
            var total = TLanes.Zero;
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var sum = TLanes.Zero;
                for (var position = begin; position < next; position++)
                {
                    nint edge = Work._order[position];
                    Prefetch(position, column);
                    sum = TLanes.FusedMultiplyAdd(EdgeRows.Load<TLanes, T>(Work._v + edge * Work._vStride + column, lanes), EdgeRows.Load<TLanes, T>(Work._g + edge * Work._gStride + column, lanes), sum);
                }

                total += sum;
            }

            return total;
        }

        private readonly void WideDifferences(nint begin, nint end, nint column, int lanes, TLanes inner)
        {
            for (var position = begin; position < end; position++)
            {
                nint edge = Work._order[position];
                var values = EdgeRows.Load<TLanes, T>(Work._v + edge * Work._vStride + column, lanes);
                var gradients = EdgeRows.Load<TLanes, T>(Work._g + edge * Work._gStride + column, lanes);
                EdgeRows.Store(values * (gradients - inner), Work._output + edge * Work._outputStride + column, lanes);
            }
        }
    }
}
