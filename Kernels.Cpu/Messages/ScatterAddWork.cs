using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Adds edge rows to nodes, <c>output[index[e]] += v[e]</c>, that are not grouped by node. A few threads are not faster than one that reads the values
/// as they lie in memory and picks the sums, from the caches; more threads share the nodes and pick the values. Every sum goes on from what the node holds,
/// in the order of the edges, so both give the same bits.
/// </summary>
/// <remarks>
/// For sums that stay in the caches and nodes of so few edges that they may be added up plainly. The rows are of one register; or longer and
/// together so much memory that who picks them waits for page tables, too, which are more than the first caches hold.
/// </remarks>
internal unsafe struct ScatterAddWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of pages of 4 KiB, these take half a MiB of page tables.
    private const long FewestFarBytes = 256L << 20;

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
        return !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && (Int128)index.Nodes * row <= LastLevelCache.Bytes
            && (LaneRows.Fit<T>(features) || (Int128)index.Edges * row > FewestFarBytes);
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
            LanesWork.For<ScatterAddWork<T>, T>(ref work, work._blocks, threads, work.IsSideBySide ? nint.MaxValue : features);
        }
    }

    // Whether wider registers hold several rows as they lie in memory.
    private readonly bool IsSideBySide => !_byNode && _stride == _features && _outputStride == _features && LaneRows.Fit<T>(_features);

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (IsSideBySide && _features < TLanes.Count)
        {
            if (_features == 1)
            {
                AddRowsSideBySide<TLanes, Scalar<T>>();
            }
            else if (_features * sizeof(T) == Unsafe.SizeOf<Lanes128<T>>())
            {
                AddRowsSideBySide<TLanes, Lanes128<T>>();
            }
            else
            {
                AddRowsSideBySide<TLanes, Lanes256<T>>();
            }

            return;
        }

        switch (_features == TLanes.Count, _byNode)
        {
            case (true, true):
                PickShortRows<TLanes>(FirstNode(block), FirstNode(block + 1));
                break;
            case (true, false):
                AddShortRows<TLanes>();
                break;
            case (false, true):
                PickLongRows<TLanes>(FirstNode(block), FirstNode(block + 1));
                break;
            default:
                AddLongRows<TLanes>();
                break;
        }
    }

    // Every block has about as many edges.
    private readonly int FirstNode(int block) =>
        block == 0 ? 0 : block == _blocks ? _nodes : EdgeBlocks.RowOf(_offsets, _nodes, (long)_edges * block / _blocks);

    // The sums are few bytes, and the out-of-order window reaches many edges ahead: nothing is to be asked for.
    private readonly void AddShortRows<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var index = _index;
        var edges = _edges;
        var from = _v;
        var stride = _stride;
        var output = _output;
        var outputStride = _outputStride;
        for (nint edge = 0; edge < edges; edge++)
        {
            Add<TLanes>(from, output + index[edge] * outputStride);
            from += stride;
        }
    }

    // The same edge by edge, but the values are loaded by whole registers.
    private readonly void AddRowsSideBySide<TLanes, TRow>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var index = _index;
        var edges = _edges;
        var from = _v;
        var output = _output;
        nint edge = 0;
        for (; edge <= edges - TLanes.Count / TRow.Count; edge += TLanes.Count / TRow.Count)
        {
            LaneRows.Add<TLanes, TRow, T>(TLanes.Load(from + edge * TRow.Count), output, index + edge);
        }

        for (; edge < edges; edge++)
        {
            LaneRows.Add<TRow, TRow, T>(TRow.Load(from + edge * TRow.Count), output, index + edge);
        }
    }

    private readonly void PickShortRows<TLanes>(int node, int end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var order = _order;
        var v = _v;
        var stride = _stride;
        for (; node < end; node++)
        {
            var to = _output + node * _outputStride;
            var sum = TLanes.Load(to);
            var last = (nint)_offsets[node + 1];
            for (var position = (nint)_offsets[node]; position < last; position++)
            {
                sum += TLanes.Load(v + order[position] * stride);
            }

            TLanes.Store(sum, to);
        }
    }

    private readonly void AddLongRows<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var index = _index;
        var last = _edges - 1;
        for (nint edge = 0; edge <= last; edge++)
        {
            var ahead = Math.Min(edge + EdgeRows.PrefetchDistance, last);
            AddRow<TLanes>(_v + edge * _stride, _output + index[edge] * _outputStride, _v + ahead * _stride, _output + index[ahead] * _outputStride);
        }
    }

    private readonly void PickLongRows<TLanes>(int node, int end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var order = _order;
        for (; node < end; node++)
        {
            var to = _output + node * _outputStride;
            var last = (nint)_offsets[node + 1];
            for (var position = (nint)_offsets[node]; position < last; position++)
            {
                var ahead = Math.Min(position + EdgeRows.PrefetchDistance, _edges - 1);
                AddRow<TLanes>(_v + order[position] * _stride, to, _v + order[ahead] * _stride, to);
            }
        }
    }

    // Four registers at a time, then one; the last may be filled in part.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void AddRow<TLanes>(T* from, T* to, T* fromAhead, T* toAhead)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
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

        for (; feature < _features; feature += TLanes.Count)
        {
            var count = (int)Math.Min(TLanes.Count, _features - feature);
            EdgeRows.Prefetch(fromAhead + feature, sizeof(TLanes));
            EdgeRows.Prefetch(toAhead + feature, sizeof(TLanes));
            EdgeRows.Store(EdgeRows.Load<TLanes, T>(to + feature, count) + EdgeRows.Load<TLanes, T>(from + feature, count), to + feature, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(T* from, T* to)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Store(TLanes.Load(to) + TLanes.Load(from), to);
}
