using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Every elementwise function.</summary>
public static class ApplyCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new ApplyCall<Identity>(), new ApplyCall<Relu>(), new ApplyCall<LeakyRelu>(), new ApplyCall<Elu>(), new ApplyCall<Tanh>(), new ApplyCall<Sigmoid>(), new ApplyCall<Softplus>(), new ApplyCall<Gelu>(), new ApplyCall<Silu>(),
        new ApplyFunctionCall<Exp>(), new ApplyFunctionCall<Expm1>(), new ApplyFunctionCall<Erf>(), new ApplyFunctionCall<NormalDistribution>(),
        new ApplyFunctionCall<Log>(Domain.Positive), new ApplyFunctionCall<Log1p>(Domain.Positive), new ApplyFunctionCall<LogGamma>(Domain.Positive), new ApplyFunctionCall<Digamma>(Domain.Positive), new ApplyFunctionCall<Trigamma>(Domain.Positive),
    ];
}

/// <summary>A function without a gradient of its own.</summary>
public sealed class ApplyFunctionCall<TFunction>(Domain domain = Domain.Any) : KernelCall("Apply", typeof(TFunction).Name)
    where TFunction : struct, IFunction
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) =>
        bench.Dense.Apply<TFunction>(bench.Input("x", bench.Rows, bench.Features, domain), bench.Output("out", bench.Rows, bench.Features));
}

/// <summary>An activation and its gradient.</summary>
public sealed class ApplyCall<TActivation>() : KernelCall("Apply", typeof(TActivation).Name)
    where TActivation : struct, IActivation
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        bench.Dense.Apply<TActivation>(x, bench.Output("out", bench.Rows, bench.Features));

        // The gradient of a bias in front of the activation, each row counted as often as the scale says, is checked beside that of the input.
        var scale = bench.InputVector("scale", bench.Rows);
        bench.Dense.ApplyBackward<TActivation>(
            x, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features), bench.AccumulatedVector("dBias", bench.Features), scale);
    }
}

/// <summary>The contract of the activations.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ApplyTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ApplyCalls.All;

    /// <summary>Both passes may write over what they read.</summary>
    [Fact]
    public void WorksInPlace()
    {
        using var x = Device.Upload<float>([-2, -0.5f, 0, 1, 3], 1, 5);
        Device.Dense<float>().Apply<Relu>(x, x);
        Assert.Equal([0, 0, 0, 1, 3], x.ToArray());
        using var gradient = Device.Upload<float>([1, 2, 3, 4, 5], 1, 5);
        Device.Dense<float>().ApplyBackward<Relu>(x, gradient, gradient);
        Assert.Equal([0, 0, 0, 4, 5], gradient.ToArray());
    }

    /// <summary>With Identity and nothing else it is a sum over rows that adds to what is there.</summary>
    [Fact]
    public void SumsOverRows()
    {
        using var x = Device.Upload<double>([1, 2, 3, 4, 5, 6], 3, 2);
        using var sum = Device.Upload<double>([10, 20]);
        Device.Dense<double>().ApplyBackward<Identity>(default, x, default, sum);
        Assert.Equal([19, 32], sum.ToArray());
    }
}

/// <summary>Apply on the SIMD processor.</summary>
public sealed class ApplyOnCpu : ApplyTests<CpuFixture>;

/// <summary>Apply on the SIMD processor with several threads.</summary>
public sealed class ApplyOnCpuThreads : ApplyTests<CpuThreadsFixture>;
