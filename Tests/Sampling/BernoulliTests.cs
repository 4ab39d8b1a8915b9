using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Bernoulli draws, with uniforms that are given or drawn.</summary>
public sealed class BernoulliCall(bool drawn) : KernelCall("Bernoulli", drawn ? "drawn" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new BernoulliCall(false), new BernoulliCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var probability = bench.Input("probability", bench.Rows, bench.Features);
        Noise<T> uniform = drawn ? new PhiloxPosition(29, 1, 1) : bench.Input("uniform", bench.Rows, bench.Features, Domain.OpenUnit);
        bench.Sampling.Bernoulli(probability, uniform, bench.Output("out", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of Bernoulli draws.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class BernoulliTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => BernoulliCall.All;
}

/// <summary>Bernoulli on the SIMD processor.</summary>
public sealed class BernoulliOnCpu : BernoulliTests<CpuFixture>;

/// <summary>Bernoulli on the SIMD processor with several threads.</summary>
public sealed class BernoulliOnCpuThreads : BernoulliTests<CpuThreadsFixture>;
