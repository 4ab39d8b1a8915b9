using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Two steps of Adam or AdamW.</summary>
public sealed class AdamCall(bool decoupled) : KernelCall("Adam", decoupled ? "decoupled" : "")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new AdamCall(false), new AdamCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var parameter = bench.AccumulatedVector("p", bench.Rows, bench.Features);
        var gradient = bench.InputVector("g", bench.Rows, bench.Features);
        var first = bench.AccumulatedVector("m", bench.Rows, bench.Features);
        var second = bench.AccumulatedVector("v", bench.Rows, bench.Features, Domain.Positive);
        var options = new AdamOptions(0.05, 0.8, 0.95, 1e-6, 0.1, decoupled);
        bench.Updates.Adam(parameter, gradient, first, second, 1, options);
        bench.Updates.Adam(parameter, gradient, first, second, 2, options);
    }
}

/// <summary>The contract of Adam and AdamW.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class AdamTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => AdamCall.All;
}

/// <summary>Adam on the SIMD processor.</summary>
public sealed class AdamOnCpu : AdamTests<CpuFixture>;

/// <summary>Adam on the SIMD processor with several threads.</summary>
public sealed class AdamOnCpuThreads : AdamTests<CpuThreadsFixture>;
