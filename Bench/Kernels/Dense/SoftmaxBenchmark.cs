using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Softmax</c>: softmax and log-softmax of rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SoftmaxBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dx = null!;

    [Benchmark]
    public void Softmax()
    {
        Dense.Softmax(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void SoftmaxBackward()
    {
        Dense.SoftmaxBackward(_output, _dOutput, _dx);
        Device.Synchronize();
    }

    [Benchmark]
    public void LogSoftmax()
    {
        Dense.LogSoftmax(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void LogSoftmaxBackward()
    {
        Dense.LogSoftmaxBackward(_output, _dOutput, _dx);
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
