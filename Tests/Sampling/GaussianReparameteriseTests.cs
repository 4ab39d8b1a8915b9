using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Reparameterised Gaussian draws and their gradient, with noise that is given or drawn.</summary>
public sealed class GaussianReparameteriseCall(bool drawn) : KernelCall("GaussianReparameterise", drawn ? "drawn" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GaussianReparameteriseCall(false), new GaussianReparameteriseCall(true)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var mean = bench.Input("mean", bench.Rows, bench.Features);
        var logVariance = bench.Input("log variance", bench.Rows, bench.Features);
        Noise<T> epsilon = drawn ? new PhiloxPosition(5, 9, 3) : bench.Input("epsilon", bench.Rows, bench.Features);
        bench.Sampling.GaussianReparameterise(mean, logVariance, epsilon, bench.Output("out", bench.Rows, bench.Features));
        bench.Sampling.GaussianReparameteriseBackward(
            logVariance,
            epsilon,
            bench.Input("cotangent/out", bench.Rows, bench.Features),
            bench.Output("grad/mean", bench.Rows, bench.Features),
            bench.Output("grad/log variance", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of reparameterised Gaussian draws.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GaussianReparameteriseTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GaussianReparameteriseCall.All;
}

/// <summary>GaussianReparameterise on the SIMD processor.</summary>
public sealed class GaussianReparameteriseOnCpu : GaussianReparameteriseTests<CpuFixture>;

/// <summary>GaussianReparameterise on the SIMD processor with several threads.</summary>
public sealed class GaussianReparameteriseOnCpuThreads : GaussianReparameteriseTests<CpuThreadsFixture>;
