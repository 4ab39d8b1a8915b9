using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Names and data shared by the rows.</summary>
internal static class Shapes
{
    /// <summary>Name of the 32-bit precision.</summary>
    public const string Float = "float";

    /// <summary>Name of the 64-bit precision.</summary>
    public const string Double = "double";

    /// <summary>Name of what kernels that compute no numbers have for a precision.</summary>
    public const string Integer = "int";

    /// <summary>Both precisions.</summary>
    public static IReadOnlyList<string> Precisions { get; } = [Float, Double];

    /// <summary>A shape as text: <c>n16000 e800000 f64</c>.</summary>
    public static string Edges(long nodes, long edges, long features) => string.Create(CultureInfo.InvariantCulture, $"n{nodes} e{edges} f{features}");

    /// <summary>A shape without features.</summary>
    public static string Edges(long nodes, long edges) => string.Create(CultureInfo.InvariantCulture, $"n{nodes} e{edges}");

    /// <summary>How often every node stands in a list.</summary>
    public static int[] Counts(int[] index, int nodes)
    {
        var counts = new int[nodes];
        foreach (var node in index)
        {
            counts[node]++;
        }

        return counts;
    }

    /// <summary>Uniform numbers in [-1, 1), the same in every run.</summary>
    public static T[] Random<T>(long count, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[count];
        foreach (ref var value in values.AsSpan())
        {
            value = T.CreateTruncating(2 * random.NextSingle() - 1);
        }

        return values;
    }

    /// <summary>A random node for every edge, the same in every run.</summary>
    public static int[] RandomNodes(int nodes, int edges, int seed)
    {
        var random = new Random(seed);
        var index = new int[edges];
        foreach (ref var node in index.AsSpan())
        {
            node = random.Next(nodes);
        }

        return index;
    }

    /// <summary>Edges between random nodes in random order.</summary>
    public static Graph RandomGraph(int nodes, int edges) =>
        new(nodes, RandomNodes(nodes, edges, 1), RandomNodes(nodes, edges, 2));

    /// <summary>The largest difference of two results over the largest of ours, or over <paramref name="least"/> where that is larger; NaN when one of them has a NaN.</summary>
    public static double Difference<T>(ReadOnlySpan<T> ours, ReadOnlySpan<T> theirs, double least = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (ours.Length != theirs.Length)
        {
            throw new ArgumentException($"theirs: expected {ours.Length} elements, but got {theirs.Length}.", nameof(theirs));
        }

        var difference = T.Zero;
        var largest = T.CreateTruncating(least);
        for (var i = 0; i < ours.Length; i++)
        {
            // Max hands a NaN on.
            difference = T.Max(difference, T.Abs(ours[i] - theirs[i]));
            largest = T.Max(largest, T.Abs(ours[i]));
        }

        return difference == T.Zero ? 0 : double.CreateTruncating(difference / largest);
    }
}
