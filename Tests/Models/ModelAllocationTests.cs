using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Models;

namespace Native.Tests;

[Collection(nameof(Alone))]
public class ModelAllocationTests
{
    private const int Nodes = 400;
    private const int Edges = 3000;

    [Theory]
    [InlineData(Aggregation.Sum)]
    [InlineData(Aggregation.Mean)]
    [InlineData(Aggregation.Max)]
    [InlineData(Aggregation.Min)]
    [InlineData(Aggregation.Softmax)]
    public void ATrainingStepOfAStackAllocatesNothing(Aggregation aggregation)
    {
        using var device = new CpuDevice(2);
        using var graph = device.Upload(RandomGraphs.Create(Nodes, Edges, 1));
        using var model = new UnifiedMessagePassing<float>(device, [16, 16, 16], 16, 3, aggregation, seed: 2);
        using var optimizer = new Adam<float>(model.Parameters, new AdamOptions());
        using var x = device.Upload(Values(Nodes * 16), Nodes, 16);
        using var a = device.Upload(Values(Edges * 3), Edges, 3);
        using var dx = device.Allocate<float>(Nodes, 16);
        using var da = device.Allocate<float>(Edges, 3);
        using var dOutput = device.Upload(Values(Nodes * 16), Nodes, 16);
        var held = 0L;
        NothingIsAllocated(
            () =>
            {
                model.Parameters.ClearGradients();
                model.Forward(graph, x, a);
                model.Backward(dOutput, dx, da);
                optimizer.Step();
            },
            () => held = device.AllocatedBytes);
        Assert.Equal(held, device.AllocatedBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void ASweepOfVariationalMessagePassingAllocatesNothing(double damping)
    {
        using var device = new CpuDevice(2);
        using var mixture = VariationalModels.Mixture<double>(device, 2000, 3, 2);
        using var topics = VariationalModels.Topics<float>(device, 30, 20, 40, 3);
        using var hierarchy = VariationalModels.Hierarchy<double>(device, 20, 10);
        var options = VariationalModels.Exactly(1) with { Damping = damping };
        using var first = new VariationalInference<double>(mixture, options);
        using var second = new VariationalInference<float>(topics, options);
        using var third = new VariationalInference<double>(hierarchy, options);
        var held = 0L;
        NothingIsAllocated(
            () =>
            {
                first.Run();
                second.Run();
                third.Run();
            },
            () => held = device.AllocatedBytes);
        Assert.Equal(held, device.AllocatedBytes);
    }

    [Fact]
    public void ATrainingStepOfTheOtherModelsAllocatesNothing()
    {
        using var device = new CpuDevice(2);
        using var graph = device.Upload(RandomGraphs.Create(Nodes, Edges, 1));
        using var classifier = new GraphClassifier<float>(device, [16, 16, 4], seed: 2);
        using var mlp = new Mlp<float>(device, [16, 16, 4], Activation.GELU, seed: 2);
        using var mean = new NormalisedAggregation<float>(device, 16, 4, Activation.Tanh, seed: 2);
        using var optimizer = new Sgd<float>(mlp.Parameters, new SgdOptions(1e-4, 0.9));
        using var x = device.Upload(Values(Nodes * 16), Nodes, 16);
        using var dx = device.Allocate<float>(Nodes, 16);
        using var dOutput = device.Upload(Values(Nodes * 4), Nodes, 4);
        NothingIsAllocated(
            () =>
            {
                classifier.Forward(graph, x);
                classifier.Backward(dOutput, dx);
                mean.Forward(graph, x);
                mean.Backward(dOutput, dx);
                mlp.Parameters.ClearGradients();
                mlp.Forward(x);
                mlp.Backward(dOutput, dx);
                optimizer.Step();
            },
            () => { });
    }

    private static void NothingIsAllocated(Action step, Action afterWarmUp)
    {
        // Many calls, so that the tiers of compilation have settled.
        for (var call = 0; call < 200; call++)
        {
            step();
        }

        Thread.Sleep(200);
        step();
        afterWarmUp();

        // Something else in the process may allocate now and then; a step that does would do so every time.
        var least = long.MaxValue;
        for (var trial = 0; trial < 5 && least > 0; trial++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var call = 0; call < 10; call++)
            {
                step();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, least);
    }

    private static float[] Values(int count) => Array.ConvertAll(ModelGradients.Values(count, 7), value => (float)value);
}
