using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Scatter to destinations.</summary>
public sealed class ScatterAddCall() : KernelCall("ScatterAdd")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new ScatterAddCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        bench.Messages.ScatterAdd(bench.Graph.Destination, v, bench.Accumulated("out", bench.Nodes, bench.Features));
        bench.Messages.ScatterAddBackward(bench.Graph.Destination, bench.Input("cotangent/out", bench.Nodes, bench.Features), bench.Output("grad/v", bench.Edges, bench.Features));
    }
}

/// <summary>The contract of ScatterAdd.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ScatterAddTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ScatterAddCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new ScatterAddCall()];
}

/// <summary>ScatterAdd on the SIMD processor.</summary>
public sealed class ScatterAddOnCpu : ScatterAddTests<CpuFixture>;

/// <summary>ScatterAdd on the SIMD processor with several threads.</summary>
public sealed class ScatterAddOnCpuThreads : ScatterAddTests<CpuThreadsFixture>;

/// <summary>ScatterAdd on ILGPU's simulator.</summary>
public sealed class ScatterAddOnSimulator : ScatterAddTests<SimulatorFixture>;

/// <summary>ScatterAdd on a GPU, where there is one.</summary>
public sealed class ScatterAddOnGpu : ScatterAddTests<GpuFixture>;
