using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Two steps of stochastic gradient descent.</summary>
public sealed class SgdCall(double momentum, double weightDecay) : KernelCall("Sgd", momentum == 0 ? "" : "momentum")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SgdCall(0, 0), new SgdCall(0.9, 0.01)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var parameter = bench.AccumulatedVector("p", bench.Rows, bench.Features);
        var gradient = bench.InputVector("g", bench.Rows, bench.Features);
        var buffer = momentum == 0 ? null : bench.AccumulatedVector("b", bench.Rows, bench.Features);
        var options = new SgdOptions(0.1, momentum, weightDecay);
        bench.Updates.Sgd(parameter, gradient, buffer, 1, options);
        bench.Updates.Sgd(parameter, gradient, buffer, 2, options);
    }
}

/// <summary>The contract of stochastic gradient descent.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SgdTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SgdCall.All;
}

/// <summary>Sgd on the SIMD processor.</summary>
public sealed class SgdOnCpu : SgdTests<CpuFixture>;

/// <summary>Sgd on the SIMD processor with several threads.</summary>
public sealed class SgdOnCpuThreads : SgdTests<CpuThreadsFixture>;
