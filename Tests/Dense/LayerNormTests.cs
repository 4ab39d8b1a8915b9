using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Layer normalisation and its gradient.</summary>
public sealed class LayerNormCall() : KernelCall("LayerNorm")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new LayerNormCall()];

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        var weight = bench.InputVector("weight", bench.Features);
        var mean = bench.OutputVector("mean", bench.Rows);
        var inverseDeviation = bench.OutputVector("inverse deviation", bench.Rows);
        bench.Dense.LayerNorm(x, weight, bench.InputVector("bias", bench.Features), bench.Output("out", bench.Rows, bench.Features), mean, inverseDeviation, 1e-3);
        bench.Dense.LayerNormBackward(
            x, weight, mean, inverseDeviation, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features), bench.AccumulatedVector("grad/weight", bench.Features), bench.AccumulatedVector("grad/bias", bench.Features));
    }
}

/// <summary>The contract of layer normalisation.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class LayerNormTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => LayerNormCall.All;

    /// <summary>The variance of numbers far from 0 does not cancel.</summary>
    [Fact]
    public void LargeMeansDoNotCancel()
    {
        float[] x = [10000, 10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008];
        using var input = Device.Upload(x, 1, 9);
        using var one = Device.Upload<float>([1, 1, 1, 1, 1, 1, 1, 1, 1]);
        using var zero = Device.Allocate<float>(9);
        using var output = Device.Allocate<float>(1, 9);
        using var mean = Device.Allocate<float>(1);
        using var inverseDeviation = Device.Allocate<float>(1);
        Device.Dense<float>().LayerNorm(input, one, zero, output, mean, inverseDeviation);
        Assert.Equal(10004, mean.ToArray()[0]);
        Assert.Equal(1 / Math.Sqrt(60 / 9.0 + 1e-5), inverseDeviation.ToArray()[0], 1e-6);
    }
}

/// <summary>LayerNorm on the SIMD processor.</summary>
public sealed class LayerNormOnCpu : LayerNormTests<CpuFixture>;

/// <summary>LayerNorm on the SIMD processor with several threads.</summary>
public sealed class LayerNormOnCpuThreads : LayerNormTests<CpuThreadsFixture>;
