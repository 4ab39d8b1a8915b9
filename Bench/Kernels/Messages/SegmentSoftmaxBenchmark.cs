using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>SegmentSoftmax</c>: softmax over every segment, eight heads.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SegmentSoftmaxBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Heads = 8;

    private DeviceTensor<T> _v = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dv = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.SegmentSoftmax(Graph.Destination, _v, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Messages.SegmentSoftmaxBackward(Graph.Destination, _output, _dOutput, _dv);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _v = Random(Edges, Heads);
        _output = Allocate(Edges, Heads);
        _dOutput = Random(Edges, Heads);
        _dv = Allocate(Edges, Heads);
    }
}
