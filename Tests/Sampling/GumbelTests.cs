using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Gumbel keys, around log weights or 0, with uniforms that are given or drawn.</summary>
public sealed class GumbelCall(bool drawn) : KernelCall("Gumbel", drawn ? "drawn" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GumbelCall(false), new GumbelCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var location = drawn ? default : bench.Input("location", bench.Rows, bench.Features);
        Noise<T> uniform = drawn ? new PhiloxPosition(13, 0, 2) : bench.Input("uniform", bench.Rows, bench.Features, Domain.OpenUnit);
        bench.Sampling.Gumbel(location, uniform, bench.Output("out", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of Gumbel keys.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GumbelTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GumbelCall.All;
}

/// <summary>Gumbel on the SIMD processor.</summary>
public sealed class GumbelOnCpu : GumbelTests<CpuFixture>;

/// <summary>Gumbel on the SIMD processor with several threads.</summary>
public sealed class GumbelOnCpuThreads : GumbelTests<CpuThreadsFixture>;
