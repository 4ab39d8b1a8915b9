using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Segment reductions by destination.</summary>
public static class SegmentReduceCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SegmentReduceCall<Sum>(), new SegmentReduceCall<Mean>(), new SegmentReduceCall<Max>(), new SegmentReduceCall<Min>()];
}

/// <summary>A segment reduction by destination.</summary>
public sealed class SegmentReduceCall<TReduction>() : KernelCall("SegmentReduce", typeof(TReduction).Name)
    where TReduction : struct, IReduction
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        var arg = TReduction.IsExtremum ? bench.IntegerOutput("arg", bench.Nodes, bench.Features) : null;
        bench.Messages.SegmentReduce<TReduction>(bench.Graph.Destination, v, bench.Output("out", bench.Nodes, bench.Features), arg, T.CreateTruncating(-1.5));
        bench.Messages.SegmentReduceBackward<TReduction>(bench.Graph.Destination, arg, bench.Input("cotangent/out", bench.Nodes, bench.Features), bench.Output("grad/v", bench.Edges, bench.Features));
    }
}

/// <summary>The contract of the segment reductions.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SegmentReduceTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SegmentReduceCalls.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new SegmentReduceCall<Sum>(), new SegmentReduceCall<Mean>()];
}

/// <summary>SegmentReduce on the SIMD processor.</summary>
public sealed class SegmentReduceOnCpu : SegmentReduceTests<CpuFixture>;

/// <summary>SegmentReduce on the SIMD processor with several threads.</summary>
public sealed class SegmentReduceOnCpuThreads : SegmentReduceTests<CpuThreadsFixture>;

/// <summary>SegmentReduce on ILGPU's simulator.</summary>
public sealed class SegmentReduceOnSimulator : SegmentReduceTests<SimulatorFixture>;

/// <summary>SegmentReduce on a GPU, where there is one.</summary>
public sealed class SegmentReduceOnGpu : SegmentReduceTests<GpuFixture>;
