using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Normal numbers, from inside a pair on.</summary>
public sealed class NormalCall() : KernelCall("Normal")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new NormalCall()];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) => bench.Sampling.Normal(new PhiloxPosition(11, 2, 7), bench.Output("out", bench.Rows, bench.Features));
}

/// <summary>The contract of normal numbers.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class NormalTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => NormalCall.All;
}

/// <summary>Normal on the SIMD processor.</summary>
public sealed class NormalOnCpu : NormalTests<CpuFixture>;

/// <summary>Normal on the SIMD processor with several threads.</summary>
public sealed class NormalOnCpuThreads : NormalTests<CpuThreadsFixture>;
