using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>LayerNorm</c>: layer normalisation.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class LayerNormBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _weight = null!;
    private DeviceTensor<T> _bias = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _mean = null!;
    private DeviceTensor<T> _inverseDeviation = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceTensor<T> _dWeight = null!;
    private DeviceTensor<T> _dBias = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.LayerNorm(_x, _weight, _bias, _output, _mean, _inverseDeviation);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.LayerNormBackward(_x, _weight, _mean, _inverseDeviation, _dOutput, _dx, _dWeight, _dBias);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _weight = Random(Features);
        _bias = Random(Features);
        _output = Allocate(Rows, Features);
        _mean = Allocate(Rows);
        _inverseDeviation = Allocate(Rows);
        _dOutput = Random(Rows, Features);
        _dx = Allocate(Rows, Features);
        _dWeight = Allocate(Features);
        _dBias = Allocate(Features);
    }
}
