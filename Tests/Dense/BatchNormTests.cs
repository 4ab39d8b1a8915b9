using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Batch normalisation and its gradient.</summary>
public sealed class BatchNormCall(BatchNormMode mode) : KernelCall("BatchNorm", $"{mode}")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new BatchNormCall(BatchNormMode.Train), new BatchNormCall(BatchNormMode.Evaluate)];

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => mode == BatchNormMode.Evaluate || sizes.Rows >= 2;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        var weight = bench.InputVector("weight", bench.Features);
        var mean = bench.OutputVector("mean", bench.Features);
        var inverseDeviation = bench.OutputVector("inverse deviation", bench.Features);
        bench.Dense.BatchNorm(
            mode,
            x,
            weight,
            bench.InputVector("bias", bench.Features),
            bench.AccumulatedVector("running mean", bench.Features),
            bench.AccumulatedVector("running variance", bench.Features, domain: Domain.Positive),
            bench.Output("out", bench.Rows, bench.Features),
            mean,
            inverseDeviation,
            1e-2,
            0.25);
        bench.Dense.BatchNormBackward(
            mode, x, weight, mean, inverseDeviation, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features), bench.AccumulatedVector("grad/weight", bench.Features), bench.AccumulatedVector("grad/bias", bench.Features));
    }
}

/// <summary>The contract of batch normalisation.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class BatchNormTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => BatchNormCall.All;

    /// <summary>One row has no unbiased variance: an error, and nothing is written.</summary>
    [Fact]
    public void OneRowInTrainModeIsAnError()
    {
        using var x = Device.Allocate<float>(1, 2);
        using var v = Device.Allocate<float>(2);
        using var w = Device.Upload<float>([1, 2]);
        var error = Assert.Throws<ArgumentException>(() => Device.Dense<float>().BatchNorm(BatchNormMode.Train, x, v, v, w, w, Device.Allocate<float>(1, 2), v, v));
        Assert.Equal("x", error.ParamName);
        Assert.Contains("at least 2 rows", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], w.ToArray());
    }

    /// <summary>The variance of a long column far from 0 does not cancel.</summary>
    [Fact]
    public void LargeMeansDoNotCancel()
    {
        const int Rows = 30_000;
        var values = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            values[row] = 5000 + row % 3;
        }

        using var x = Device.Upload(values, Rows, 1);
        using var one = Device.Upload<float>([1]);
        using var zero = Device.Allocate<float>(1);
        using var runningMean = Device.Allocate<float>(1);
        using var runningVariance = Device.Allocate<float>(1);
        using var output = Device.Allocate<float>(Rows, 1);
        using var mean = Device.Allocate<float>(1);
        using var inverseDeviation = Device.Allocate<float>(1);
        Device.Dense<float>().BatchNorm(BatchNormMode.Train, x, one, zero, runningMean, runningVariance, output, mean, inverseDeviation, 1e-9);
        Assert.Equal(5001, mean.ToArray()[0], 1e-3);
        Assert.Equal(Math.Sqrt(1.5), inverseDeviation.ToArray()[0], 1e-5);
        Assert.Equal(0.1 * (2.0 / 3) * Rows / (Rows - 1), runningVariance.ToArray()[0], 1e-5);
    }
}

/// <summary>BatchNorm on the SIMD processor.</summary>
public sealed class BatchNormOnCpu : BatchNormTests<CpuFixture>;

/// <summary>BatchNorm on the SIMD processor with several threads.</summary>
public sealed class BatchNormOnCpuThreads : BatchNormTests<CpuThreadsFixture>;
