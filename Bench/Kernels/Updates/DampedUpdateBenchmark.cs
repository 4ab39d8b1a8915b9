using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>DampedUpdate</c> on a million parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class DampedUpdateBenchmark<T> : UpdateBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _parameter = null!;
    private DeviceTensor<T> _proposal = null!;
    private DeviceTensor<T> _maxChange = null!;

    [Benchmark]
    public void Step()
    {
        Updates.DampedUpdate(_parameter, _proposal, 0.5, _maxChange);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _parameter = Random(Parameters);
        _proposal = Random(Parameters);
        _maxChange = Allocate(1);
    }
}
