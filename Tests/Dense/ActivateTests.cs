using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Every activation.</summary>
public static class ActivateCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new ActivateCall<Identity>(), new ActivateCall<Relu>(), new ActivateCall<LeakyRelu>(), new ActivateCall<Elu>(), new ActivateCall<Tanh>(), new ActivateCall<Sigmoid>(), new ActivateCall<Softplus>(), new ActivateCall<Gelu>(), new ActivateCall<Silu>()];
}

/// <summary>An activation and its gradient.</summary>
public sealed class ActivateCall<TActivation>() : KernelCall("Activate", typeof(TActivation).Name)
    where TActivation : struct, IActivation
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Features);
        bench.Dense.Activate<TActivation>(x, bench.Output("out", bench.Rows, bench.Features));

        // The gradient of a bias in front of the activation, each row counted as often as the scale says, is checked beside that of the input.
        var scale = bench.InputVector("scale", bench.Rows);
        bench.Dense.ActivateBackward<TActivation>(
            x, bench.Input("cotangent/out", bench.Rows, bench.Features), bench.Output("grad/x", bench.Rows, bench.Features), bench.AccumulatedVector("dBias", bench.Features), scale);
    }
}

/// <summary>The contract of the activations.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ActivateTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ActivateCalls.All;

    /// <summary>Both passes may write over what they read.</summary>
    [Fact]
    public void WorksInPlace()
    {
        using var x = Device.Upload<float>([-2, -0.5f, 0, 1, 3], 1, 5);
        Device.Dense<float>().Activate<Relu>(x, x);
        Assert.Equal([0, 0, 0, 1, 3], x.ToArray());
        using var gradient = Device.Upload<float>([1, 2, 3, 4, 5], 1, 5);
        Device.Dense<float>().ActivateBackward<Relu>(x, gradient, gradient);
        Assert.Equal([0, 0, 0, 4, 5], gradient.ToArray());
    }

    /// <summary>With Identity and nothing else it is a sum over rows that adds to what is there.</summary>
    [Fact]
    public void SumsOverRows()
    {
        using var x = Device.Upload<double>([1, 2, 3, 4, 5, 6], 3, 2);
        using var sum = Device.Upload<double>([10, 20]);
        Device.Dense<double>().ActivateBackward<Identity>(default, x, default, sum);
        Assert.Equal([19, 32], sum.ToArray());
    }
}

/// <summary>Activate on the SIMD processor.</summary>
public sealed class ActivateOnCpu : ActivateTests<CpuFixture>;

/// <summary>Activate on the SIMD processor with several threads.</summary>
public sealed class ActivateOnCpuThreads : ActivateTests<CpuThreadsFixture>;
