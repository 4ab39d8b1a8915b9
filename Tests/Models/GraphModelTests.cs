using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class GraphModelTests
{
    [Theory]
    [InlineData(Aggregation.Sum, 2)]
    [InlineData(Aggregation.Mean, 0)]
    [InlineData(Aggregation.Max, 2)]
    [InlineData(Aggregation.Min, 2)]
    [InlineData(Aggregation.Softmax, 2)]
    public void GradientsOfAStackEqualCentralDifferences(Aggregation aggregation, int attributes)
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(RandomGraphs.Create(6, 13, 1));
        using var model = new UnifiedMessagePassing<double>(device, [3, 6, 4, 2], 5, attributes, aggregation, seed: 2);
        using var x = device.Upload(ModelGradients.Values(6 * 3, 3), 6, 3);
        using var dx = device.Allocate<double>(6, 3);
        using var a = device.Upload(ModelGradients.Values(13 * attributes, 4), 13, attributes);
        using var da = device.Allocate<double>(13, attributes);
        var cotangent = ModelGradients.Values(6 * 2, 5);
        using var dOutput = device.Upload(cotangent, 6, 2);
        ModelGradients.Check(
            model.Parameters,
            attributes == 0 ? [("x", x, dx)] : [("x", x, dx), ("a", a, da)],
            () => ModelGradients.Dot(model.Forward(graph, x, attributes == 0 ? default : a), cotangent),
            () => model.Backward(dOutput, dx, attributes == 0 ? default : da));
    }

    [Theory]
    [InlineData(Activation.Identity)]
    [InlineData(Activation.SiLU)]
    public void GradientsOfNormalisedAggregationEqualCentralDifferences(Activation activation)
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(RandomGraphs.Create(6, 13, 6));
        using var model = new NormalisedAggregation<double>(device, 3, 4, activation, seed: 7);
        using var x = device.Upload(ModelGradients.Values(6 * 3, 8), 6, 3);
        using var dx = device.Allocate<double>(6, 3);
        var cotangent = ModelGradients.Values(6 * 4, 9);
        using var dOutput = device.Upload(cotangent, 6, 4);
        ModelGradients.Check(model.Parameters, [("x", x, dx)], () => ModelGradients.Dot(model.Forward(graph, x), cotangent), () => model.Backward(dOutput, dx));
    }

    [Fact]
    public void NormalisedAggregationOfTheRowsIsTheMeanOfTheInNeighbours()
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(new Graph(3, [0, 1, 1], [2, 2, 0]));
        using var model = new NormalisedAggregation<double>(device, 1);
        using var x = device.Upload([2.0, 4.0, 8.0], 3, 1);
        using var dx = device.Allocate<double>(3, 1);
        using var dOutput = device.Upload([1.0, 10.0, 100.0], 3, 1);
        var view = model.Forward(graph, x).View();
        Assert.Equal([4, 0, 3], [view[0, 0], view[1, 0], view[2, 0]]);
        model.Backward(dOutput, dx);
        Assert.Equal([50, 51, 0], dx.ToArray());
        Assert.Empty(model.Parameters);
    }

    [Fact]
    public void GradientsOfTheGraphClassifierEqualCentralDifferences()
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(RandomGraphs.Create(7, 20, 21));
        using var model = new GraphClassifier<double>(device, [3, 5, 4], rounds: 3, restart: 0.2, Activation.Tanh, seed: 22);
        using var x = device.Upload(ModelGradients.Values(7 * 3, 23), 7, 3);
        using var dx = device.Allocate<double>(7, 3);
        var cotangent = ModelGradients.Values(7 * 4, 24);
        using var dOutput = device.Upload(cotangent, 7, 4);
        ModelGradients.Check(model.Parameters, [("x", x, dx)], () => ModelGradients.Dot(model.Forward(graph, x), cotangent), () => model.Backward(dOutput, dx));
    }

    [Fact]
    public void PropagationKeepsConstantsAndTakesItsShareOfTheStart()
    {
        using var device = new ReferenceDevice();
        using var ring = device.Upload(new Graph(3, [0, 1, 2], [1, 2, 0]));
        using var propagation = new PersonalisedPropagation<double>(device, 2, 0.25);
        using var constant = device.Upload([3.0, 3.0, 3.0], 3, 1);
        var view = propagation.Forward(ring, constant).View();
        Assert.Equal([3, 3, 3], [view[0, 0], view[1, 0], view[2, 0]]);

        // One unit at node 0: a quarter stays in every round, three quarters go one node on.
        using var impulse = device.Upload([1.0, 0.0, 0.0], 3, 1);
        view = propagation.Forward(ring, impulse).View();
        Assert.Equal([0.25, 0.75 * 0.25, 0.75 * 0.75], [view[0, 0], view[1, 0], view[2, 0]]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PersonalisedPropagation<double>(device, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PersonalisedPropagation<double>(device, 0, 0.1));
    }
}
