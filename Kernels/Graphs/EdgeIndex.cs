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

    private EdgeIndex(int nodes, int[] index, string name)
    {
        Nodes = nodes;
        _index = index;
        _offsets = GC.AllocateArray<long>(nodes + 1, pinned: true);

        // Offsets are built one place to the right, so that the scatter below can use offsets[node + 1] as its cursor.
        var sorted = true;
        var previous = 0;
        for (var edge = 0; edge < index.Length; edge++)
        {
            var node = index[edge];
            if ((uint)node >= (uint)nodes)
            {
                throw OutOfRange(name, edge, node, nodes);
            }

            sorted &= node >= previous;
            previous = node;
            _offsets[node + 1]++;
        }

        long longest = 0;
        for (var node = 0; node < nodes; node++)
        {
            longest = Math.Max(longest, _offsets[node + 1]);
            _offsets[node + 1] += _offsets[node];
        }

        IsSorted = sorted;
        LongestRow = longest;
        _order = GC.AllocateUninitializedArray<int>(index.Length, pinned: true);
        if (sorted)
        {
            for (var edge = 0; edge < index.Length; edge++)
            {
                _order[edge] = edge;
            }
        }
        else
        {
            var cursor = _offsets.AsSpan(0, nodes).ToArray();
            for (var edge = 0; edge < index.Length; edge++)
            {
                _order[cursor[index[edge]]++] = edge;
            }
        }
    }

    /// <summary>Checks and groups a list of node numbers.</summary>
    /// <param name="index">Node of every edge, <c>[E]</c>, each in <c>[0, nodes)</c>; copied.</param>
    /// <param name="nodes">Number of nodes <c>N</c>, ≥ 0.</param>
    /// <returns>The checked index.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A node number is outside <c>[0, nodes)</c>: the message names the edge.</exception>
    public static EdgeIndex Create(ReadOnlySpan<int> index, int nodes) => Create(index, nodes, nameof(index));

    /// <inheritdoc cref="Create(ReadOnlySpan{int}, int)"/>
    public static EdgeIndex Create(ReadOnlySpan<long> index, int nodes) => Create(Narrow(index, nodes, nameof(index)), nodes, nameof(index));

    internal static EdgeIndex Create(ReadOnlySpan<int> index, int nodes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodes);
        var copy = GC.AllocateUninitializedArray<int>(index.Length, pinned: true);
        index.CopyTo(copy);
        return new EdgeIndex(nodes, copy, name);
    }

    internal static int[] Narrow(ReadOnlySpan<long> index, int nodes, string name)
    {
        var narrow = new int[index.Length];
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
