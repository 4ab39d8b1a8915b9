using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Aggregate of combined messages: in registers where <see cref="CombinedRows{TActivation, TReduction, TWeights, T}"/> can; otherwise, tile by tile, the messages are computed (<see cref="CombinedTile{T}"/>) and reduced into the rows that the tile touches
/// (<see cref="RowReduction{TMessages, TReduction, T}"/>), so that no more than a tile of messages ever exists.
/// </summary>
internal unsafe struct AggregateCombinedWork<TActivation, TReduction, T> : ILanesWork<T>
    where TActivation : struct, IActivation
    where TReduction : struct, IReduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private CombinedTile<T> _tile;
    private EdgeBlocks _blocks;
    private RowOutput<T> _output;
    private RowPieces<T> _pieces;
    private int* _order;
    private int* _sources;
    private T* _weights;
    private nint _weightStride;

    public static void Run(Graph graph, CombinedTile<T> tile, T* edgeWeight, nint edgeWeightStride, T* weights, nint weightStride, RowOutput<T> output, int threads)
    {
        if (output.Features == 0)
        {
            return;
        }

        var index = graph.Destination;
        var pieces = EdgeBlocks.CountPieces(index);
        using var scratch = Scratch.Rent(tile.PackedSize + Scratch.SizeOf<long>(2 * pieces) + RowPieces<T>.SizeOf(pieces, output.Features, TReduction.IsExtremum));
        tile.Pack(edgeWeight, edgeWeightStride, scratch);
        fixed (int* order = index.Order, sources = graph.SourceByDestination)
        fixed (long* offsets = index.Offsets)
        {
            var work = new AggregateCombinedWork<TActivation, TReduction, T>
            {
                _tile = tile,
                _blocks = new EdgeBlocks(offsets, index, scratch.Take<long>(2 * pieces), pieces, EdgeBlocks.CostFor(output.Features)),
                _pieces = new RowPieces<T>(scratch, pieces, output.Features, TReduction.IsExtremum),
                _output = output,
                _order = order,
                _sources = sources,
                _weights = weights,
                _weightStride = weightStride,
            };
            LanesWork.For<AggregateCombinedWork<TActivation, TReduction, T>, T>(ref work, work._blocks.Count, threads, output.Features);
            work._pieces.Combine<TReduction>(work._blocks, output, threads);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (!CombinedRows<TActivation, TReduction, Unweighted, T>.Fits<TLanes>(_tile.Features, TReduction.IsExtremum && (_blocks.Pieces > 0 || _output.Arg(0) is not null)))
        {
            RunTiles<TLanes>(block);
        }
        else if (_weights is null)
        {
            RunRows<Unweighted, TLanes>(block);
        }
        else
        {
            RunRows<Weighted, TLanes>(block);
        }
    }

    private readonly void RunRows<TWeights, TLanes>(int block)
        where TWeights : struct, IEdgeWeights
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var rows = new CombinedRows<TActivation, TReduction, TWeights, T>(_tile, _order, _sources, _weights, _weightStride);
        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            if (runs.Piece >= 0)
            {
                rows.Reduce<TLanes>(runs.FirstRow, (nint)runs.FirstPosition, (nint)runs.EndPosition, _pieces.Row(runs.Piece), T.One);
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
                    rows.Reduce<TLanes>(row, begin, end, _output.Row(row), TReduction.IsMean ? T.CreateTruncating(end - begin) : T.One);
                }
            }
        }
    }

    private readonly void RunTiles<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var rows = _tile.Rows;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows * _tile.Stride) + Scratch.SizeOf<T>(rows * _tile.EdgeStride) + Scratch.SizeOf<int>(rows + TileRows.Slack));
        var messages = scratch.Take<T>(rows * _tile.Stride);
        var edgeFeatures = scratch.Take<T>(rows * _tile.EdgeStride);
        var targets = scratch.Take<int>(rows + TileRows.Slack);
        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            var tiles = new TileRows(_blocks, runs, rows);
            bool more;
            do
            {
                more = tiles.NextTile();
                if (more)
                {
                    var count = tiles.End - tiles.Begin;
                    tiles.Fill(targets);
                    _tile.GatherEdgeFeatures(_order + tiles.Begin, count, _tile.Edges - tiles.Begin, edgeFeatures);
                    _tile.Messages<TActivation, ByDestination, TLanes>(targets, _sources + tiles.Begin, count, _tile.Edges - tiles.Begin, edgeFeatures, messages, _tile.Stride);
                }

                if (_weights is null)
                {
                    Reduce<StreamedRows<T>, TLanes>(new(messages, _tile.Stride, tiles.Begin), ref tiles, runs.Piece);
                }
                else
                {
                    Reduce<WeightedStreamedRows<T>, TLanes>(new(messages, _tile.Stride, tiles.Begin, _order, _weights, _weightStride), ref tiles, runs.Piece);
                }
            }
            while (more);
        }
    }

    private readonly void Reduce<TMessages, TLanes>(TMessages messages, ref TileRows tiles, int piece)
        where TMessages : struct, IEdgeMessages<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var reduction = new RowReduction<TMessages, TReduction, T> { Messages = messages, Features = _tile.Features, Order = _order };
        while (tiles.NextPart())
        {
            if (piece >= 0)
            {
                reduction.Reduce<TLanes>(_pieces.Row(piece), _pieces.Arg(piece), tiles.PartBegin, tiles.PartEnd, tiles.Continues, T.One);
            }
            else if (tiles.PartBegin == tiles.PartEnd)
            {
                _output.Empty<TReduction>(tiles.Row);
            }
            else
            {
                var end = _blocks.End(tiles.Row);
                var divisor = TReduction.IsMean && tiles.PartEnd == end ? T.CreateTruncating(end - _blocks.Begin(tiles.Row)) : T.One;
                reduction.Reduce<TLanes>(_output.Row(tiles.Row), _output.Arg(tiles.Row), tiles.PartBegin, tiles.PartEnd, tiles.Continues, divisor);
            }
        }
    }
}
