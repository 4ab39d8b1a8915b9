using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Aggregate</c>: fused gather, weight and reduce.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class AggregateBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _weights = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<int> _arg = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceTensor<T> _dWeights = null!;

    [Benchmark]
    public void Sum()
    {
        Messages.Aggregate<Sum>(Graph, _x, null, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void WeightedSum()
    {
        Messages.Aggregate<Sum>(Graph, _x, _weights, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Max()
    {
        Messages.Aggregate<Max>(Graph, _x, null, _output, _arg);
        Device.Synchronize();
    }

    [Benchmark]
    public void WeightedSumBackward()
    {
        Messages.AggregateBackward<Sum>(Graph, _x, _weights, null, _output, _dx, _dWeights);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _x = Random(Nodes, Features);
        _weights = Random(Edges);
        _output = Allocate(Nodes, Features);
        _arg = Own(Device.Allocate<int>(Nodes, Features));
        _dx = Allocate(Nodes, Features);
        _dWeights = Allocate(Edges);
    }
}
