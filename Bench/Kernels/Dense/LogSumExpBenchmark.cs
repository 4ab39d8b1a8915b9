using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>LogSumExp</c> of rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class LogSumExpBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dx = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.LogSumExp(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.LogSumExpBackward(_x, _output, _dOutput, _dx);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows);
        _dOutput = Random(Rows);
        _dx = Allocate(Rows, Features);
    }
}
