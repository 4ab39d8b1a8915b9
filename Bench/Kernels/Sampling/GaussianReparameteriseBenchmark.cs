using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>GaussianReparameterise</c>: noise given and drawn, and the gradient.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GaussianReparameteriseBenchmark<T> : SamplingBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;

    [Benchmark]
    public void Given()
    {
        Sampling.GaussianReparameterise(_x, _x, _x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Drawn()
    {
        Sampling.GaussianReparameterise(_x, _x, Position, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Sampling.GaussianReparameteriseBackward(_x, _x, _x, default, _output);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows, Features);
    }
}
