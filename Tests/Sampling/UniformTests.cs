using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Uniform numbers, from inside a block on.</summary>
public sealed class UniformCall() : KernelCall("Uniform")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new UniformCall()];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) => bench.Sampling.Uniform(new PhiloxPosition(7, 1, 6), bench.Output("out", bench.Rows, bench.Features));
}

/// <summary>The contract of uniform numbers.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class UniformTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => UniformCall.All;
}

/// <summary>Uniform on the SIMD processor.</summary>
public sealed class UniformOnCpu : UniformTests<CpuFixture>;

/// <summary>Uniform on the SIMD processor with several threads.</summary>
public sealed class UniformOnCpuThreads : UniformTests<CpuThreadsFixture>;
