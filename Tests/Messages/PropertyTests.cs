using CsCheck;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>What holds for every graph and every number, on random ones.</summary>
public class PropertyTests
{
    private const long Samples = 300;

    private static readonly Gen<Sample> GenSample =
        from nodes in Gen.Int[1, 30]
        from edges in Gen.Int[0, 120]
        from features in Gen.Int[1, 20]
        from source in Gen.Int[0, nodes - 1].Array[edges]
        from destination in Gen.Int[0, nodes - 1].Array[edges]
        from x in Gen.Double[-3, 3].Array[nodes * features]
        from v in Gen.Double[-3, 3].Array[edges * features]
        from order in Gen.Shuffle(Enumerable.Range(0, nodes).ToArray())
        select new Sample(nodes, features, source, destination, x, v, order);

    [Fact]
    public void AggregateIsEquivariantUnderPermutationsOfTheNodes() => GenSample.Sample(
        sample =>
        {
            using var device = new CpuDevice(2);
            var permuted = new double[sample.X.Length];
            for (var node = 0; node < sample.Nodes; node++)
            {
                sample.X.AsSpan(node * sample.Features, sample.Features).CopyTo(permuted.AsSpan(sample.Order[node] * sample.Features));
            }

            var plain = Aggregate<Sum>(device, sample.Graph, sample.X, sample.Features);
            var moved = Aggregate<Sum>(device, new Graph(sample.Nodes, Move(sample.Source), Move(sample.Destination)), permuted, sample.Features);
            for (var node = 0; node < sample.Nodes; node++)
            {
                // The edges keep their order, so the sums keep their bits.
                Assert.Equal(plain.AsSpan(node * sample.Features, sample.Features), moved.AsSpan(sample.Order[node] * sample.Features, sample.Features));
            }

            int[] Move(int[] index) => Array.ConvertAll(index, node => sample.Order[node]);
        },
        iter: Samples);

    // Rows of one feature lie side by side: where a row stands must not show, nor that it is the last.
    [Fact]
    public void EqualRowsHaveEqualSums()
    {
        const int Nodes = 40;
        using var device = new CpuDevice(2);
        for (var degree = 1; degree <= 40; degree++)
        {
            var destination = Enumerable.Range(0, Nodes * degree).Select(edge => edge / degree).ToArray();
            var source = destination.Select((_, edge) => edge % degree).ToArray();
            var x = Enumerable.Range(0, Nodes).Select(node => Math.Sin(node + 1)).ToArray();
            var sums = Aggregate<Sum>(device, new Graph(Nodes, source, destination), x, 1);
            Assert.All(sums, sum => Assert.Equal(sums[0], sum));
        }
    }

    [Fact]
    public void SegmentSoftmaxSumsToOne() => GenSample.Sample(
        sample =>
        {
            using var device = new CpuDevice(2);
            using var index = device.Upload(EdgeIndex.Create(sample.Destination, sample.Nodes));
            using var v = device.Upload(sample.V, sample.Edges, sample.Features);
            using var softmax = device.Allocate<double>(sample.Edges, sample.Features);
            using var sums = device.Allocate<double>(sample.Nodes, sample.Features);
            device.Messages<double>().SegmentSoftmax(index, v, softmax);
            device.Messages<double>().SegmentReduce<Sum>(index, softmax, sums);
            var values = sums.ToArray();
            for (var node = 0; node < sample.Nodes; node++)
            {
                for (var feature = 0; feature < sample.Features; feature++)
                {
                    Assert.Equal(index.Host.Degree(node) == 0 ? 0 : 1, values[node * sample.Features + feature], 1e-13);
                }
            }
        },
        iter: Samples);

    [Fact]
    public void GatherAndScatterAddAreAdjoint() => GenSample.Sample(
        sample =>
        {
            // ⟨G x, v⟩ = ⟨x, Gᵀ v⟩
            using var device = new CpuDevice(2);
            using var index = device.Upload(EdgeIndex.Create(sample.Source, sample.Nodes));
            using var x = device.Upload(sample.X, sample.Nodes, sample.Features);
            using var v = device.Upload(sample.V, sample.Edges, sample.Features);
            using var gathered = device.Allocate<double>(sample.Edges, sample.Features);
            using var scattered = device.Allocate<double>(sample.Nodes, sample.Features);
            device.Messages<double>().Gather(index, x, gathered);
            device.Messages<double>().ScatterAdd(index, v, scattered);
            Assert.Equal(Dot(gathered.ToArray(), sample.V), Dot(sample.X, scattered.ToArray()), 1e-10);
        },
        iter: Samples);

    [Fact]
    public void TransposingTwiceIsTheIdentity() => GenSample.Sample(
        sample =>
        {
            using var device = new CpuDevice(1);
            var graph = sample.Graph;
            var twice = graph.Transpose().Transpose();
            Assert.Equal(graph.Source.Index, twice.Source.Index);
            Assert.Equal(graph.Destination.Index, twice.Destination.Index);
            Assert.Equal(graph.SourceByDestination, twice.SourceByDestination);
            Assert.Equal(Aggregate<Max>(device, graph, sample.X, sample.Features), Aggregate<Max>(device, twice, sample.X, sample.Features));
            Assert.Equal(graph.Destination.Index, graph.Transpose().Source.Index);
        },
        iter: Samples);

    [Fact]
    public void TheEdgeIndexIsAStableSort() => GenSample.Sample(
        sample =>
        {
            var index = EdgeIndex.Create(sample.Destination, sample.Nodes);
            var expected = Enumerable.Range(0, sample.Edges).OrderBy(edge => sample.Destination[edge]).ToArray();
            Assert.Equal(expected, index.Order);
            for (var node = 0; node < sample.Nodes; node++)
            {
                Assert.Equal(sample.Destination.Count(destination => destination == node), index.Degree(node));
            }

            Assert.Equal(sample.Edges, index.Offsets[^1]);
            Assert.Equal(expected.SequenceEqual(Enumerable.Range(0, sample.Edges)), index.IsSorted);
        },
        iter: Samples);

    private static double[] Aggregate<TReduction>(CpuDevice device, Graph graph, double[] x, int features)
        where TReduction : struct, IReduction
    {
        using var deviceGraph = device.Upload(graph);
        using var input = device.Upload(x, graph.Nodes, features);
        using var output = device.Allocate<double>(graph.Nodes, features);
        device.Messages<double>().Aggregate<TReduction>(deviceGraph, input, null, output);
        return output.ToArray();
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private sealed record Sample(int Nodes, int Features, int[] Source, int[] Destination, double[] X, double[] V, int[] Order)
    {
        public int Edges => Source.Length;

        public Graph Graph => new(Nodes, Source, Destination);
    }
}
