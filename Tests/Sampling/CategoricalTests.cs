using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>One category per row, with uniforms that are given or drawn.</summary>
public sealed class CategoricalCall(bool drawn) : KernelCall("Categorical", drawn ? "drawn" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new CategoricalCall(false), new CategoricalCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var logWeights = bench.Input("log weights", bench.Rows, bench.Features);
        Noise<T> uniform = drawn ? new PhiloxPosition(17, 0, 1) : bench.Input("uniform", bench.Rows, bench.Features, Domain.OpenUnit);
        bench.Sampling.Categorical(logWeights, uniform, bench.IntegerOutput("index", bench.Rows, 1));
    }
}

/// <summary>The contract of categorical draws.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class CategoricalTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => CategoricalCall.All;
}

/// <summary>Categorical on the SIMD processor.</summary>
public sealed class CategoricalOnCpu : CategoricalTests<CpuFixture>;

/// <summary>Categorical on the SIMD processor with several threads.</summary>
public sealed class CategoricalOnCpuThreads : CategoricalTests<CpuThreadsFixture>;
