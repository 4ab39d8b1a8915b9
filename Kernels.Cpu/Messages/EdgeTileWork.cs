using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Combined messages of a range of positions, tile by tile: written out, <c>output[r] = ρ_e</c>, or, given rows <c>y</c>, multiplied with them,
/// <c>output[e] = ⟨ρ_e, y[dst[e]]⟩</c>.
/// </summary>
internal unsafe struct EdgeTileWork<TActivation, TSide, T> : ILanesWork<T>
    where TActivation : struct, IActivation
    where TSide : struct, IEdgeSide
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private CombinedTile<T> _tile;
    private nint _first;
    private nint _count;
    private nint _perBlock;
    private int* _order;
    private int* _neighbours;
    private long* _offsets;
    private int _nodes;
    private T* _y;
    private nint _yStride;
    private T* _output;
    private nint _outputStride;

    public static void Run(Graph graph, nint first, nint count, CombinedTile<T> tile, T* edgeWeight, nint edgeWeightStride, T* y, nint yStride, T* output, nint outputStride, int threads)
    {
        var index = TSide.IsDestination ? graph.Destination : graph.Source;
        using var scratch = Scratch.Rent(tile.PackedSize);
        tile.Pack(edgeWeight, edgeWeightStride, scratch);
        fixed (int* order = index.Order, neighbours = TSide.IsDestination ? graph.SourceByDestination : graph.DestinationBySource)
        fixed (long* offsets = index.Offsets)
        {
            var work = new EdgeTileWork<TActivation, TSide, T>
            {
                _tile = tile,
                _first = first,
                _count = count,
                _perBlock = Math.Max(tile.Rows, (nint)EdgeBlocks.CostFor(tile.Features) / tile.Rows * tile.Rows),
                _order = order,
                _neighbours = neighbours,
                _offsets = offsets,
                _nodes = graph.Nodes,
                _y = y,
                _yStride = yStride,
                _output = output,
                _outputStride = outputStride,
            };
            var blocks = (int)((count + work._perBlock - 1) / work._perBlock);
            LanesWork.For<EdgeTileWork<TActivation, TSide, T>, T>(ref work, blocks, threads, tile.Features);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var rows = _tile.Rows;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows * _tile.Stride) + Scratch.SizeOf<T>(rows * _tile.EdgeStride) + Scratch.SizeOf<int>(rows));
        var messages = scratch.Take<T>(rows * _tile.Stride);
        var edgeFeatures = scratch.Take<T>(rows * _tile.EdgeStride);
        var nodes = scratch.Take<int>(rows);
        var begin = _first + block * _perBlock;
        var end = Math.Min(begin + _perBlock, _first + _count);
        var row = EdgeBlocks.RowOf(_offsets, _nodes, begin);
        for (; begin < end; begin += rows)
        {
            var count = Math.Min(rows, end - begin);
            for (nint r = 0; r < count; r++)
            {
                while (_offsets[row + 1] <= begin + r)
                {
                    row++;
                }

                nodes[r] = row;
            }

            var edges = _order + begin;
            var neighbours = _neighbours + begin;
            var ahead = _tile.Edges - begin;
            var targets = TSide.IsDestination ? nodes : neighbours;
            var output = _y is null ? _output + (begin - _first) * _outputStride : messages;
            var stride = _y is null ? _outputStride : _tile.Stride;
            _tile.GatherEdgeFeatures(edges, count, ahead, edgeFeatures);
            _tile.Messages<TActivation, TSide, TLanes>(targets, TSide.IsDestination ? neighbours : nodes, count, ahead, edgeFeatures, output, stride);
            for (nint r = 0; r < count && _y is not null; r++)
            {
                _output[edges[r] * _outputStride] = EdgeProductWork<PlainProduct, T>.Dot(messages + r * stride, _y + targets[r] * _yStride, null, TLanes.Zero, _tile.Features);
            }
        }
    }
}
