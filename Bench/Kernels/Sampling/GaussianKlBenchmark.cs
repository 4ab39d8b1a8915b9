using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>GaussianKl</c>: divergence from the standard normal and from another, and the gradient.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GaussianKlBenchmark<T> : SamplingBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _rows = null!;

    [Benchmark]
    public void Standard()
    {
        Sampling.GaussianKl(_x, _x, default, default, _rows);
        Device.Synchronize();
    }

    [Benchmark]
    public void Given()
    {
        Sampling.GaussianKl(_x, _x, _x, _x, _rows);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Sampling.GaussianKlBackward(_x, _x, default, default, _rows, _output, default);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows, Features);
        _rows = Allocate(Rows);
    }
}
