using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Linear</c>: a linear layer with ReLU.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class LinearBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _weight = null!;
    private DeviceTensor<T> _bias = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dPreactivation = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceTensor<T> _dWeight = null!;
    private DeviceTensor<T> _dBias = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.Linear<Relu>(_x, _weight, _bias, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.LinearBackward<Relu>(_x, _weight, _output, _dOutput, _dPreactivation, _dx, _dWeight, _dBias);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _weight = Random(Features, Features);
        _bias = Random(Features);
        _output = Allocate(Rows, Features);
        _dOutput = Random(Rows, Features);
        _dPreactivation = Allocate(Rows, Features);
        _dx = Allocate(Rows, Features);
        _dWeight = Allocate(Features, Features);
        _dBias = Allocate(Features);
    }
}
