using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Reduces all rows of an <see cref="EdgeIndex"/>: blocks of rows and pieces of long rows in parallel, then the pieces of each long row in their order.
/// </summary>
internal unsafe struct RowReductionWork<TMessages, TReduction, T> : ILanesWork<T>
    where TMessages : struct, IEdgeMessages<T>
    where TReduction : struct, IReduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private RowReduction<TMessages, TReduction, T> _reduction;
    private EdgeBlocks _blocks;
    private RowOutput<T> _output;
    private RowPieces<T> _pieces;

    /// <summary>Reduces every row.</summary>
    /// <param name="messages">What is reduced.</param>
    /// <param name="index">The rows; its offsets and order are pinned at the next two.</param>
    /// <param name="offsets">Pinned <see cref="EdgeIndex.Offsets"/>.</param>
    /// <param name="order">Pinned <see cref="EdgeIndex.Order"/>.</param>
    /// <param name="output">Where the rows go.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <param name="width">Neighbouring features that a register may hold; 0 for all of a head.</param>
    public static void Run(TMessages messages, EdgeIndex index, long* offsets, int* order, RowOutput<T> output, int threads, nint width = 0)
    {
        if (output.Features == 0)
        {
            return;
        }

        var pieces = EdgeBlocks.CountPieces(index);
        using var scratch = Scratch.Rent(Scratch.SizeOf<long>(2 * pieces) + RowPieces<T>.SizeOf(pieces, output.Features, TReduction.IsExtremum));
        var work = default(RowReductionWork<TMessages, TReduction, T>);
        work._blocks = new EdgeBlocks(offsets, index, scratch.Take<long>(2 * pieces), pieces, EdgeBlocks.CostFor(output.Features));
        work._pieces = new RowPieces<T>(scratch, pieces, output.Features, TReduction.IsExtremum);
        work._output = output;
        work._reduction.Messages = messages;
        work._reduction.Positions = index.Edges;
        work._reduction.Distance = EdgeRows.PrefetchDistanceOf(output.Features * sizeof(T));
        work._reduction.Features = output.Features;
        work._reduction.Order = order;
        width = width == 0 ? output.Features / messages.Heads : width;
        if (work._reduction.IsColumn && !output.HasArg)
        {
            // Registers of 128 bits, whatever there is: a message is one access to memory, and ends of rows are a small part of them.
            width = Vector128<T>.Count;
        }

        LanesWork.For<RowReductionWork<TMessages, TReduction, T>, T>(ref work, work._blocks.Count, threads, width);
        work._pieces.Combine<TReduction>(work._blocks, output, threads);
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var reduction = _reduction;

        // Heads take turns at the messages of a row, which must be in the first cache still; edge numbers have loops of their own.
        var together = reduction.Messages.Heads == 1 && !_output.HasArg;
        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            if (runs.Piece >= 0)
            {
                reduction.Reduce<TLanes>(_pieces.Row(runs.Piece), _pieces.Arg(runs.Piece), (nint)runs.FirstPosition, (nint)runs.EndPosition, false, T.One);
                continue;
            }

            if (together)
            {
                for (var row = runs.FirstRow; row < runs.EndRow; row++)
                {
                    if (_blocks.Begin(row) == _blocks.End(row))
                    {
                        _output.Empty<TReduction>(row);
                    }
                }

                reduction.ReduceRows<TLanes>(_output.Row(runs.FirstRow), _output.Stride, _blocks.Offsets + runs.FirstRow, runs.EndRow - runs.FirstRow, _output.Accumulate);
                continue;
            }

            for (var row = runs.FirstRow; row < runs.EndRow; row++)
            {
                var begin = (nint)_blocks.Begin(row);
                var end = (nint)_blocks.End(row);
                if (begin == end)
                {
                    _output.Empty<TReduction>(row);
                }
                else
                {
                    reduction.Reduce<TLanes>(_output.Row(row), _output.Arg(row), begin, end, _output.Accumulate, TReduction.IsMean ? T.CreateTruncating(end - begin) : T.One);
                }
            }
        }
    }
}

/// <summary>The rows that a reduction writes.</summary>
internal readonly unsafe struct RowOutput<T>(T* first, nint stride, nint features, int* arg, nint argStride, T fill, bool accumulate)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _first = first;
    private readonly int* _arg = arg;
    private readonly T _fill = fill;

    /// <summary>Number of features.</summary>
    public nint Features { get; } = features;

    /// <summary>Stride of the rows.</summary>
    public nint Stride { get; } = stride;

    /// <summary>Whether edge numbers are asked for.</summary>
    public bool HasArg => _arg is not null;

    /// <summary>Whether the reduction goes on from what the rows hold.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>The columns <c>[start, start + count)</c> alone.</summary>
    public RowOutput<T> ColumnRange(nint start, nint count) => new(_first + start, Stride, count, _arg is null ? null : _arg + start, argStride, _fill, Accumulate);

    public T* Row(nint row) => _first + row * Stride;

    public int* Arg(nint row) => _arg is null ? null : _arg + row * argStride;

    /// <summary>Writes the row of a node without edges.</summary>
    public void Empty<TReduction>(nint row)
        where TReduction : struct, IReduction
    {
        if (Accumulate)
        {
            return;
        }

        new Span<T>(Row(row), checked((int)Features)).Fill(TReduction.IsExtremum ? _fill : T.Zero);
        if (_arg is not null)
        {
            new Span<int>(Arg(row), (int)Features).Fill(-1);
        }
    }
}

/// <summary>Partial results of the pieces of long rows.</summary>
internal readonly unsafe struct RowPieces<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _rows;
    private readonly int* _args;
    private readonly nint _features;
    private readonly int _count;

    public RowPieces(Scratch scratch, int count, nint features, bool hasArg)
    {
        _count = count;
        _features = features;
        _rows = count == 0 ? null : scratch.Take<T>(count * features);
        _args = count == 0 || !hasArg ? null : scratch.Take<int>(count * features);
    }

    public static nuint SizeOf(int count, nint features, bool hasArg) =>
        Scratch.SizeOf<T>(count * features) + (hasArg ? Scratch.SizeOf<int>(count * features) : 0);

    public T* Row(int piece) => _rows + piece * _features;

    public int* Arg(int piece) => _args is null ? null : _args + piece * _features;

    /// <summary>Combines the pieces of every long row, in their order, into its row of the output.</summary>
    public void Combine<TReduction>(in EdgeBlocks blocks, in RowOutput<T> output, int threads)
        where TReduction : struct, IReduction
    {
        if (_count > 0)
        {
            var work = new CombineWork<TReduction> { Pieces = this, Blocks = blocks, Output = output };
            LanesWork.For<CombineWork<TReduction>, T>(ref work, _count, threads, _features);
        }
    }

    private struct CombineWork<TReduction> : ILanesWork<T>
        where TReduction : struct, IReduction
    {
        public RowPieces<T> Pieces;
        public EdgeBlocks Blocks;
        public RowOutput<T> Output;

        // The first piece of a row stands for the row.
        public readonly void Run<TLanes>(int piece)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var row = Blocks.PieceRow(piece);
            if (piece > 0 && Blocks.PieceRow(piece - 1) == row)
            {
                return;
            }

            var end = piece + 1;
            while (end < Pieces._count && Blocks.PieceRow(end) == row)
            {
                end++;
            }

            if (TReduction.IsExtremum)
            {
                CombineExtrema(piece, end, Output.Row(row), Output.Arg(row));
                return;
            }

            var reduction = default(RowReduction<StreamedRows<T>, TReduction, T>);
            reduction.Messages = new StreamedRows<T>(Pieces._rows, Pieces._features, 0);
            reduction.Features = Pieces._features;
            reduction.Reduce<TLanes>(Output.Row(row), null, piece, end, Output.Accumulate, TReduction.IsMean ? T.CreateTruncating(Blocks.End(row) - Blocks.Begin(row)) : T.One);
        }

        private readonly void CombineExtrema(int piece, int end, T* output, int* arg)
        {
            for (nint feature = 0; feature < Pieces._features; feature++)
            {
                var value = output[feature];
                var edge = Output.Accumulate && arg is not null ? arg[feature] : -1;
                for (var part = piece; part < end; part++)
                {
                    var candidate = Pieces.Row(part)[feature];
                    if (edge < 0 || TReduction.Replaces(candidate, value))
                    {
                        value = candidate;
                        edge = Pieces.Arg(part)[feature];
                    }
                }

                output[feature] = value;
                if (arg is not null)
                {
                    arg[feature] = edge;
                }
            }
        }
    }
}
