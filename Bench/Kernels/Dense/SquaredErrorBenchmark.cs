using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>SquaredError</c>: squared error.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SquaredErrorBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _prediction = null!;
    private DeviceTensor<T> _target = null!;
    private DeviceTensor<T> _loss = null!;
    private DeviceTensor<T> _dPrediction = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.SquaredError(_prediction, _target, _loss);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.SquaredErrorBackward(_prediction, _target, T.One, _dPrediction, default);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _prediction = Random(Rows, Features);
        _target = Random(Rows, Features);
        _loss = Allocate(1);
        _dPrediction = Allocate(Rows, Features);
    }
}
