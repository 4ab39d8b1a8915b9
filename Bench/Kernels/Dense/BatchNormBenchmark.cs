using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>BatchNorm</c>: batch normalisation.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class BatchNormBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _weight = null!;
    private DeviceTensor<T> _bias = null!;
    private DeviceTensor<T> _runningMean = null!;
    private DeviceTensor<T> _runningVariance = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _mean = null!;
    private DeviceTensor<T> _inverseDeviation = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceTensor<T> _dWeight = null!;
    private DeviceTensor<T> _dBias = null!;

    [Benchmark]
    public void Train()
    {
        Dense.BatchNorm(BatchNormMode.Train, _x, _weight, _bias, _runningMean, _runningVariance, _output, _mean, _inverseDeviation);
        Device.Synchronize();
    }

    [Benchmark]
    public void TrainBackward()
    {
        Dense.BatchNormBackward(BatchNormMode.Train, _x, _weight, _mean, _inverseDeviation, _dOutput, _dx, _dWeight, _dBias);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _weight = Random(Features);
        _bias = Random(Features);
        _runningMean = Allocate(Features);
        _runningVariance = Allocate(Features);
        _output = Allocate(Rows, Features);
        _mean = Allocate(Features);
        _inverseDeviation = Allocate(Features);
        _dOutput = Random(Rows, Features);
        _dx = Allocate(Rows, Features);
        _dWeight = Allocate(Features);
        _dBias = Allocate(Features);
    }
}
