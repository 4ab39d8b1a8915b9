using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>GumbelSoftmax</c>: forward and backward.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GumbelSoftmaxBenchmark<T> : SamplingBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;

    [Benchmark]
    public void Forward()
    {
        Sampling.GumbelSoftmax(_x, Position, T.One, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Sampling.GumbelSoftmaxBackward(_x, T.One, _x, _output);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows, Features);
    }
}
