using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Apply</c>: activations.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ApplyBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dx = null!;

    [Benchmark]
    public void Relu()
    {
        Dense.Apply<Relu>(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Tanh()
    {
        Dense.Apply<Tanh>(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Gelu()
    {
        Dense.Apply<Gelu>(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void GeluBackward()
    {
        Dense.ApplyBackward<Gelu>(_x, _dOutput, _dx);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows, Features);
        _dOutput = Random(Rows, Features);
        _dx = Allocate(Rows, Features);
    }
}
