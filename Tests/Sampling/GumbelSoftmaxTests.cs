using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Relaxed categorical draws and their gradient, with uniforms that are given or drawn.</summary>
public sealed class GumbelSoftmaxCall(bool drawn) : KernelCall("GumbelSoftmax", drawn ? "drawn" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GumbelSoftmaxCall(false), new GumbelSoftmaxCall(true)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var temperature = T.CreateTruncating(1.5);
        var logits = bench.Input("logits", bench.Rows, bench.Features);
        Noise<T> uniform = drawn ? new PhiloxPosition(23, 0, 5) : bench.Input("uniform", bench.Rows, bench.Features, Domain.OpenUnit);
        var output = bench.Output("out", bench.Rows, bench.Features);
        bench.Sampling.GumbelSoftmax(logits, uniform, temperature, output, bench.IntegerOutput("index", bench.Rows, 1));
        bench.Sampling.GumbelSoftmaxBackward(output, temperature, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/logits", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of relaxed categorical draws.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GumbelSoftmaxTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GumbelSoftmaxCall.All;
}

/// <summary>GumbelSoftmax on the SIMD processor.</summary>
public sealed class GumbelSoftmaxOnCpu : GumbelSoftmaxTests<CpuFixture>;

/// <summary>GumbelSoftmax on the SIMD processor with several threads.</summary>
public sealed class GumbelSoftmaxOnCpuThreads : GumbelSoftmaxTests<CpuThreadsFixture>;
