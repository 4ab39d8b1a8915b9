using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Adds edge rows of a cache line or more to nodes in the order of the edges: <c>output[index[e]] += v[e]</c>. The values are then read as they lie in
/// memory, which is faster than picking them node by node, and it is the sums that are picked, from the caches. Threads share the nodes, not the edges, so
/// that every sum is formed in the order of the edges by one thread; each looks through all edges and adds those of its own nodes, whole rows, so that no two
/// threads fetch the same or neighbouring cache lines of a row.
/// </summary>
/// <remarks>For nodes of so few edges that they may be added up plainly; other indices and short rows go node by node.</remarks>
internal unsafe struct ScatterAddWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // What the last-level cache holds of the sums on most processors, and a share of it that leaves no room for the values.
    private const long MostSumBytes = 16L << 20;
    private const long FewestValueBytes = 8L << 20;

    // A cache line.
    private const int ShortestRow = 64;

    // Edges looked through at a time for those of a block's nodes.
    private const int BatchEdges = 512;

    private int* _index;
    private nint _edges;
    private T* _v;
    private nint _stride;
    private T* _output;
    private nint _outputStride;
    private nint _features;
    private long* _offsets;
    private int _nodes;
    private int _blocks;

    /// <summary>Whether the sums stay in the caches and what is added does not.</summary>
    public static bool Suits(EdgeIndex index, nint features)
    {
        var row = features * sizeof(T);
        return !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && row >= ShortestRow
            && (Int128)index.Edges * row > FewestValueBytes && (Int128)index.Nodes * row <= MostSumBytes;
    }

    public static void Run(EdgeIndex index, T* v, nint stride, T* output, nint outputStride, nint features, int threads)
    {
        fixed (int* nodes = index.Index)
        fixed (long* offsets = index.Offsets)
        {
            var work = new ScatterAddWork<T>
            {
                _index = nodes,
                _edges = index.Edges,
                _v = v,
                _stride = stride,
                _output = output,
                _outputStride = outputStride,
                _features = features,
                _offsets = offsets,
                _nodes = index.Nodes,
                _blocks = Math.Max(1, threads),
            };
            LanesWork.For<ScatterAddWork<T>, T>(ref work, work._blocks, threads, features);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var first = FirstNode(block);
        var count = (uint)(FirstNode(block + 1) - first);
        var own = stackalloc int[BatchEdges];
        for (nint begin = 0; begin < _edges; begin += BatchEdges)
        {
            var end = Math.Min(begin + BatchEdges, _edges);
            var found = 0;
            for (var edge = begin; edge < end; edge++)
            {
                // Whose an edge is cannot be foretold: no branch.
                own[found] = (int)edge;
                found += (uint)(_index[edge] - first) < count ? 1 : 0;
            }

            for (var i = 0; i < found; i++)
            {
                var ahead = own[Math.Min(i + EdgeRows.PrefetchDistance, found - 1)];
                AddRow<TLanes>(own[i], ahead);
            }
        }
    }

    // Every block has about as many edges.
    private readonly int FirstNode(int block)
    {
        var edge = (long)((Int128)_edges * block / _blocks);
        var (low, high) = (0, _nodes);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            (low, high) = _offsets[middle] < edge ? (middle + 1, high) : (low, middle);
        }

        return block == _blocks ? _nodes : low;
    }

    private readonly void AddRow<TLanes>(nint edge, nint edgeAhead)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var from = _v + edge * _stride;
        var to = _output + _index[edge] * _outputStride;
        var fromAhead = _v + edgeAhead * _stride;
        var toAhead = _output + _index[edgeAhead] * _outputStride;
        nint feature = 0;
        for (; feature <= _features - 4 * TLanes.Count; feature += 4 * TLanes.Count)
        {
            EdgeRows.Prefetch(fromAhead + feature, 4 * sizeof(TLanes));
            EdgeRows.Prefetch(toAhead + feature, 4 * sizeof(TLanes));
            Add<TLanes>(from + feature, to + feature);
            Add<TLanes>(from + feature + TLanes.Count, to + feature + TLanes.Count);
            Add<TLanes>(from + feature + 2 * TLanes.Count, to + feature + 2 * TLanes.Count);
            Add<TLanes>(from + feature + 3 * TLanes.Count, to + feature + 3 * TLanes.Count);
        }

        for (; feature <= _features - TLanes.Count; feature += TLanes.Count)
        {
            EdgeRows.Prefetch(fromAhead + feature, sizeof(TLanes));
            EdgeRows.Prefetch(toAhead + feature, sizeof(TLanes));
            Add<TLanes>(from + feature, to + feature);
        }

        if (feature < _features)
        {
            var rest = (int)(_features - feature);
            EdgeRows.Prefetch(fromAhead + feature, sizeof(TLanes));
            EdgeRows.Prefetch(toAhead + feature, sizeof(TLanes));
            TLanes.StorePartial(TLanes.LoadPartial(to + feature, rest) + TLanes.LoadPartial(from + feature, rest), to + feature, rest);
        }
    }

    private static void Add<TLanes>(T* from, T* to)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Store(TLanes.Load(to) + TLanes.Load(from), to);
}
