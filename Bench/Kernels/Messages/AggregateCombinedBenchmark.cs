using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>AggregateCombined</c>: the aggregate of the hidden messages of a message passing layer.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class AggregateCombinedBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private CombinedMessage<T> _message;
    private CombinedMessage<T> _gradient;
    private DeviceTensor<T> _output = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.AggregateCombined<Relu, Sum>(Graph, _message, null, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Messages.AggregateCombinedBackward<Relu, Sum>(Graph, _message, null, null, _output, _gradient);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _message = new(Random(Nodes, Features), Random(Nodes, Features), Random(Edges, EdgeFeatures), Random(Features, EdgeFeatures));
        _gradient = new(Allocate(Nodes, Features), Allocate(Nodes, Features), default, Allocate(Features, EdgeFeatures));
        _output = Allocate(Nodes, Features);
    }
}
