using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Every activation; bias scales; accumulation.</summary>
public static class LinearCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new LinearCall<Identity>(scaled: false, accumulate: false),
        new LinearCall<Relu>(scaled: false, accumulate: false),
        new LinearCall<LeakyRelu>(scaled: false, accumulate: false),
        new LinearCall<Elu>(scaled: false, accumulate: false),
        new LinearCall<Tanh>(scaled: false, accumulate: false),
        new LinearCall<Sigmoid>(scaled: false, accumulate: false),
        new LinearCall<Softplus>(scaled: false, accumulate: false),
        new LinearCall<Gelu>(scaled: false, accumulate: false),
        new LinearCall<Silu>(scaled: false, accumulate: false),
        new LinearCall<Relu>(scaled: true, accumulate: true),
        new LinearCall<Identity>(scaled: true, accumulate: false)];
}

/// <summary>A linear layer and its gradient.</summary>
public sealed class LinearCall<TActivation>(bool scaled, bool accumulate)
    : KernelCall("Linear", $"{typeof(TActivation).Name}{(scaled ? ", scaled bias" : "")}{(accumulate ? ", accumulate" : "")}")
    where TActivation : struct, IActivation
{
    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var x = bench.Input("x", bench.Rows, bench.Inner);
        var weight = bench.Input("weight", bench.Features, bench.Inner);
        var bias = bench.InputVector("bias", bench.Features);
        var scale = scaled ? bench.InputVector("scale", bench.Rows) : null;
        var output = accumulate ? bench.Accumulated("out", bench.Rows, bench.Features) : bench.Output("out", bench.Rows, bench.Features);
        var preactivation = bench.Output("z", bench.Rows, bench.Features);
        bench.Dense.Linear<TActivation>(x, weight, bias, output, preactivation, scale, accumulate);
        bench.Dense.LinearBackward<TActivation>(
            x,
            weight,
            preactivation,
            bench.Input("cotangent/out", bench.Rows, bench.Features),
            bench.Output("dz", bench.Rows, bench.Features),
            bench.Output("grad/x", bench.Rows, bench.Inner),
            bench.Accumulated("grad/weight", bench.Features, bench.Inner),
            bench.AccumulatedVector("grad/bias", bench.Features),
            scale);
    }
}

/// <summary>The contract of linear layers.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class LinearTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => LinearCalls.All;

    /// <summary>Without bias, without the preactivation, and with a range of columns of a wider weight.</summary>
    [Fact]
    public void OptionalArgumentsMayBeAbsent()
    {
        using var x = Device.Upload<float>([1, 2, 3, 4], 2, 2);
        using var weight = Device.Upload<float>([9, 1, 0, 9, 9, 0, 1, 9, 9, 1, 1, 9], 3, 4);
        using var output = Device.Allocate<float>(2, 3);
        Device.Dense<float>().Linear<Identity>(x, ((DeviceMatrix<float>)weight).ColumnRange(1, 2), null, output);
        Assert.Equal([1, 2, 3, 3, 4, 7], output.ToArray());
    }
}

/// <summary>Linear on the SIMD processor.</summary>
public sealed class LinearOnCpu : LinearTests<CpuFixture>;

/// <summary>Linear on the SIMD processor with several threads.</summary>
public sealed class LinearOnCpuThreads : LinearTests<CpuThreadsFixture>;
