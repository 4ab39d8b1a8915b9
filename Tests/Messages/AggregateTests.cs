using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Aggregates, with every kind of weights.</summary>
public static class AggregateCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new AggregateCall<Sum>(EdgeWeights.None), new AggregateCall<Sum>(EdgeWeights.Edge), new AggregateCall<Sum>(EdgeWeights.Head), new AggregateCall<Mean>(EdgeWeights.None), new AggregateCall<Mean>(EdgeWeights.Edge), new AggregateCall<Mean>(EdgeWeights.Head), new AggregateCall<Max>(EdgeWeights.None), new AggregateCall<Max>(EdgeWeights.Edge), new AggregateCall<Max>(EdgeWeights.Head), new AggregateCall<Min>(EdgeWeights.None), new AggregateCall<Min>(EdgeWeights.Edge), new AggregateCall<Min>(EdgeWeights.Head)];
}

/// <summary>The weights of an aggregate.</summary>
public enum EdgeWeights
{
    /// <summary>All 1.</summary>
    None,

    /// <summary>One per edge.</summary>
    Edge,

    /// <summary>One per edge and head.</summary>
    Head,
}

/// <summary>An aggregate, forward and backward.</summary>
public sealed class AggregateCall<TReduction>(EdgeWeights kind) : KernelCall("Aggregate", $"{typeof(TReduction).Name}, {kind}")
    where TReduction : struct, IReduction
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var heads = kind == EdgeWeights.Edge ? 1 : Heads.Of(bench.Features);
        var weights = kind == EdgeWeights.None ? null : bench.InputVector("w", bench.Edges, heads);
        var x = bench.Input("x", bench.Nodes, bench.Features);
        var arg = TReduction.IsExtremum ? bench.IntegerOutput("arg", bench.Nodes, bench.Features) : null;
        bench.Messages.Aggregate<TReduction>(bench.Graph, x, weights, bench.Output("out", bench.Nodes, bench.Features), arg, T.CreateTruncating(-1.5));
        bench.Messages.AggregateBackward<TReduction>(
            bench.Graph, x, weights, arg, bench.Input("cotangent/out", bench.Nodes, bench.Features), bench.Output("grad/x", bench.Nodes, bench.Features), weights is null ? null : bench.OutputVector("grad/w", bench.Edges, heads));
    }
}

/// <summary>Numbers of heads that divide a number of features.</summary>
internal static class Heads
{
    /// <summary>3 or 2 if they divide the features, else 1.</summary>
    public static int Of(int features) => features % 3 == 0 ? 3 : features % 2 == 0 ? 2 : 1;
}

/// <summary>The contract of the aggregates.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class AggregateTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => AggregateCalls.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new AggregateCall<Sum>(EdgeWeights.None), new AggregateCall<Mean>(EdgeWeights.Edge), new AggregateCall<Sum>(EdgeWeights.Head)];

    /// <summary>The first of equal values keeps the arg, the first NaN wins over everything, an empty row gives the fill value and -1.</summary>
    [Fact]
    public void FirstExtremumAndFirstNaNWin()
    {
        using var graph = Device.Upload(new Graph(4, [0, 1, 2, 3, 1, 2], [0, 0, 0, 1, 1, 1]));
        using var x = Device.Upload<float>([2, 1, 2, float.NaN, 2, 5, 1, float.NaN], 4, 2);
        using var output = Device.Allocate<float>(4, 2);
        using var arg = Device.Allocate<int>(4, 2);
        Device.Messages<float>().Aggregate<Max>(graph, x, null, output, arg, -9);
        Assert.Equal([2, float.NaN, 2, float.NaN, -9, -9, -9, -9], output.ToArray());
        Assert.Equal([0, 1, 4, 3, -1, -1, -1, -1], arg.ToArray());
    }
}

/// <summary>Aggregate on the SIMD processor.</summary>
public sealed class AggregateOnCpu : AggregateTests<CpuFixture>;

/// <summary>Aggregate on the SIMD processor with several threads.</summary>
public sealed class AggregateOnCpuThreads : AggregateTests<CpuThreadsFixture>;

/// <summary>Aggregate on ILGPU's simulator.</summary>
public sealed class AggregateOnSimulator : AggregateTests<SimulatorFixture>;

/// <summary>Aggregate on a GPU, where there is one.</summary>
public sealed class AggregateOnGpu : AggregateTests<GpuFixture>;
