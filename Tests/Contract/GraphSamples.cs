using Native.Kernels;

namespace Native.Tests;

/// <summary>Small graphs that kernels get wrong in different ways.</summary>
internal static class GraphSamples
{
    /// <summary>Six nodes, eleven edges: a self loop, a double edge, a node that nothing enters and one that nothing leaves.</summary>
    public static Graph Small { get; } = new(6, [0, 1, 1, 3, 3, 3, 4, 2, 0, 5, 1], [1, 2, 2, 3, 0, 1, 1, 0, 4, 1, 1]);

    /// <summary>Shapes of graphs by name.</summary>
    public static IReadOnlyList<(string Name, Graph Graph)> All { get; } =
    [
        ("no nodes", new Graph(0, ReadOnlySpan<int>.Empty, [])),
        ("no edges", new Graph(3, ReadOnlySpan<int>.Empty, [])),
        ("one node, one self loop", new Graph(1, [0], [0])),
        ("one node, many self loops", new Graph(1, new int[37], new int[37])),
        ("only duplicates", new Graph(4, [2, 2, 2, 2, 2], [1, 1, 1, 1, 1])),
        ("sorted by destination", Sorted(40, 200)),
        ("random", Random(50, 333, 1)),
        ("hub", Hub(40, 1500)),
        ("more nodes than edges", Random(700, 90, 2)),
    ];

    /// <summary>Uniformly random edges.</summary>
    public static Graph Random(int nodes, int edges, int seed)
    {
        var random = new Random(seed);
        return new Graph(nodes, Draw(random, nodes, edges), Draw(random, nodes, edges));
    }

    /// <summary>Random edges of which three quarters enter node 7 and a quarter of all leaves node 3.</summary>
    public static Graph Hub(int nodes, int edges)
    {
        var random = new Random(3);
        var source = Draw(random, nodes, edges);
        var destination = Draw(random, nodes, edges);
        for (var edge = 0; edge < edges; edge++)
        {
            destination[edge] = edge % 4 != 0 ? 7 : destination[edge];
            source[edge] = edge % 4 == 1 ? 3 : source[edge];
        }

        return new Graph(nodes, source, destination);
    }

    private static Graph Sorted(int nodes, int edges)
    {
        var random = new Random(4);
        var destination = Draw(random, nodes, edges);
        Array.Sort(destination);
        return new Graph(nodes, Draw(random, nodes, edges), destination);
    }

    private static int[] Draw(Random random, int nodes, int edges)
    {
        var drawn = new int[edges];
        for (var edge = 0; edge < edges; edge++)
        {
            drawn[edge] = random.Next(nodes);
        }

        return drawn;
    }
}
