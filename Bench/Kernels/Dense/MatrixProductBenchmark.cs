using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>MatrixProduct</c>: matrix products: a square one, and those of a narrow layer.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class MatrixProductBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _square = null!;
    private DeviceTensor<T> _product = null!;
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _weight = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dWeight = null!;

    [Benchmark]
    public void Square()
    {
        Dense.MatrixProduct(_square, Transpose.No, _square, Transpose.No, _product);
        Device.Synchronize();
    }

    [Benchmark]
    public void NarrowTransposed()
    {
        Dense.MatrixProduct(_x, Transpose.No, _weight, Transpose.Yes, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void WeightGradient()
    {
        Dense.MatrixProduct(_output, Transpose.Yes, _x, Transpose.No, _dWeight);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _square = Random(512, 512);
        _product = Allocate(512, 512);
        _x = Random(Rows, Features);
        _weight = Random(Features, Features);
        _output = Allocate(Rows, Features);
        _dWeight = Allocate(Features, Features);
    }
}
