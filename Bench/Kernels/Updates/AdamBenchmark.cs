using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Adam</c> on a million parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class AdamBenchmark<T> : UpdateBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _parameter = null!;
    private DeviceTensor<T> _gradient = null!;
    private DeviceTensor<T> _firstMoment = null!;
    private DeviceTensor<T> _secondMoment = null!;
    private long _step;

    [Benchmark]
    public void Step()
    {
        Updates.Adam(_parameter, _gradient, _firstMoment, _secondMoment, ++_step, new AdamOptions());
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _parameter = Random(Parameters);
        _gradient = Random(Parameters);
        _firstMoment = Allocate(Parameters);
        _secondMoment = Allocate(Parameters);
    }
}
