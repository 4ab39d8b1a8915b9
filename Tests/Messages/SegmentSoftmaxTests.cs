using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Softmax over the edges of every destination.</summary>
public sealed class SegmentSoftmaxCall() : KernelCall("SegmentSoftmax")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SegmentSoftmaxCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        var output = bench.Output("out", bench.Edges, bench.Features);
        bench.Messages.SegmentSoftmax(bench.Graph.Destination, v, output);
        bench.Messages.SegmentSoftmaxBackward(bench.Graph.Destination, output, bench.Input("cotangent/out", bench.Edges, bench.Features), bench.Output("grad/v", bench.Edges, bench.Features));
    }
}

/// <summary>The contract of segment softmax.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SegmentSoftmaxTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SegmentSoftmaxCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new SegmentSoftmaxCall()];

    /// <summary>A segment of all -∞ gives 0 and no gradient; a single -∞ gives probability 0; logits far apart do not overflow.</summary>
    [Fact]
    public void DeadAndExtremeSegments()
    {
        ReadOnlySpan<float> v = [float.NegativeInfinity, float.NegativeInfinity, 1, float.NegativeInfinity, 80, -300, 1000, 1000];
        using var index = Device.Upload(EdgeIndex.Create([0, 0, 1, 1, 2, 2, 3, 3], 5));
        using var values = Device.Upload(v, 8, 1);
        using var output = Device.Allocate<float>(8, 1);
        using var cotangent = Device.Upload<float>([1, 2, 3, 4, 5, 6, 7, 8], 8, 1);
        using var gradient = Device.Allocate<float>(8, 1);
        Device.Messages<float>().SegmentSoftmax(index, values, output);
        Assert.Equal([0, 0, 1, 0, 1, 0, 0.5f, 0.5f], output.ToArray());
        Device.Messages<float>().SegmentSoftmaxBackward(index, output, cotangent, gradient);
        Assert.Equal([0, 0, 0, 0, 0, 0, -0.25f, 0.25f], gradient.ToArray());
    }
}

/// <summary>SegmentSoftmax on the SIMD processor.</summary>
public sealed class SegmentSoftmaxOnCpu : SegmentSoftmaxTests<CpuFixture>;

/// <summary>SegmentSoftmax on the SIMD processor with several threads.</summary>
public sealed class SegmentSoftmaxOnCpuThreads : SegmentSoftmaxTests<CpuThreadsFixture>;

/// <summary>SegmentSoftmax on ILGPU's simulator.</summary>
public sealed class SegmentSoftmaxOnSimulator : SegmentSoftmaxTests<SimulatorFixture>;

/// <summary>SegmentSoftmax on a GPU, where there is one.</summary>
public sealed class SegmentSoftmaxOnGpu : SegmentSoftmaxTests<GpuFixture>;
