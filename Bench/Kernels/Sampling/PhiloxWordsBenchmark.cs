using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>PhiloxWords</c>: a million words.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class PhiloxWordsBenchmark<T> : SamplingBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<uint> _words = null!;

    [Benchmark]
    public void Words()
    {
        Sampling.PhiloxWords(Position, _words);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _words = Own(Device.Allocate<uint>(Rows, Features));
    }
}
