using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Inner products of combined messages with rows of their destinations, and the gradient that their contract describes.</summary>
public sealed class CombinedDotCall(int edgeFeatures, bool repeated) : KernelCall("CombinedDot", $"A {edgeFeatures}{(repeated ? ", one row repeated" : "")}")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new CombinedDotCall(3, repeated: false), new CombinedDotCall(0, repeated: false), new CombinedDotCall(2, repeated: true)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var message = CombinedMessages.Of(bench, edgeFeatures);
        var y = repeated ? bench.Input("y", 1, bench.Features).Repeat(bench.Nodes) : bench.Input("y", bench.Nodes, bench.Features);
        bench.Messages.CombinedDot<Silu>(bench.Graph, message, y, bench.OutputVector("out", bench.Edges));

        // The contract says what the gradient is: the backward of a Sum of which y is the gradient and the cotangent the weights.
        var cotangent = bench.InputVector("cotangent/out", bench.Edges);
        bench.Messages.AggregateCombinedBackward<Silu, Sum>(bench.Graph, message, cotangent, null, y, CombinedMessages.GradientOf(bench, edgeFeatures, accumulate: false));
        if (!repeated)
        {
            bench.Messages.AggregateCombined<Silu, Sum>(bench.Graph, message, cotangent, bench.Output("grad/y", bench.Nodes, bench.Features));
        }
    }
}

/// <summary>The contract of the inner products of combined messages.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class CombinedDotTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => CombinedDotCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new CombinedDotCall(2, repeated: true)];
}

/// <summary>CombinedDot on the SIMD processor.</summary>
public sealed class CombinedDotOnCpu : CombinedDotTests<CpuFixture>;

/// <summary>CombinedDot on the SIMD processor with several threads.</summary>
public sealed class CombinedDotOnCpuThreads : CombinedDotTests<CpuThreadsFixture>;
