using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Adds long edge rows to nodes in the order of the edges: <c>output[index[e]] += v[e]</c>. The values are then read as they lie in memory, which is several
/// times faster than picking them node by node, and it is the sums that are picked, from the caches. Threads share the features, not the edges, so that every
/// sum is formed in the order of the edges by one thread.
/// </summary>
/// <remarks>For nodes of so few edges that they may be added up plainly; other indices and short rows go node by node.</remarks>
internal unsafe struct ScatterAddWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A share of the last-level cache that a core has to itself on most processors.
    private const long CacheBytes = 8L << 20;
    private const int CacheLine = 64;

    // Shorter rows cannot be shared by enough threads: a cache line is the least that one must have to itself.
    private const int ShortestRow = 4 * CacheLine;

    private int* _index;
    private nint _edges;
    private T* _v;
    private nint _stride;
    private T* _output;
    private nint _outputStride;
    private nint _features;
    private nint _width;

    /// <summary>Whether the sums stay in the caches and what is added does not.</summary>
    public static bool Suits(EdgeIndex index, nint features)
    {
        var row = features * sizeof(T);
        return !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && row >= ShortestRow
            && (Int128)index.Edges * row > CacheBytes && (Int128)index.Nodes * row <= CacheBytes;
    }

    public static void Run(EdgeIndex index, T* v, nint stride, T* output, nint outputStride, nint features, int threads)
    {
        fixed (int* nodes = index.Index)
        {
            // Whole cache lines for each thread. How the features are cut has no influence on the sums.
            var bytes = features * sizeof(T) / Math.Max(1, threads);
            var work = new ScatterAddWork<T>
            {
                _index = nodes,
                _edges = index.Edges,
                _v = v,
                _stride = stride,
                _output = output,
                _outputStride = outputStride,
                _features = features,
                _width = Math.Max(1, (bytes + CacheLine - 1) / CacheLine) * CacheLine / sizeof(T),
            };
            LanesWork.For<ScatterAddWork<T>, T>(ref work, (int)((features + work._width - 1) / work._width), threads, work._width);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var first = block * _width;
        var count = Math.Min(_width, _features - first);
        var v = _v + first;
        var output = _output + first;
        for (nint edge = 0; edge < _edges; edge++)
        {
            var from = v + edge * _stride;
            var to = output + _index[edge] * _outputStride;
            var ahead = output + _index[Math.Min(edge + EdgeRows.PrefetchDistance, _edges - 1)] * _outputStride;
            nint feature = 0;
            for (; feature <= count - 4 * TLanes.Count; feature += 4 * TLanes.Count)
            {
                EdgeRows.Prefetch(ahead + feature, 4 * sizeof(TLanes));
                Add<TLanes>(from + feature, to + feature);
                Add<TLanes>(from + feature + TLanes.Count, to + feature + TLanes.Count);
                Add<TLanes>(from + feature + 2 * TLanes.Count, to + feature + 2 * TLanes.Count);
                Add<TLanes>(from + feature + 3 * TLanes.Count, to + feature + 3 * TLanes.Count);
            }

            for (; feature <= count - TLanes.Count; feature += TLanes.Count)
            {
                EdgeRows.Prefetch(ahead + feature, sizeof(TLanes));
                Add<TLanes>(from + feature, to + feature);
            }

            if (feature < count)
            {
                var rest = (int)(count - feature);
                EdgeRows.Prefetch(ahead + feature, sizeof(TLanes));
                TLanes.StorePartial(TLanes.LoadPartial(to + feature, rest) + TLanes.LoadPartial(from + feature, rest), to + feature, rest);
            }
        }
    }

    private static void Add<TLanes>(T* from, T* to)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Store(TLanes.Load(to) + TLanes.Load(from), to);
}
