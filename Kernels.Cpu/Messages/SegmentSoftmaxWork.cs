using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The loop shape of softmax over segments: statistics of a row (maximum and sum of exponentials; backward: an inner product), then a pass that uses them.
/// </summary>
/// <remarks>
/// A few columns that divide the register (one per head, say) are laid side by side, see <see cref="NarrowSegment{TKind, TLanes, T}"/>. Otherwise registers run
/// over the columns of one edge, see <see cref="WideSegment{TKind, TLanes, T}"/>. Pieces of long rows give statistics, which are merged in the order of the
/// pieces, and are passed over a second time.
/// </remarks>
internal unsafe struct SegmentSoftmaxWork<TKind, T> : ILanesWork<T>
    where TKind : struct, ISegmentSoftmaxKind
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private SegmentValues<T> _values;
    private EdgeBlocks _blocks;
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

        fixed (int* order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            var values = new SegmentValues<T>
            {
                V = v,
                VStride = vStride,
                G = g,
                GStride = gStride,
                Output = output,
                OutputStride = outputStride,
                Columns = columns,
                Order = order,
                Last = index.Edges - 1,
                IsSorted = index.IsSorted,
            };
            if (SegmentSoftmaxByEdge<TKind, T>.Suits(index, values) && SegmentSoftmaxByEdge<TKind, T>.TryRun(index, values, threads))
            {
                return;
            }

            // An exponential costs as much as several loads, so blocks are shorter than those of a plain reduction.
            var pieces = EdgeBlocks.CountPieces(index);
            using var scratch = Scratch.Rent(Scratch.SizeOf<long>(2 * pieces) + Scratch.SizeOf<T>(2 * pieces * columns));
            var work = new SegmentSoftmaxWork<TKind, T>
            {
                _values = values,
                _blocks = new EdgeBlocks(offsets, index, scratch.Take<long>(2 * pieces), pieces, EdgeBlocks.CostFor(4 * columns)),
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
        if (_secondPass)
        {
            block += _blocks.Blocks;
        }

        if (TLanes.Count % _values.Columns == 0)
        {
            using var scratch = Scratch.Rent(NarrowSegment<TKind, TLanes, T>.ScratchSize(_values.Columns));
            Run(block, new NarrowSegment<TKind, TLanes, T>(_values, scratch));
        }
        else
        {
            Run(block, new WideSegment<TKind, TLanes, T>(_values));
        }
    }

    private readonly void Run<TSegment>(int block, TSegment segment)
        where TSegment : struct, ISegment<T>
    {
        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            if (runs.Piece >= 0)
            {
                segment.Piece((nint)runs.FirstPosition, (nint)runs.EndPosition, _statistics + 2 * runs.Piece * _values.Columns, _secondPass);
                continue;
            }

            for (var row = runs.FirstRow; row < runs.EndRow; row++)
            {
                var begin = (nint)_blocks.Begin(row);
                var end = (nint)_blocks.End(row);
                if (begin < end)
                {
                    segment.Row(row, begin, end);
                }
                else if (TKind.IsLogSumExp)
                {
                    new Span<T>(_values.Output + row * _values.OutputStride, (int)_values.Columns).Fill(T.NegativeInfinity);
                }
            }
        }
    }

    // In the order of the pieces; every piece of a row then holds the statistics of the row.
    private readonly void MergePieces()
    {
        var columns = _values.Columns;
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
                    _values.Output[row * _values.OutputStride + column] = T.IsFinite(maximum) ? T.CreateTruncating(double.CreateTruncating(maximum) + Math.Log(sum)) : maximum;
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
}

/// <summary>One block's loops over a segment.</summary>
internal unsafe interface ISegment<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A whole row.</summary>
    void Row(int row, nint begin, nint end);

    /// <summary>A piece of a long row: its statistics, or with those of the row its share of the output.</summary>
    void Piece(nint begin, nint end, T* statistics, bool secondPass);
}
