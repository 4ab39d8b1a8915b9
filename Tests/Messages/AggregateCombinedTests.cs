using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Aggregates of combined messages: activations, reductions, numbers of edge features, weights.</summary>
public static class AggregateCombinedCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new AggregateCombinedCall<Relu, Sum>(8, weighted: false),
        new AggregateCombinedCall<Relu, Sum>(3, weighted: true, accumulate: true),
        new AggregateCombinedCall<Tanh, Mean>(0, weighted: true),
        new AggregateCombinedCall<Silu, Mean>(1, weighted: false),
        new AggregateCombinedCall<Relu, Max>(2, weighted: true),
        new AggregateCombinedCall<Gelu, Min>(5, weighted: false),
        new AggregateCombinedCall<Identity, Sum>(0, weighted: false),
        new AggregateCombinedCall<Softplus, Sum>(9, weighted: true),
        new AggregateCombinedCall<Elu, Max>(17, weighted: false)];
}

/// <summary>An aggregate of combined messages, forward and backward.</summary>
public sealed class AggregateCombinedCall<TActivation, TReduction>(int edgeFeatures, bool weighted, bool accumulate = false)
    : KernelCall("AggregateCombined", $"{typeof(TActivation).Name}, {typeof(TReduction).Name}, A {edgeFeatures}{(weighted ? ", weighted" : "")}{(accumulate ? ", accumulate" : "")}")
    where TActivation : struct, IActivation
    where TReduction : struct, IReduction
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var message = CombinedMessages.Of(bench, edgeFeatures);
        var weights = weighted ? bench.InputVector("w", bench.Edges) : null;
        var arg = TReduction.IsExtremum ? bench.IntegerOutput("arg", bench.Nodes, bench.Features) : null;
        bench.Messages.AggregateCombined<TActivation, TReduction>(bench.Graph, message, weights, bench.Output("out", bench.Nodes, bench.Features), arg, T.CreateTruncating(-1.5));
        bench.Messages.AggregateCombinedBackward<TActivation, TReduction>(
            bench.Graph, message, weights, arg, bench.Input("cotangent/out", bench.Nodes, bench.Features), CombinedMessages.GradientOf(bench, edgeFeatures, accumulate), weighted ? bench.OutputVector("grad/w", bench.Edges) : null, accumulate);
    }
}

/// <summary>Combined messages on a bench.</summary>
internal static class CombinedMessages
{
    /// <summary>The message, with or without edge features.</summary>
    public static CombinedMessage<T> Of<T>(Workbench<T> bench, int edgeFeatures)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var target = bench.Input("t", bench.Nodes, bench.Features);
        var source = bench.Input("s", bench.Nodes, bench.Features);
        return edgeFeatures == 0
            ? new CombinedMessage<T>(target, source)
            : new CombinedMessage<T>(target, source, bench.Input("a", bench.Edges, edgeFeatures), bench.Input("W_a", bench.Features, edgeFeatures));
    }

    /// <summary>Its gradients.</summary>
    public static CombinedMessage<T> GradientOf<T>(Workbench<T> bench, int edgeFeatures, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var target = accumulate ? bench.Accumulated("grad/t", bench.Nodes, bench.Features) : bench.Output("grad/t", bench.Nodes, bench.Features);
        var source = accumulate ? bench.Accumulated("grad/s", bench.Nodes, bench.Features) : bench.Output("grad/s", bench.Nodes, bench.Features);
        return edgeFeatures == 0
            ? new CombinedMessage<T>(target, source)
            : new CombinedMessage<T>(
                target,
                source,
                accumulate ? bench.Accumulated("grad/a", bench.Edges, edgeFeatures) : bench.Output("grad/a", bench.Edges, edgeFeatures),
                bench.Accumulated("grad/W_a", bench.Features, edgeFeatures));
    }
}

/// <summary>The contract of the aggregates of combined messages.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class AggregateCombinedTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => AggregateCombinedCalls.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new AggregateCombinedCall<Relu, Sum>(2, weighted: true), new AggregateCombinedCall<Tanh, Mean>(0, weighted: true)];
}

/// <summary>AggregateCombined on the SIMD processor.</summary>
public sealed class AggregateCombinedOnCpu : AggregateCombinedTests<CpuFixture>;

/// <summary>AggregateCombined on the SIMD processor with several threads.</summary>
public sealed class AggregateCombinedOnCpuThreads : AggregateCombinedTests<CpuThreadsFixture>;
