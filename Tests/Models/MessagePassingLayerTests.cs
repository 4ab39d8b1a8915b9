using CsCheck;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class MessagePassingLayerTests
{
    private const int Inputs = 3;
    private const int Hidden = 5;
    private const int Outputs = 4;

    public static TheoryData<Aggregation, int> Variants
    {
        get
        {
            var variants = new TheoryData<Aggregation, int>();
            foreach (var aggregation in Enum.GetValues<Aggregation>())
            {
                variants.Add(aggregation, 0);
                variants.Add(aggregation, 2);
            }

            return variants;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void EqualsThePlainFormulaPerEdge(Aggregation aggregation, int attributes)
    {
        using var device = new ReferenceDevice();
        var graph = RandomGraphs.Create(7, 19, 1);
        using var uploaded = device.Upload(graph);
        using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, attributes, aggregation, seed: 3);
        var xs = ModelGradients.Values(7 * Inputs, 4);
        var edges = ModelGradients.Values(19 * attributes, 5);
        using var x = device.Upload(xs, 7, Inputs);
        using var a = device.Upload(edges, 19, attributes);
        var h = layer.Forward(uploaded, x, attributes == 0 ? default : a);
        var (expectedH, expectedAggregated) = PerEdge(graph, layer, xs, edges);
        Near(expectedAggregated, layer.Aggregated);
        Near(expectedH, h);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void GradientsEqualCentralDifferences(Aggregation aggregation, int attributes)
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(RandomGraphs.Create(6, 15, 11));
        using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, attributes, aggregation, seed: 12);
        using var x = device.Upload(ModelGradients.Values(6 * Inputs, 13), 6, Inputs);
        using var a = device.Upload(ModelGradients.Values(15 * attributes, 14), 15, attributes);
        using var dx = device.Allocate<double>(6, Inputs);
        using var da = device.Allocate<double>(15, attributes);
        var cotangent = ModelGradients.Values(6 * Outputs, 15);
        var aggregatedCotangent = ModelGradients.Values(6 * Hidden, 16);
        using var dOutput = device.Upload(cotangent, 6, Outputs);
        using var dAggregated = device.Upload(aggregatedCotangent, 6, Hidden);
        ModelGradients.Check(
            layer.Parameters,
            attributes == 0 ? [("x", x, dx)] : [("x", x, dx), ("a", a, da)],
            () => ModelGradients.Dot(layer.Forward(graph, x, attributes == 0 ? default : a), cotangent) + ModelGradients.Dot(layer.Aggregated, aggregatedCotangent),
            () => layer.Backward(dOutput, dx, attributes == 0 ? default : da, dAggregated));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ParameterGradientsAccumulateAndInputGradientsOverwrite(Aggregation aggregation, int attributes)
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(RandomGraphs.Create(6, 15, 21));
        using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, attributes, aggregation, seed: 22);
        using var x = device.Upload(ModelGradients.Values(6 * Inputs, 23), 6, Inputs);
        using var a = device.Upload(ModelGradients.Values(15 * attributes, 24), 15, attributes);
        using var dx = device.Upload(ModelGradients.Values(6 * Inputs, 25), 6, Inputs);
        using var da = device.Upload(ModelGradients.Values(15 * attributes, 26), 15, attributes);
        using var dOutput = device.Upload(ModelGradients.Values(6 * Outputs, 27), 6, Outputs);
        var (edges, dEdges) = attributes == 0 ? default : ((DeviceMatrix<double>)a, (DeviceMatrix<double>)da);
        layer.Forward(graph, x, edges);
        layer.Backward(dOutput, dx, dEdges);
        var (dxOnce, daOnce) = (dx.ToArray(), da.ToArray());
        var once = layer.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Gradient!.ToArray());
        layer.Backward(dOutput, dx, dEdges, accumulate: true);
        Assert.Equal(dxOnce, dx.ToArray());
        Near(Array.ConvertAll(daOnce, value => 2 * value), a.Count == 0 ? da : dEdges);
        foreach (var parameter in layer.Parameters)
        {
            Near(Array.ConvertAll(once[parameter.Name], value => 2 * value), parameter.Gradient);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void CpuEqualsReference(Aggregation aggregation, int attributes)
    {
        // More edges than a tile of Max and Min, so that tiles end inside a node.
        const int Nodes = 300, Edges = 5000;
        var graph = RandomGraphs.Create(Nodes, Edges, 31);
        var results = new List<double[][]>();
        foreach (var device in new Device[] { new ReferenceDevice(), new CpuDevice(2) })
        {
            using (device)
            {
                using var uploaded = device.Upload(graph);
                using var layer = new MessagePassingLayer<double>(device, 9, 17, 10, attributes, aggregation, seed: 32);
                using var x = device.Upload(ModelGradients.Values(Nodes * 9, 33), Nodes, 9);
                using var a = device.Upload(ModelGradients.Values(Edges * attributes, 34), Edges, attributes);
                using var dx = device.Allocate<double>(Nodes, 9);
                using var da = device.Allocate<double>(Edges, attributes);
                using var dOutput = device.Upload(ModelGradients.Values(Nodes * 10, 35), Nodes, 10);
                var (edges, dEdges) = attributes == 0 ? default : ((DeviceMatrix<double>)a, (DeviceMatrix<double>)da);
                var output = layer.Forward(uploaded, x, edges);
                layer.Backward(dOutput, dx, dEdges);
                results.Add([ToArray(output), ToArray(layer.Aggregated), dx.ToArray(), da.ToArray(), .. layer.Parameters.Select(parameter => parameter.Gradient!.ToArray())]);
            }
        }

        for (var tensor = 0; tensor < results[0].Length; tensor++)
        {
            Near(results[0][tensor], results[1][tensor], 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void TheNumberOfThreadsDoesNotChangeABit(Aggregation aggregation, int attributes)
    {
        const int Nodes = 300, Edges = 5000;
        var graph = RandomGraphs.Create(Nodes, Edges, 51);
        float[][]? expected = null;
        foreach (var threads in new[] { 1, 2, 3, 8 })
        {
            using var device = new CpuDevice(threads);
            using var uploaded = device.Upload(graph);
            using var layer = new MessagePassingLayer<float>(device, 9, 17, 10, attributes, aggregation, seed: 52);
            using var x = device.Upload(Floats(Nodes * 9, 53), Nodes, 9);
            using var a = device.Upload(Floats(Edges * attributes, 54), Edges, attributes);
            using var dx = device.Allocate<float>(Nodes, 9);
            using var da = device.Allocate<float>(Edges, attributes);
            using var dOutput = device.Upload(Floats(Nodes * 10, 55), Nodes, 10);
            using var h = device.Allocate<float>(Nodes, 10);
            var (edges, dEdges) = attributes == 0 ? default : ((DeviceMatrix<float>)a, (DeviceMatrix<float>)da);
            device.Dense<float>().Copy(layer.Forward(uploaded, x, edges), h);
            layer.Backward(dOutput, dx, dEdges);
            float[][] results = [h.ToArray(), dx.ToArray(), da.ToArray(), .. layer.Parameters.Select(parameter => parameter.Gradient!.ToArray())];
            expected ??= results;
            Assert.Equal(expected, results);
        }

        static float[] Floats(int count, int seed) => Array.ConvertAll(ModelGradients.Values(count, seed), value => (float)value);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void RenumberingTheNodesRenumbersTheOutput(Aggregation aggregation, int attributes)
    {
        using var device = new ReferenceDevice();
        using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, attributes, aggregation, seed: 42);
        Gen.Select(Gen.Int[2, 8], Gen.Int[3, 24], Gen.Int[0, 1000]).Sample((nodes, edges, seed) =>
        {
            var graph = RandomGraphs.Create(nodes, edges, seed);
            var to = Enumerable.Range(0, nodes).ToArray();
            new Random(seed + 1).Shuffle(to);
            var renumbered = new Graph(nodes, Map(graph.Source.Index, to), Map(graph.Destination.Index, to));
            var xs = ModelGradients.Values(nodes * Inputs, seed + 2);
            var moved = new double[xs.Length];
            for (var i = 0; i < nodes; i++)
            {
                xs.AsSpan(i * Inputs, Inputs).CopyTo(moved.AsSpan(to[i] * Inputs));
            }

            using var a = device.Upload(ModelGradients.Values(edges * attributes, seed + 3), edges, attributes);
            var h = Run(graph, xs);
            var movedH = Run(renumbered, moved);
            var expected = new double[h.Length];
            for (var i = 0; i < nodes; i++)
            {
                h.AsSpan(i * Outputs, Outputs).CopyTo(expected.AsSpan(to[i] * Outputs));
            }

            Near(expected, movedH, 1e-12);

            double[] Run(Graph hostGraph, double[] features)
            {
                using var uploaded = device.Upload(hostGraph);
                using var x = device.Upload(features, nodes, Inputs);
                return ToArray(layer.Forward(uploaded, x, attributes == 0 ? default : a));
            }
        }, iter: 30, threads: 1);
    }

    [Fact]
    public void ANodeWithoutIncomingEdgesAggregatesToZero()
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(new Graph(3, [0, 2], [1, 1]));
        foreach (var aggregation in Enum.GetValues<Aggregation>())
        {
            using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, 0, aggregation, seed: 1);
            using var x = device.Upload(ModelGradients.Values(3 * Inputs, 2), 3, Inputs);
            layer.Forward(graph, x);
            var aggregated = ToArray(layer.Aggregated);
            Assert.All(aggregated[..Hidden], value => Assert.Equal(0, value));
            Assert.Contains(aggregated[Hidden..(2 * Hidden)], value => value != 0);
            Assert.All(aggregated[(2 * Hidden)..], value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void AGraphWithoutEdgesAndOneOfAnotherSizeAreTaken()
    {
        using var device = new ReferenceDevice();
        foreach (var aggregation in Enum.GetValues<Aggregation>())
        {
            using var layer = new MessagePassingLayer<double>(device, Inputs, Hidden, Outputs, 0, aggregation, seed: 1);
            foreach (var (nodes, graph) in new[] { (2, new Graph(2, [], (ReadOnlySpan<int>)[])), (7, RandomGraphs.Create(7, 19, 1)), (5, RandomGraphs.Create(5, 9, 2)) })
            {
                using var uploaded = device.Upload(graph);
                var xs = ModelGradients.Values(nodes * Inputs, 2);
                using var x = device.Upload(xs, nodes, Inputs);
                using var dOutput = device.Upload(ModelGradients.Values(nodes * Outputs, 3), nodes, Outputs);
                var h = layer.Forward(uploaded, x);
                layer.Backward(dOutput);
                Near(PerEdge(graph, layer, xs, []).H, h);
            }
        }
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        using var device = new ReferenceDevice();
        Assert.StartsWith("hidden: expected at least 1, but got 0", Assert.Throws<ArgumentOutOfRangeException>(() => new MessagePassingLayer<float>(device, 3, 0, 3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("edgeAttributes:", Assert.Throws<ArgumentOutOfRangeException>(() => new MessagePassingLayer<float>(device, 3, 4, 3, -1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("aggregation: expected one of Sum, Mean, Max, Min, Softmax", Assert.Throws<ArgumentOutOfRangeException>(() => new MessagePassingLayer<float>(device, 3, 4, 3, 0, (Aggregation)9)).Message, StringComparison.Ordinal);

        using var graph = device.Upload(RandomGraphs.Create(5, 9, 1));
        using var layer = new MessagePassingLayer<float>(device, 3, 4, 3, 2);
        using var x = device.Allocate<float>(5, 3);
        using var wrong = device.Allocate<float>(4, 3);
        using var a = device.Allocate<float>(9, 2);
        Assert.Throws<InvalidOperationException>(() => layer.Backward(x));
        Assert.StartsWith("x: expected shape [5, 3], but got [4, 3]", Assert.Throws<ArgumentException>(() => layer.Forward(graph, wrong, a)).Message, StringComparison.Ordinal);
        Assert.StartsWith("edgeAttributes: expected a matrix [9, 2]", Assert.Throws<ArgumentNullException>(() => layer.Forward(graph, x)).Message, StringComparison.Ordinal);
        layer.Forward(graph, x, a);
        Assert.StartsWith("dOutput: expected shape [5, 3]", Assert.Throws<ArgumentException>(() => layer.Backward(wrong)).Message, StringComparison.Ordinal);
        using var bare = new MessagePassingLayer<float>(device, 3, 4, 3);
        Assert.StartsWith("edgeAttributes: expected none", Assert.Throws<ArgumentException>(() => bare.Forward(graph, x, a)).Message, StringComparison.Ordinal);
    }

    // The layer as the formula says it, with every message formed per edge.
    private static (double[] H, double[] Aggregated) PerEdge(Graph graph, MessagePassingLayer<double> layer, double[] x, double[] a)
    {
        var w = layer.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.ToArray());
        var attributes = layer.EdgeAttributes;
        var messages = new double[graph.Edges][];
        for (var e = 0; e < graph.Edges; e++)
        {
            double[] input =
            [
                .. x.AsSpan(graph.Destination.Index[e] * Inputs, Inputs),
                .. x.AsSpan(graph.Source.Index[e] * Inputs, Inputs),
                .. a.AsSpan(e * attributes, attributes),
            ];
            messages[e] = Perceptron(w, "message_mlp", input);
        }

        var aggregated = new double[graph.Nodes * Hidden];
        var h = new double[graph.Nodes * Outputs];
        for (var i = 0; i < graph.Nodes; i++)
        {
            var rows = Enumerable.Range(0, graph.Edges).Where(e => graph.Destination.Index[e] == i).Select(e => messages[e]).ToArray();
            for (var f = 0; f < Hidden && rows.Length > 0; f++)
            {
                aggregated[i * Hidden + f] = layer.Aggregation switch
                {
                    Aggregation.Sum => rows.Sum(row => row[f]),
                    Aggregation.Mean => rows.Average(row => row[f]),
                    Aggregation.Max => rows.Max(row => row[f]),
                    Aggregation.Min => rows.Min(row => row[f]),
                    _ => rows.Sum(row => Math.Exp(Score(row)) * row[f]) / rows.Sum(row => Math.Exp(Score(row))),
                };
            }

            Perceptron(w, "update_mlp", [.. x.AsSpan(i * Inputs, Inputs), .. aggregated.AsSpan(i * Hidden, Hidden)]).CopyTo(h, i * Outputs);
        }

        return (h, aggregated);

        double Score(double[] message) => message.Zip(w["attention.weight"], (m, weight) => m * weight).Sum();
    }

    private static double[] Perceptron(Dictionary<string, double[]> w, string name, double[] input) =>
        Linear(w[name + ".2.weight"], w[name + ".2.bias"], Linear(w[name + ".0.weight"], w[name + ".0.bias"], input).Select(value => Math.Max(value, 0)).ToArray());

    private static double[] Linear(double[] weight, double[] bias, double[] x) =>
        bias.Select((b, row) => b + x.Select((value, column) => value * weight[row * x.Length + column]).Sum()).ToArray();

    private static int[] Map(ReadOnlySpan<int> nodes, int[] to)
    {
        var mapped = new int[nodes.Length];
        for (var e = 0; e < mapped.Length; e++)
        {
            mapped[e] = to[nodes[e]];
        }

        return mapped;
    }

    private static double[] ToArray(DeviceMatrix<double> matrix)
    {
        var view = matrix.View();
        var values = new double[matrix.Rows * matrix.Columns];
        for (nint i = 0; i < view.Rows; i++)
        {
            for (nint j = 0; j < view.Columns; j++)
            {
                values[i * view.Columns + j] = view[i, j];
            }
        }

        return values;
    }

    private static void Near(double[] expected, DeviceMatrix<double> actual, double tolerance = 1e-12) => Near(expected, ToArray(actual), tolerance);

    private static void Near(double[] expected, double[] actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Select(Math.Abs).Append(1).Max();
        for (var k = 0; k < expected.Length; k++)
        {
            Assert.True(Math.Abs(expected[k] - actual[k]) <= tolerance * largest, $"[{k}]: expected {expected[k]}, got {actual[k]}");
        }
    }
}
