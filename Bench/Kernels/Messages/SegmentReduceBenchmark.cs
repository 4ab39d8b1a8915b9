using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>SegmentReduce</c>: the rows of every segment, reduced.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SegmentReduceBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _v = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<int> _arg = null!;
    private DeviceTensor<T> _dv = null!;

    [Benchmark]
    public void Sum()
    {
        Messages.SegmentReduce<Sum>(Graph.Destination, _v, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Max()
    {
        Messages.SegmentReduce<Max>(Graph.Destination, _v, _output, _arg);
        Device.Synchronize();
    }

    [Benchmark]
    public void SumBackward()
    {
        Messages.SegmentReduceBackward<Sum>(Graph.Destination, null, _output, _dv);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _v = Random(Edges, Features);
        _output = Allocate(Nodes, Features);
        _arg = Own(Device.Allocate<int>(Nodes, Features));
        _dv = Allocate(Edges, Features);
    }
}
