using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>LogSoftmax of rows and its gradient.</summary>
public sealed class LogSoftmaxCall() : KernelCall("LogSoftmax")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new LogSoftmaxCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        var output = bench.Output("out", bench.Rows, bench.Features);
        bench.Dense.LogSoftmax(x, output);
        bench.Dense.LogSoftmaxBackward(output, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of log-softmax.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class LogSoftmaxTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => LogSoftmaxCall.All;

    /// <summary>Both passes may write over what they read; rows of -∞ and single entries of -∞ are honoured.</summary>
    [Fact]
    public void InPlaceAndMasked()
    {
        const float Dead = float.NegativeInfinity;
        using var x = Device.Upload<float>([Dead, Dead, Dead, 0, Dead, 0, 1000, 1000, -1000], 3, 3);
        using var gradient = Device.Upload<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3);
        Device.Dense<float>().LogSoftmax(x, x);
        Device.Dense<float>().LogSoftmaxBackward(x, gradient, gradient);
        var half = MathF.Log(0.5f);
        Assert.Equal([Dead, Dead, Dead, MathF.Round(half, 5), Dead, MathF.Round(half, 5), MathF.Round(half, 5), MathF.Round(half, 5), MathF.Round(-2000 + half, 5)], x.ToArray().Select(value => MathF.Round(value, 5)));
        Assert.Equal([0, 0, 0, -3.5f, 5, -1.5f, -5, -4, 9], gradient.ToArray().Select(value => MathF.Round(value, 5)));
    }

    /// <summary>A NaN anywhere in a row makes the row NaN, and no other.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(70)]
    [InlineData(1100)]
    public void NaNMakesItsRowNaN(int columns)
    {
        foreach (var place in new[] { 0, columns / 2, columns - 1 })
        {
            var numbers = Enumerable.Range(0, 3 * columns).Select(i => (float)(i % 7)).ToArray();
            numbers[columns + place] = float.NaN;
            using var x = Device.Upload<float>(numbers, 3, columns);
            using var output = Device.Allocate<float>(3, columns);
            Device.Dense<float>().LogSoftmax(x, output);
            var result = output.ToArray();
            Assert.All(Enumerable.Range(0, 3 * columns), i => Assert.Equal(i / columns == 1, float.IsNaN(result[i])));
        }
    }
}

/// <summary>LogSoftmax on the SIMD processor.</summary>
public sealed class LogSoftmaxOnCpu : LogSoftmaxTests<CpuFixture>;

/// <summary>LogSoftmax on the SIMD processor with several threads.</summary>
public sealed class LogSoftmaxOnCpuThreads : LogSoftmaxTests<CpuThreadsFixture>;
