using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// One end of a list of edges: <c>index[e]</c> is the node that edge <c>e</c> touches, with the edges grouped by node (compressed sparse rows).
/// Checked once, here, so that kernels can trust it. Within a node the edges keep their input order (a stable counting sort), which fixes
/// the order of every reduction and makes results bitwise equal for every run and thread count.
/// </summary>
/// <remarks>Immutable and safe to share between threads. Node and edge numbers are 32-bit, row offsets 64-bit.</remarks>
public sealed class EdgeIndex
{
    private readonly int[] _index;
    private readonly int[] _order;
    private readonly long[] _offsets;

    private EdgeIndex(int nodes, int[] index, int[] order, long[] offsets, bool isSorted)
    {
        Nodes = nodes;
        _index = index;
        _order = order;
        _offsets = offsets;
        IsSorted = isSorted;
        for (var node = 0; node < nodes; node++)
        {
            LongestRow = Math.Max(LongestRow, offsets[node + 1] - offsets[node]);
        }
    }

    /// <summary>Checks and groups a list of node numbers, on all processors where it is long.</summary>
    /// <param name="index">Node of every edge, <c>[E]</c>, each in <c>[0, nodes)</c>; copied.</param>
    /// <param name="nodes">Number of nodes <c>N</c>, ≥ 0.</param>
    /// <returns>The checked index.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A node number is outside <c>[0, nodes)</c>: the message names the edge.</exception>
    public static EdgeIndex Create(ReadOnlySpan<int> index, int nodes) => Create(index, nodes, 0);

    /// <inheritdoc cref="Create(ReadOnlySpan{int}, int)"/>
    /// <param name="index">Node of every edge, <c>[E]</c>, each in <c>[0, nodes)</c>; copied.</param>
    /// <param name="nodes">Number of nodes <c>N</c>, ≥ 0.</param>
    /// <param name="threads">Threads to use at most, 0 for one per processor; the result does not depend on it.</param>
    public static EdgeIndex Create(ReadOnlySpan<int> index, int nodes, int threads) =>
        Create(index, NewList(index.Length), NewList(index.Length), nodes, [], [], threads, nameof(index));

    /// <inheritdoc cref="Create(ReadOnlySpan{int}, int)"/>
    public static EdgeIndex Create(ReadOnlySpan<long> index, int nodes) => Create(index, nodes, 0);

    /// <inheritdoc cref="Create(ReadOnlySpan{int}, int, int)"/>
    public static EdgeIndex Create(ReadOnlySpan<long> index, int nodes, int threads)
    {
        var narrow = Narrow(index, nodes, nameof(index));
        return Create(narrow, narrow, NewList(index.Length), nodes, [], [], threads, nameof(index));
    }

    /// <summary>Checks and groups a list, and brings another one into the order of the rows.</summary>
    /// <param name="from">Node of every edge.</param>
    /// <param name="index">Receives a copy, which the index keeps; may be the same array.</param>
    /// <param name="order">Receives the order of the edges, which the index keeps.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="other">A number for every edge, or nothing.</param>
    /// <param name="otherByNode">Receives these numbers in the order of the rows.</param>
    /// <param name="threads">Threads to use at most, 0 for one per processor.</param>
    /// <param name="name">The argument that the list came from.</param>
    internal static EdgeIndex Create(ReadOnlySpan<int> from, int[] index, int[] order, int nodes, ReadOnlySpan<int> other, int[] otherByNode, int threads, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var offsets = NewArray<long>(checked(nodes + 1));
        var bad = EdgeSort.Run(from, index, nodes, other, offsets, order, otherByNode, threads == 0 ? Environment.ProcessorCount : threads, out var isSorted);
        return bad < 0 ? new EdgeIndex(nodes, index, order, offsets, isSorted) : throw OutOfRange(name, bad, from[bad], nodes);
    }

    /// <summary>A list of nodes or edges, pinned so that kernels need not pin it again, of undefined content, in large pages where it is long.</summary>
    internal static int[] NewList(int length) => NewArray<int>(length);

    // A page of 4 KiB takes as long to get as some hundred edges to sort.
    private static unsafe T[] NewArray<T>(int length)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(length, pinned: true);
        fixed (T* memory = array)
        {
            AlignedMemory.UseLargePages(memory, (nuint)length * (nuint)sizeof(T));
        }

        return array;
    }

    internal static int[] Narrow(ReadOnlySpan<long> index, int nodes, string name)
    {
        var narrow = NewList(index.Length);
        for (var edge = 0; edge < index.Length; edge++)
        {
            var node = index[edge];
            if ((ulong)node >= (ulong)nodes)
            {
                throw OutOfRange(name, edge, node, nodes);
            }

            narrow[edge] = (int)node;
        }

        return narrow;
    }

    /// <summary>Number of nodes <c>N</c> (rows, segments).</summary>
    public int Nodes { get; }

    /// <summary>Number of edges <c>E</c>.</summary>
    public int Edges => _index.Length;

    /// <summary>Node of every edge in input order, <c>[E]</c>.</summary>
    public ReadOnlySpan<int> Index => _index;

    /// <summary>Row offsets, <c>[N + 1]</c>: the edges of node <c>i</c> stand at the positions <c>[Offsets[i], Offsets[i + 1])</c> of <see cref="Order"/>.</summary>
    public ReadOnlySpan<long> Offsets => _offsets;

    /// <summary>Edge numbers grouped by node, in input order within a node, <c>[E]</c>.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>True when the input was already grouped by node: then <see cref="Order"/> is 0, 1, 2, … and edge data can be streamed.</summary>
    public bool IsSorted { get; }

    /// <summary>Number of edges of the node that has most.</summary>
    public long LongestRow { get; }

    /// <summary>Number of edges at a node.</summary>
    /// <param name="node">A node in <c>[0, N)</c>.</param>
    public long Degree(int node) => _offsets[node + 1] - _offsets[node];

    private static ArgumentOutOfRangeException OutOfRange(string name, int edge, long node, int nodes) =>
        new(name, $"{name}[{edge}]: expected a node in [0, {nodes}), but edge {edge} has {node}.");
}
