using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>CombinedDot</c>: the score of every combined message.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class CombinedDotBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private CombinedMessage<T> _message;
    private DeviceTensor<T> _y = null!;
    private DeviceTensor<T> _output = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.CombinedDot<Relu>(Graph, _message, ((DeviceMatrix<T>)_y).Repeat(Nodes), _output);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _message = new(Random(Nodes, Features), Random(Nodes, Features), Random(Edges, EdgeFeatures), Random(Features, EdgeFeatures));
        _y = Random(1, Features);
        _output = Allocate(Edges);
    }
}
