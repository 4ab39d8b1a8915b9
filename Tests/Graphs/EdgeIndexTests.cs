using Native.Kernels;

namespace Native.Tests.Graphs;

/// <summary>Graphs are built by a parallel sort; what comes out is what a plain stable sort gives, for any number of threads.</summary>
public class EdgeIndexTests
{
    /// <summary>One bucket and many, one chunk and many, nodes without edges, hubs, lists that are grouped already.</summary>
    public static TheoryData<int, int, string> Lists => new()
    {
        { 1, 0, "random" },
        { 0, 0, "random" },
        { 7, 1, "random" },
        { 300, 1_000, "random" },
        { 3, 200_000, "random" },
        { 3_000, 300_000, "random" },
        { 3_001, 300_000, "hub" },
        { 3_000, 300_000, "sorted" },
        { 40_000, 300_000, "hub" },
        { 500_000, 150_000, "random" },
        { 2_000_000, 70_000, "random" },
        { 500_000, 150_000, "sorted" },
        { 3_000, 300_000, "last edge out of order" },
        { 400, 140_000, "out of order between chunks" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void RowsAreThoseOfAStableSort(int nodes, int edges, string kind)
    {
        var source = Draw(nodes, edges, kind, 1);
        var destination = Draw(nodes, edges, kind == "sorted" ? "random" : kind, 2);
        var order = Enumerable.Range(0, edges).OrderBy(edge => source[edge]).ToArray();
        var offsets = new long[nodes + 1];
        foreach (var node in source)
        {
            offsets[node + 1]++;
        }

        int[] sources = [.. Enumerable.Range(0, edges).OrderBy(edge => destination[edge]).Select(edge => source[edge])];
        var destinations = Array.ConvertAll(order, edge => destination[edge]);
        var longest = offsets.Max();
        for (var node = 0; node < nodes; node++)
        {
            offsets[node + 1] += offsets[node];
        }

        foreach (var threads in (int[])[1, 2, 3, 8])
        {
            var graph = new Graph(nodes, source, destination, threads);
            Check(graph.Source);
            Assert.True(graph.DestinationBySource.SequenceEqual(destinations));
            Assert.True(graph.SourceByDestination.SequenceEqual(sources));
            Check(EdgeIndex.Create(source, nodes, threads));
            Check(EdgeIndex.Create(Array.ConvertAll(source, node => (long)node), nodes, threads));
        }

        void Check(EdgeIndex index)
        {
            Assert.True(index.Index.SequenceEqual(source));
            Assert.True(index.Offsets.SequenceEqual(offsets));
            Assert.True(index.Order.SequenceEqual(order));
            Assert.Equal(longest, index.LongestRow);
            Assert.Equal(order.SequenceEqual(Enumerable.Range(0, edges)), index.IsSorted);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void TheFirstBadEdgeOfALongListIsNamed(int threads)
    {
        var index = Draw(1000, 300_000, "random", 1);
        index[150_000] = 1000;
        index[250_000] = -1;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => EdgeIndex.Create(index, 1000, threads));
        Assert.Contains("edge 150000 has 1000", error.Message, StringComparison.Ordinal);
        Assert.Equal("threads", Assert.Throws<ArgumentOutOfRangeException>(() => EdgeIndex.Create(index, 1000, -1)).ParamName);
    }

    [Fact]
    public void TheGivenListsAreCopied()
    {
        int[] source = [0, 1, 2];
        int[] destination = [2, 0, 1];
        var graph = new Graph(3, source, destination);
        source.AsSpan().Clear();
        destination.AsSpan().Clear();
        Assert.Equal([0, 1, 2], graph.Source.Index.ToArray());
        Assert.Equal([2, 0, 1], graph.Destination.Index.ToArray());
    }

    private static int[] Draw(int nodes, int edges, string kind, int seed)
    {
        var random = new Random(seed);
        var list = new int[edges];
        for (var edge = 0; edge < edges; edge++)
        {
            list[edge] = kind == "hub" && edge % 3 != 0 ? 17 : random.Next(nodes);
        }

        if (kind is "sorted" or "last edge out of order" or "out of order between chunks")
        {
            Array.Sort(list);
        }

        if (kind == "last edge out of order")
        {
            list[^1] = list[^2] - 1;
        }
        else if (kind == "out of order between chunks")
        {
            // Ascending in every chunk of 2¹⁶ edges.
            list.AsSpan(0, 1 << 16).Fill(nodes - 1);
        }

        return list;
    }
}
