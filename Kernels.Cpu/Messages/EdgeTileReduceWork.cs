using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>Reduces the rows of a tile of positions into the rows of their nodes. A row belongs to the block that holds its first position in the tile.</summary>
internal unsafe struct EdgeTileReduceWork<TReduction, T> : ILanesWork<T>
    where TReduction : struct, IReduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private RowReduction<StreamedRows<T>, TReduction, T> _reduction;
    private RowOutput<T> _output;
    private long* _offsets;
    private int _nodes;
    private nint _first;
    private nint _last;
    private nint _perBlock;

    public static void Run(EdgeIndex index, nint first, nint count, T* v, nint stride, RowOutput<T> output, int threads)
    {
        if (output.Features == 0)
        {
            return;
        }

        fixed (int* order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            var work = default(EdgeTileReduceWork<TReduction, T>);
            work._reduction.Messages = new StreamedRows<T>(v, stride, first);
            work._reduction.Features = output.Features;
            work._reduction.Order = order;
            work._output = output;
            work._offsets = offsets;
            work._nodes = index.Nodes;
            work._first = first;
            work._last = first + count;
            work._perBlock = (nint)EdgeBlocks.CostFor(output.Features);
            LanesWork.For<EdgeTileReduceWork<TReduction, T>, T>(ref work, (int)((count + work._perBlock - 1) / work._perBlock), threads, output.Features);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var reduction = _reduction;
        var begin = _first + block * _perBlock;
        var end = Math.Min(begin + _perBlock, _last);
        var row = EdgeBlocks.RowOf(_offsets, _nodes, begin);
        if (block > 0 && _offsets[row] < begin)
        {
            // Begun in an earlier block.
            begin = (nint)_offsets[++row];
        }

        while (begin < end)
        {
            var rowEnd = (nint)Math.Min(_offsets[row + 1], _last);
            if (begin < rowEnd)
            {
                reduction.Reduce<TLanes>(_output.Row(row), _output.Arg(row), begin, rowEnd, true, T.One);
                begin = rowEnd;
            }

            row++;
        }
    }
}
