using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Sgd</c>: stochastic gradient descent with momentum.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SgdBenchmark<T> : UpdateBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _parameter = null!;
    private DeviceTensor<T> _gradient = null!;
    private DeviceTensor<T> _momentum = null!;
    private long _step;

    [Benchmark]
    public void Step()
    {
        Updates.Sgd(_parameter, _gradient, _momentum, ++_step, new SgdOptions(1e-3, 0.9));
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _parameter = Random(Parameters);
        _gradient = Random(Parameters);
        _momentum = Allocate(Parameters);
    }
}
