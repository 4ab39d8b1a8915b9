using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Which features of an edge product count.</summary>
internal interface IEdgeProduct
{
    /// <summary>True where only features count whose argument is the edge.</summary>
    static abstract bool IsChosen { get; }
}

/// <summary>All features count.</summary>
internal readonly struct PlainProduct : IEdgeProduct
{
    public static bool IsChosen => false;
}

/// <summary>Features count in which the edge is the extremum.</summary>
internal readonly struct ChosenProduct : IEdgeProduct
{
    public static bool IsChosen => true;
}

/// <summary>
/// The loop shape of products over edges: <c>output[e, h] = ⟨x[src[e]], y[dst[e]]⟩</c> over the features of head <c>h</c>. Edges go by destination, so that a row of
/// <c>y</c> stays in the first cache while the rows of <c>x</c> pass.
/// </summary>
internal unsafe struct EdgeProductWork<TProduct, T> : ILanesWork<T>
    where TProduct : struct, IEdgeProduct
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // What is longer the hardware prefetches.
    private const int LongestPrefetch = 1024;
    private const int CacheLine = 64;

    private IndexedRows<T> _x;
    private T* _y;
    private nint _yStride;
    private int* _arg;
    private nint _argStride;
    private nint _features;
    private int _heads;
    private T* _output;
    private nint _outputStride;
    private long* _offsets;
    private int* _order;
    private int _nodes;
    private int _edges;
    private int _edgesPerBlock;
    private nint _prefetchBytes;
    private bool _sorted;

    public static void Run(Graph graph, T* x, nint xStride, T* y, nint yStride, int* arg, nint argStride, nint features, int heads, T* output, nint outputStride, int threads)
    {
        fixed (int* sources = graph.SourceByDestination, order = graph.Destination.Order)
        fixed (long* offsets = graph.Destination.Offsets)
        {
            var work = new EdgeProductWork<TProduct, T>
            {
                _x = new IndexedRows<T>(x, xStride, sources),
                _y = y,
                _yStride = yStride,
                _arg = arg,
                _argStride = argStride,
                _features = features,
                _heads = heads,
                _output = output,
                _outputStride = outputStride,
                _offsets = offsets,
                _order = order,
                _nodes = graph.Nodes,
                _edges = graph.Edges,
                _edgesPerBlock = (int)EdgeBlocks.CostFor(features),
                _prefetchBytes = Math.Min(features * sizeof(T), LongestPrefetch),
                _sorted = graph.Destination.IsSorted,
            };
            var blocks = (int)((work._edges + (long)work._edgesPerBlock - 1) / work._edgesPerBlock);
            LanesWork.For<EdgeProductWork<TProduct, T>, T>(ref work, blocks, threads, heads == 0 ? 0 : features / heads);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var position = (nint)block * _edgesPerBlock;
        var end = Math.Min(position + _edgesPerBlock, _edges);
        var row = EdgeBlocks.RowOf(_offsets, _nodes, position);
        while (position < end)
        {
            while (_offsets[row + 1] <= position)
            {
                row++;
            }

            var rowEnd = (nint)Math.Min(_offsets[row + 1], end);
            if (!TProduct.IsChosen && _heads % 4 == 0 && _features * sizeof(T) <= LongestPrefetch)
            {
                FourHeads<TLanes>(_y + row * _yStride, position, rowEnd);
            }
            else
            {
                Row<TLanes>(row, position, rowEnd);
            }

            position = rowEnd;
        }
    }

    private readonly void Row<TLanes>(int row, nint begin, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var x = _x;
        var y = _y + row * _yStride;
        var width = _features / _heads;
        var position = begin;
        if (!TProduct.IsChosen)
        {
            for (; position <= end - 4; position += 4)
            {
                Prefetch(position);
                Prefetch(position + 1);
                Prefetch(position + 2);
                Prefetch(position + 3);
                Four<TLanes>(position, y, width);
            }
        }

        for (; position < end; position++)
        {
            var edge = _order[position];
            var source = x.At(position).Row;
            var output = _output + edge * _outputStride;
            Prefetch(position);
            var chosen = EdgeNumbers.Broadcast<TLanes, T>(edge);
            nint feature = 0;
            for (var head = 0; head < _heads; head++)
            {
                output[head] = Dot(source + feature, y + feature, TProduct.IsChosen ? _arg + row * _argStride + feature : null, chosen, width);
                feature += width;
            }
        }
    }

    // Four heads of an edge at a time: their sums are neighbours in the output, and they are four chains that hide the latency of a multiply-add.
    private readonly void FourHeads<TLanes>(T* y, nint begin, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var x = _x;
        var order = _order;
        var output = _output;
        var stride = _outputStride;
        var sorted = _sorted;
        nint heads = _heads;
        var width = _features / heads;
        nint last = _edges - 1;
        for (var position = begin; position < end; position++)
        {
            var ahead = Math.Min(position + EdgeRows.PrefetchDistance, last);
            var left = x.At(position).Row;
            var later = x.At(ahead).Row;
            var right = y;
            var to = output + order[position] * stride;
            if (!sorted)
            {
                EdgeRows.Prefetch(output + order[ahead] * stride, 1);
            }

            for (nint head = 0; head < heads; head += 4)
            {
                TLanes s0, s1, s2, s3;
                if (width == TLanes.Count)
                {
                    s0 = Product<TLanes>(left, right, later);
                    s1 = Product<TLanes>(left + TLanes.Count, right + TLanes.Count, later + TLanes.Count);
                    s2 = Product<TLanes>(left + 2 * TLanes.Count, right + 2 * TLanes.Count, later + 2 * TLanes.Count);
                    s3 = Product<TLanes>(left + 3 * TLanes.Count, right + 3 * TLanes.Count, later + 3 * TLanes.Count);
                }
                else
                {
                    s0 = Products<TLanes>(left, right, later, width);
                    s1 = Products<TLanes>(left + width, right + width, later + width, width);
                    s2 = Products<TLanes>(left + 2 * width, right + 2 * width, later + 2 * width, width);
                    s3 = Products<TLanes>(left + 3 * width, right + 3 * width, later + 3 * width, width);
                }

                LaneSums.Of(s0, s1, s2, s3, to + head);
                left += 4 * width;
                right += 4 * width;
                later += 4 * width;
            }
        }
    }

    // With every register of a row, the same part of a later row is asked for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Product<TLanes>(T* x, T* y, T* later)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        EdgeRows.Prefetch(later, 1);
        return TLanes.Load(x) * TLanes.Load(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Products<TLanes>(T* x, T* y, T* later, nint width)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sum = TLanes.Zero;
        nint feature = 0;
        for (; feature <= width - TLanes.Count; feature += TLanes.Count)
        {
            EdgeRows.Prefetch(later + feature, 1);
            sum = TLanes.FusedMultiplyAdd(TLanes.Load(x + feature), TLanes.Load(y + feature), sum);
        }

        if (feature < width)
        {
            EdgeRows.Prefetch(later + feature, 1);
            sum = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(x + feature, (int)(width - feature)), TLanes.LoadPartial(y + feature, (int)(width - feature)), sum);
        }

        return sum;
    }

    // Four edges of a row: they share the loads of y and the work of summing over lanes, and are four chains that hide the latency of a multiply-add.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Four<TLanes>(nint position, T* y, nint width)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var x0 = _x.At(position).Row;
        var x1 = _x.At(position + 1).Row;
        var x2 = _x.At(position + 2).Row;
        var x3 = _x.At(position + 3).Row;
        var order = _order + position;
        var sums = stackalloc T[4];
        nint feature = 0;
        for (var head = 0; head < _heads; head++)
        {
            TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
            var last = feature + width;
            for (; feature <= last - TLanes.Count; feature += TLanes.Count)
            {
                var right = TLanes.Load(y + feature);
                s0 = TLanes.FusedMultiplyAdd(TLanes.Load(x0 + feature), right, s0);
                s1 = TLanes.FusedMultiplyAdd(TLanes.Load(x1 + feature), right, s1);
                s2 = TLanes.FusedMultiplyAdd(TLanes.Load(x2 + feature), right, s2);
                s3 = TLanes.FusedMultiplyAdd(TLanes.Load(x3 + feature), right, s3);
            }

            if (feature < last)
            {
                var count = (int)(last - feature);
                var right = TLanes.LoadPartial(y + feature, count);
                s0 = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(x0 + feature, count), right, s0);
                s1 = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(x1 + feature, count), right, s1);
                s2 = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(x2 + feature, count), right, s2);
                s3 = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(x3 + feature, count), right, s3);
                feature = last;
            }

            LaneSums.Of(s0, s1, s2, s3, sums);
            _output[order[0] * _outputStride + head] = sums[0];
            _output[order[1] * _outputStride + head] = sums[1];
            _output[order[2] * _outputStride + head] = sums[2];
            _output[order[3] * _outputStride + head] = sums[3];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Prefetch(nint position)
    {
        var ahead = Math.Min(position + EdgeRows.PrefetchDistance, _edges - 1);
        var line = (byte*)_x.At(ahead).Row;
        for (var last = line + _prefetchBytes; line < last; line += CacheLine)
        {
            EdgeRows.Prefetch(line, 1);
        }

        if (!_sorted)
        {
            EdgeRows.Prefetch(_output + _order[ahead] * _outputStride, 1);
        }
    }

    // Four chains of sums, so that the latency of a multiply-add is hidden; the rest of the features goes to the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Dot<TLanes>(T* x, T* y, int* arg, TLanes edge, nint width)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
        nint feature = 0;
        for (; feature <= width - 4 * TLanes.Count; feature += 4 * TLanes.Count)
        {
            s0 = Add(s0, x, y, arg, edge, feature, TLanes.Count);
            s1 = Add(s1, x, y, arg, edge, feature + TLanes.Count, TLanes.Count);
            s2 = Add(s2, x, y, arg, edge, feature + 2 * TLanes.Count, TLanes.Count);
            s3 = Add(s3, x, y, arg, edge, feature + 3 * TLanes.Count, TLanes.Count);
        }

        for (; feature <= width - TLanes.Count; feature += TLanes.Count)
        {
            s0 = Add(s0, x, y, arg, edge, feature, TLanes.Count);
        }

        if (feature < width)
        {
            s1 = Add(s1, x, y, arg, edge, feature, (int)(width - feature));
        }

        return TLanes.Sum(s0 + s1 + (s2 + s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Add<TLanes>(TLanes sum, T* x, T* y, int* arg, TLanes edge, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var left = EdgeRows.Load<TLanes, T>(x + feature, count);
        var right = EdgeRows.Load<TLanes, T>(y + feature, count);
        return TProduct.IsChosen
            ? sum + TLanes.And(EdgeNumbers.Equal<TLanes, T>(EdgeNumbers.Load<TLanes, T>(arg + feature, count), edge), left * right)
            : TLanes.FusedMultiplyAdd(left, right, sum);
    }
}
