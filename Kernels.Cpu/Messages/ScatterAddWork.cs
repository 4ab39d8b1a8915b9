using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Adds short edge rows to nodes, <c>output[index[e]] += v[e]</c>, that are not grouped by node. A few threads are not faster than one that reads the values
/// as they lie in memory and picks the sums, from the caches; more threads share the nodes and pick the values. Every sum goes on from what the node holds,
/// in the order of the edges, so both give the same bits.
/// </summary>
/// <remarks>For rows of one register, sums that stay in the caches, and nodes of so few edges that they may be added up plainly.</remarks>
internal unsafe struct ScatterAddWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // What the last-level cache holds of the sums on most processors.
    private const long MostSumBytes = 16L << 20;

    private const int FewestThreadsByNode = 4;

    // Edges of a block of nodes, enough to be worth handing to a thread.
    private const int BlockEdges = 1 << 14;

    private int* _index;
    private int* _order;
    private long* _offsets;
    private nint _edges;
    private int _nodes;
    private T* _v;
    private nint _stride;
    private T* _output;
    private nint _outputStride;
    private nint _features;
    private int _blocks;
    private bool _byNode;

    /// <summary>Whether the rows, the sums and the index are as this needs them; the threads do not count.</summary>
    public static bool Suits(EdgeIndex index, nint features)
    {
        var row = features * sizeof(T);
        return !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && (Int128)index.Nodes * row <= MostSumBytes
            && (features == 1 || row == Unsafe.SizeOf<Lanes128<T>>() || row == Unsafe.SizeOf<Lanes256<T>>());
    }

    public static void Run(EdgeIndex index, T* v, nint stride, T* output, nint outputStride, nint features, int threads)
    {
        fixed (int* nodes = index.Index, order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            var byNode = threads >= FewestThreadsByNode;
            var work = new ScatterAddWork<T>
            {
                _index = nodes,
                _order = order,
                _offsets = offsets,
                _edges = index.Edges,
                _nodes = index.Nodes,
                _v = v,
                _stride = stride,
                _output = output,
                _outputStride = outputStride,
                _features = features,
                _blocks = byNode ? index.Edges / BlockEdges + 1 : 1,
                _byNode = byNode,
            };
            LanesWork.For<ScatterAddWork<T>, T>(ref work, work._blocks, threads, features);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint feature = 0; feature < _features; feature += TLanes.Count)
        {
            if (_byNode)
            {
                AddNodes<TLanes>(FirstNode(block), FirstNode(block + 1), _v + feature, _output + feature);
            }
            else
            {
                AddEdges<TLanes>(_v + feature, _output + feature);
            }
        }
    }

    // Every block has about as many edges.
    private readonly int FirstNode(int block) =>
        block == 0 ? 0 : block == _blocks ? _nodes : EdgeBlocks.RowOf(_offsets, _nodes, (long)_edges * block / _blocks);

    // The sums are few bytes, and the out-of-order window reaches many edges ahead: nothing is to be asked for.
    private readonly void AddEdges<TLanes>(T* from, T* output)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var index = _index;
        var edges = _edges;
        var stride = _stride;
        var outputStride = _outputStride;
        for (nint edge = 0; edge < edges; edge++)
        {
            var to = output + index[edge] * outputStride;
            TLanes.Store(TLanes.Load(to) + TLanes.Load(from), to);
            from += stride;
        }
    }

    private readonly void AddNodes<TLanes>(int node, int end, T* v, T* output)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var order = _order;
        var stride = _stride;
        for (; node < end; node++)
        {
            var to = output + node * _outputStride;
            var sum = TLanes.Load(to);
            var last = (nint)_offsets[node + 1];
            for (var position = (nint)_offsets[node]; position < last; position++)
            {
                sum += TLanes.Load(v + order[position] * stride);
            }

            TLanes.Store(sum, to);
        }
    }
}
