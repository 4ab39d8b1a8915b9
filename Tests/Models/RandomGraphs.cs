using Native.Kernels;

namespace Native.Tests;

/// <summary>Small random graphs with self loops, duplicate edges, and nodes that no edge enters.</summary>
internal static class RandomGraphs
{
    /// <summary>A graph whose last node has no incoming edge.</summary>
    public static Graph Create(int nodes, int edges, int seed)
    {
        var random = new Random(seed);
        var source = new int[edges];
        var destination = new int[edges];
        for (var edge = 0; edge < edges; edge++)
        {
            source[edge] = random.Next(nodes);
            destination[edge] = random.Next(nodes - 1);
        }

        (source[0], destination[0]) = (0, 0);
        (source[1], destination[1]) = (source[2], destination[2]);
        return new Graph(nodes, source, destination);
    }
}
