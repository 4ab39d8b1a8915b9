using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>NearestNeighbours</c>: the ten nearest of 2,000 rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class NearestNeighboursBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<int> _output = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.NearestNeighbours(_x, _output);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _x = Random(2_000, Features);
        _output = Own(Device.Allocate<int>(2_000, 10));
    }
}
