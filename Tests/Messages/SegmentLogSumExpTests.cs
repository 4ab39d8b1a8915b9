using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Log-sum-exp by destination.</summary>
public sealed class SegmentLogSumExpCall() : KernelCall("SegmentLogSumExp")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SegmentLogSumExpCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        var output = bench.Output("out", bench.Nodes, bench.Features);
        bench.Messages.SegmentLogSumExp(bench.Graph.Destination, v, output);
        bench.Messages.SegmentLogSumExpBackward(bench.Graph.Destination, v, output, bench.Input("cotangent/out", bench.Nodes, bench.Features), bench.Output("grad/v", bench.Edges, bench.Features));
    }
}

/// <summary>The contract of segment log-sum-exp.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SegmentLogSumExpTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SegmentLogSumExpCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new SegmentLogSumExpCall()];

    /// <summary>A segment of all -∞ gives -∞ and no gradient; one of +∞ gives +∞; logits far apart do not overflow.</summary>
    [Fact]
    public void DeadAndExtremeSegments()
    {
        ReadOnlySpan<float> v = [float.NegativeInfinity, float.NegativeInfinity, 1, float.PositiveInfinity, 80, -300, 1000, 1000];
        using var index = Device.Upload(EdgeIndex.Create([0, 0, 1, 1, 2, 2, 3, 3], 5));
        using var values = Device.Upload(v, 8, 1);
        using var output = Device.Allocate<float>(5, 1);
        using var ones = Device.Upload<float>([1, 1, 1, 1, 1], 5, 1);
        using var gradient = Device.Allocate<float>(8, 1);
        Device.Messages<float>().SegmentLogSumExp(index, values, output);
        Assert.Equal([float.NegativeInfinity, float.PositiveInfinity, 80, 1000 + MathF.Log(2), float.NegativeInfinity], output.ToArray());
        Device.Messages<float>().SegmentLogSumExpBackward(index, values, output, ones, gradient);
        var dv = gradient.ToArray();
        Assert.Equal([0, 0], dv[..2]);
        Assert.Equal([1, 0], dv[4..6]);
        Assert.Equal(0.5, dv[6], 1e-4);
    }
}

/// <summary>SegmentLogSumExp on the SIMD processor.</summary>
public sealed class SegmentLogSumExpOnCpu : SegmentLogSumExpTests<CpuFixture>;

/// <summary>SegmentLogSumExp on the SIMD processor with several threads.</summary>
public sealed class SegmentLogSumExpOnCpuThreads : SegmentLogSumExpTests<CpuThreadsFixture>;

/// <summary>SegmentLogSumExp on ILGPU's simulator.</summary>
public sealed class SegmentLogSumExpOnSimulator : SegmentLogSumExpTests<SimulatorFixture>;

/// <summary>SegmentLogSumExp on a GPU, where there is one.</summary>
public sealed class SegmentLogSumExpOnGpu : SegmentLogSumExpTests<GpuFixture>;
