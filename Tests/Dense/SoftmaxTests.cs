using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Softmax of rows and its gradient.</summary>
public sealed class SoftmaxCall() : KernelCall("Softmax")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SoftmaxCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        var output = bench.Output("out", bench.Rows, bench.Features);
        bench.Dense.Softmax(x, output);
        bench.Dense.SoftmaxBackward(output, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of softmax.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SoftmaxTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SoftmaxCall.All;

    /// <summary>Both passes may write over what they read; rows of -∞ and single entries of -∞ are honoured.</summary>
    [Fact]
    public void InPlaceAndMasked()
    {
        const float Dead = float.NegativeInfinity;
        using var x = Device.Upload<float>([Dead, Dead, Dead, 0, Dead, 0, 1000, 1000, -1000], 3, 3);
        using var gradient = Device.Upload<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3);
        Device.Dense<float>().Softmax(x, x);
        Device.Dense<float>().SoftmaxBackward(x, gradient, gradient);
        Assert.Equal([0, 0, 0, 0.5f, 0, 0.5f, 0.5f, 0.5f, 0], x.ToArray().Select(value => MathF.Round(value, 5)));
        Assert.Equal([0, 0, 0, -0.5f, 0, 0.5f, -0.25f, 0.25f, 0], gradient.ToArray().Select(value => MathF.Round(value, 5)));
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
            Device.Dense<float>().Softmax(x, output);
            var result = output.ToArray();
            Assert.All(Enumerable.Range(0, 3 * columns), i => Assert.Equal(i / columns == 1, float.IsNaN(result[i])));
        }
    }
}

/// <summary>Softmax on the SIMD processor.</summary>
public sealed class SoftmaxOnCpu : SoftmaxTests<CpuFixture>;

/// <summary>Softmax on the SIMD processor with several threads.</summary>
public sealed class SoftmaxOnCpuThreads : SoftmaxTests<CpuThreadsFixture>;
