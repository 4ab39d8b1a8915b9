using Native.Kernels;
using Native.Kernels.Cpu;
using Kernel = Native.Kernels.Cpu.Messages;

namespace Native.Tests.Messages;

/// <summary>The message kernels as an app that links spans sees them: long rows, threads, allocations, arguments.</summary>
[Collection(nameof(Alone))]
public class MessagesSpanTests
{
    private const int HubEdges = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void AHubOfAMillionEdgesIsRightInSingle(int features)
    {
        var graph = Hub(HubEdges);
        var x = Values(graph.Nodes * features, 0, 1);
        var sum = new float[graph.Nodes * features];
        var mean = new float[graph.Nodes * features];
        var expected = new double[features];
        Kernel.Aggregate<Sum, float>(graph, new(x, graph.Nodes, features), default, new(sum, graph.Nodes, features), threads: 2);
        Kernel.Aggregate<Mean, float>(graph, new(x, graph.Nodes, features), default, new(mean, graph.Nodes, features), threads: 2);
        for (var edge = 0; edge < HubEdges; edge++)
        {
            for (var feature = 0; feature < features; feature++)
            {
                expected[feature] += x[graph.Source.Index[edge] * features + feature];
            }
        }

        for (var feature = 0; feature < features; feature++)
        {
            Assert.Equal(1, sum[features + feature] / expected[feature], 1e-5);
            Assert.Equal(1, mean[features + feature] * HubEdges / expected[feature], 1e-5);
        }
    }

    [Fact]
    public void SoftmaxOverAHubOfAMillionEdgesSumsToOne()
    {
        var graph = Hub(HubEdges);
        var v = Values(HubEdges, -4, 4);
        var p = new float[HubEdges];
        var lse = new float[graph.Nodes];
        Kernel.SegmentSoftmax(graph.Destination, new ReadOnlyMatrixView<float>(v, HubEdges, 1), new(p, HubEdges, 1), threads: 2);
        Kernel.SegmentLogSumExp(graph.Destination, new ReadOnlyMatrixView<float>(v, HubEdges, 1), new(lse, graph.Nodes, 1), threads: 2);
        Assert.Equal(1, p.Sum(value => (double)value), 1e-5);
        Assert.Equal(Math.Log(v.Sum(value => Math.Exp(value))), lse[1], 1e-5);
        Assert.Equal(float.NegativeInfinity, lse[0]);
    }

    [Fact]
    public void TheFirstExtremumOfALongRowWinsAcrossItsPieces()
    {
        var graph = Hub(20_000);
        var v = Values(graph.Edges, 0, 1);
        v[5000] = v[17_000] = 2;
        var output = new float[graph.Nodes];
        var arg = new int[graph.Nodes];
        Kernel.SegmentReduce<Max, float>(graph.Destination, new(v, graph.Edges, 1), new(output, graph.Nodes, 1), new(arg, graph.Nodes, 1), fill: 7, threads: 3);
        Assert.Equal([7, 2, 7], output);
        Assert.Equal([-1, 5000, -1], arg);
        v[9000] = v[18_000] = float.NaN;
        Kernel.SegmentReduce<Max, float>(graph.Destination, new(v, graph.Edges, 1), new(output, graph.Nodes, 1), new(arg, graph.Nodes, 1), threads: 3);
        Assert.Equal([0, float.NaN, 0], output);
        Assert.Equal([-1, 9000, -1], arg);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void EveryNumberOfThreadsGivesTheSameBits(int features)
    {
        var calls = new Calls(Mixed(), features);
        var expected = calls.Run(1);
        foreach (var threads in new[] { 2, 3, 8 })
        {
            Assert.Equal(expected, calls.Run(threads));
        }
    }

    /// <summary>Rows of features that the caches do not hold are aggregated slice by slice: the same as head by head, each of which is small enough.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void WideFeaturesAreSlicedAtTheBordersOfHeads(int heads)
    {
        const int nodes = 9000;
        const int edges = 8 * nodes;
        const int features = 256;
        var random = new Random(3);
        var graph = new Graph(nodes, [.. Enumerable.Range(0, edges).Select(_ => random.Next(nodes))], [.. Enumerable.Range(0, edges).Select(_ => random.Next(nodes))]);
        var x = Values(nodes * features, -1, 1);
        var w = Values(edges * Math.Max(1, heads), -1, 1);
        var sum = new float[nodes * features];
        var max = new float[nodes * features];
        var arg = new int[nodes * features];
        var weights = heads == 0 ? default : new ReadOnlyMatrixView<float>(w, edges, heads);
        Kernel.Aggregate<Sum, float>(graph, new(x, nodes, features), weights, new(sum, nodes, features), threads: 2);
        Kernel.Aggregate<Max, float>(graph, new(x, nodes, features), weights, new(max, nodes, features), new(arg, nodes, features), threads: 2);

        var width = Math.Min(32, features / Math.Max(1, heads));
        var expected = new float[nodes * width];
        var expectedArg = new int[nodes * width];
        for (var first = 0; first < features; first += width)
        {
            ReadOnlyMatrixView<float> part = new(x, nodes, features);
            var weight = heads == 0 ? default : weights.ColumnRange(first / (features / heads), 1);
            Kernel.Aggregate<Sum, float>(graph, part.ColumnRange(first, width), weight, new(expected, nodes, width));
            Check(sum, expected, 1e-5f);
            Kernel.Aggregate<Max, float>(graph, part.ColumnRange(first, width), weight, new(expected, nodes, width), new(expectedArg, nodes, width));
            Check(max, expected, 0);
            for (var node = 0; node < nodes; node++)
            {
                Assert.True(expectedArg.AsSpan(node * width, width).SequenceEqual(arg.AsSpan(node * features + first, width)));
            }

            void Check(float[] found, float[] wanted, float tolerance)
            {
                for (var i = 0; i < wanted.Length; i++)
                {
                    var value = found[i / width * features + first + i % width];
                    Assert.True(Math.Abs(value - wanted[i]) <= tolerance, $"node {i / width}, feature {first + i % width}: {value}, expected {wanted[i]}");
                }
            }
        }
    }

    /// <summary>Rows of many edges, short ones by edge or by node, long ones of more bytes than the caches hold: the bits do not depend on the threads.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(77)]
    public unsafe void ManyRowsAreScattered(int features)
    {
        var edges = 4_608_000 / features;
        var nodes = edges / 120;
        var random = new Random(7);
        var index = EdgeIndex.Create([.. Enumerable.Range(0, edges).Select(_ => random.Next(nodes))], nodes);
        Assert.InRange(index.LongestRow, 2, 256);
        var v = Values(edges * features, -1, 1);
        var expected = new double[nodes * features];
        Array.Fill(expected, 3);
        for (var i = 0; i < v.Length; i++)
        {
            expected[index.Index[i / features] * features + i % features] += v[i];
        }

        Check((threads, output) => Kernel.ScatterAdd(index, new ReadOnlyMatrixView<float>(v, edges, features), new(output, nodes, features), threads));
        Check(AddFar);

        // The way of rows of more than 256 MiB together.
        void AddFar(int threads, float[] output)
        {
            fixed (float* from = v, to = output)
            {
                ScatterAddWork<float>.Run(index, from, features, to, features, features, threads);
            }
        }

        void Check(Action<int, float[]> scatter)
        {
            float[]? first = null;
            foreach (var threads in (int[])[1, 2, 3, 8])
            {
                var output = new float[nodes * features];
                Array.Fill(output, 3);
                scatter(threads, output);
                first ??= output;
                Assert.Equal(first, output);
                for (var i = 0; i < output.Length; i++)
                {
                    Assert.Equal(expected[i], output[i], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void NothingIsAllocatedAfterWarmUp()
    {
        var calls = new Calls(Mixed(), 16);
        long allocated = 1;
        for (var attempt = 0; attempt < 20 && allocated != 0; attempt++)
        {
            for (var call = 0; call < 20; call++)
            {
                calls.Forward(3);
            }

            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var call = 0; call < 10; call++)
            {
                calls.Forward(3);
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void AWrongShapeNamesTheArgument()
    {
        var graph = Hub(4);
        var x = new float[6];
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => Kernel.Aggregate<Sum, float>(graph, new(x, 2, 2), default, new(new float[6], 3, 2))).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => Kernel.Aggregate<Sum, float>(graph, new(x, 3, 2), default, new(new float[4], 2, 2))).ParamName);
        Assert.Equal("weights", Assert.Throws<ArgumentException>(() => Kernel.Aggregate<Sum, float>(graph, new(x, 3, 2), new(new float[3], 3, 1), new(new float[6], 3, 2))).ParamName);
        Assert.Equal("arg", Assert.Throws<ArgumentException>(() => Kernel.Aggregate<Sum, float>(graph, new(x, 3, 2), default, new(new float[6], 3, 2), new(new int[6], 3, 2))).ParamName);
        Assert.Equal("first", Assert.Throws<ArgumentOutOfRangeException>(() => Kernel.EdgeTileReduce<Sum, float>(graph, EdgeOrder.ByDestination, 3, new(x, 2, 2), new(new float[6], 3, 2))).ParamName);
    }

    // Three nodes; every edge enters node 1.
    private static Graph Hub(int edges) => new(3, [.. Enumerable.Range(0, edges).Select(edge => edge % 3)], Enumerable.Repeat(1, edges).ToArray());

    // Rows without edges, short rows, and two rows long enough to be cut.
    private static Graph Mixed()
    {
        var random = new Random(5);
        const int nodes = 600;
        const int edges = 30_000;
        var source = Enumerable.Range(0, edges).Select(edge => edge % 3 == 0 ? 7 : random.Next(nodes)).ToArray();
        var destination = Enumerable.Range(0, edges).Select(edge => edge % 2 == 0 ? 9 : random.Next(nodes / 2)).ToArray();
        return new Graph(nodes, source, destination);
    }

    private static float[] Values(int count, float low, float high)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ => low + (high - low) * random.NextSingle())];
    }

    /// <summary>Calls of all loop shapes on one graph.</summary>
    private sealed class Calls(Graph graph, int features)
    {
        private const int EdgeColumns = 3;

        private readonly int _n = graph.Nodes;
        private readonly int _e = graph.Edges;
        private readonly float[] _x = Values(graph.Nodes * features, -1, 1);
        private readonly float[] _y = Values(graph.Nodes * features, -1, 1);
        private readonly float[] _v = Values(graph.Edges * features, -1, 1);
        private readonly float[] _a = Values(graph.Edges * EdgeColumns, -1, 1);
        private readonly float[] _wa = Values(features * EdgeColumns, -1, 1);
        private readonly float[] _weights = Values(graph.Edges, -1, 1);
        private readonly float[][] _node = [.. Enumerable.Range(0, 8).Select(_ => new float[graph.Nodes * features])];
        private readonly float[][] _edge = [.. Enumerable.Range(0, 2).Select(_ => new float[graph.Edges * features])];
        private readonly float[] _scores = new float[graph.Edges];
        private readonly float[] _da = new float[graph.Edges * EdgeColumns];
        private readonly float[] _dwa = new float[features * EdgeColumns];
        private readonly int[] _arg = new int[graph.Nodes * features];
        private readonly int[] _nearest = new int[graph.Nodes * 4];

        public float[] Run(int threads)
        {
            _dwa.AsSpan().Clear();
            _node[4].AsSpan().Clear();
            Forward(threads);
            return [.. _node.SelectMany(values => values), .. _edge.SelectMany(values => values), .. _scores, .. _da, .. _dwa, .. _arg.Select(value => (float)value), .. _nearest.Select(value => (float)value)];
        }

        public void Forward(int threads)
        {
            ReadOnlyMatrixView<float> x = new(_x, _n, features);
            ReadOnlyMatrixView<float> y = new(_y, _n, features);
            ReadOnlyMatrixView<float> v = new(_v, _e, features);
            ReadOnlyMatrixView<float> weights = new(_weights, _e, 1);
            MatrixView<int> arg = new(_arg, _n, features);
            CombinedMessageView<float> message = new(new(_x, _n, features), new(_y, _n, features), new(_a, _e, EdgeColumns), new(_wa, features, EdgeColumns));
            CombinedMessageView<float> gradient = new(Node(6), Node(7), new(_da, _e, EdgeColumns), new(_dwa, features, EdgeColumns));
            Kernel.Aggregate<Mean, float>(graph, x, weights, Node(0), threads: threads);
            Kernel.Aggregate<Max, float>(graph, x, default, Node(1), arg, threads: threads);
            Kernel.AggregateBackward<Max, float>(graph, x, weights, arg, y, Node(2), new(_scores, _e, 1), threads);
            Kernel.SegmentLogSumExp(graph.Destination, v, Node(3), threads);
            Kernel.ScatterAdd(graph.Source, v, Node(4), threads);
            Kernel.AggregateCombined<Relu, Sum, float>(graph, message, weights, Node(5), threads: threads);
            Kernel.AggregateCombinedBackward<Tanh, Mean, float>(graph, message, weights, default, y, gradient, threads: threads);
            Kernel.SegmentSoftmax(graph.Destination, v, Edge(0), threads);
            Kernel.SegmentSoftmaxBackward<float>(graph.Destination, Edge(0), v, Edge(1), threads);
            Kernel.CombinedDot<Relu, float>(graph, message, y, new(_scores, _e, 1), threads);
            Kernel.NearestNeighbours(x, new MatrixView<int>(_nearest, _n, 4), threads);
        }

        private MatrixView<float> Node(int number) => new(_node[number], _n, features);

        private MatrixView<float> Edge(int number) => new(_edge[number], _e, features);
    }
}
