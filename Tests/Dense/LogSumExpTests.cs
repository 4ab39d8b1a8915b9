using System.Numerics;

namespace Native.Tests;

/// <summary>Log-sum-exp of rows and its gradient.</summary>
public sealed class LogSumExpCall() : KernelCall("LogSumExp")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new LogSumExpCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        var output = bench.OutputVector("out", bench.Rows);
        bench.Dense.LogSumExp(x, output);
        bench.Dense.LogSumExpBackward(x, output, bench.InputVector("cotangent/out", bench.Rows), bench.Output("grad/x", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of log-sum-exp.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class LogSumExpTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => LogSumExpCall.All;

    /// <summary>Rows of -∞ and of large numbers are honoured, and a vector is a row.</summary>
    [Fact]
    public void MaskedAndLarge()
    {
        const double Dead = double.NegativeInfinity;
        using var x = Device.Upload<double>([Dead, Dead, 1000, 1000, Dead, 3, double.PositiveInfinity, 1], 4, 2);
        using var output = Device.Allocate<double>(4);
        Device.Dense<double>().LogSumExp(x, output);
        Assert.Equal([Dead, 1000 + Math.Log(2), 3, double.PositiveInfinity], output.ToArray());
        using var gradient = Device.Upload<double>([2, 2, 2, 2], 4);
        using var dx = Device.Allocate<double>(4, 2);
        Device.Dense<double>().LogSumExpBackward(x, output, gradient, dx);
        Assert.Equal([0, 0, 1, 1, 0, 2], dx.ToArray()[..6].Select(value => Math.Round(value, 12)));
    }
}

/// <summary>LogSumExp on the SIMD processor.</summary>
public sealed class LogSumExpOnCpu : LogSumExpTests<CpuFixture>;

/// <summary>LogSumExp on the SIMD processor with several threads.</summary>
public sealed class LogSumExpOnCpuThreads : LogSumExpTests<CpuThreadsFixture>;
