using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Gather by source.</summary>
public sealed class GatherCall() : KernelCall("Gather")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GatherCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Nodes, bench.Features);
        bench.Messages.Gather(bench.Graph.Source, x, bench.Output("out", bench.Edges, bench.Features));
        bench.Messages.GatherBackward(bench.Graph.Source, bench.Input("cotangent/out", bench.Edges, bench.Features), bench.Output("grad/x", bench.Nodes, bench.Features));
    }
}

/// <summary>The contract of Gather.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GatherTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GatherCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new GatherCall()];
}

/// <summary>Gather on the SIMD processor.</summary>
public sealed class GatherOnCpu : GatherTests<CpuFixture>;

/// <summary>Gather on the SIMD processor with several threads.</summary>
public sealed class GatherOnCpuThreads : GatherTests<CpuThreadsFixture>;

/// <summary>Gather on ILGPU's simulator.</summary>
public sealed class GatherOnSimulator : GatherTests<SimulatorFixture>;

/// <summary>Gather on a GPU, where there is one.</summary>
public sealed class GatherOnGpu : GatherTests<GpuFixture>;
