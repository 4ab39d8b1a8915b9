using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Edge products and their gradients.</summary>
public sealed class EdgeDotCall(bool severalHeads) : KernelCall("EdgeDot", severalHeads ? "several heads" : "one head")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new EdgeDotCall(false), new EdgeDotCall(true)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var heads = severalHeads ? Heads.Of(bench.Features) : 1;
        var x = bench.Input("x", bench.Nodes, bench.Features);
        var y = bench.Input("y", bench.Nodes, bench.Features);
        bench.Messages.EdgeDot(bench.Graph, x, y, bench.OutputVector("out", bench.Edges, heads));
        bench.Messages.EdgeDotBackward(
            bench.Graph, x, y, bench.InputVector("cotangent/out", bench.Edges, heads), bench.Output("grad/x", bench.Nodes, bench.Features), bench.Output("grad/y", bench.Nodes, bench.Features));
    }
}

/// <summary>The contract of the edge products.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class EdgeDotTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => EdgeDotCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new EdgeDotCall(true)];
}

/// <summary>EdgeDot on the SIMD processor.</summary>
public sealed class EdgeDotOnCpu : EdgeDotTests<CpuFixture>;

/// <summary>EdgeDot on the SIMD processor with several threads.</summary>
public sealed class EdgeDotOnCpuThreads : EdgeDotTests<CpuThreadsFixture>;

/// <summary>EdgeDot on ILGPU's simulator.</summary>
public sealed class EdgeDotOnSimulator : EdgeDotTests<SimulatorFixture>;

/// <summary>EdgeDot on a GPU, where there is one.</summary>
public sealed class EdgeDotOnGpu : EdgeDotTests<GpuFixture>;
