using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>ScatterAdd</c>: edges in random order, added to their nodes.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ScatterAddBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _v = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dv = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.ScatterAdd(Graph.Destination, _v, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Messages.ScatterAddBackward(Graph.Destination, _output, _dv);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _v = Random(Edges, Features);
        _output = Allocate(Nodes, Features);
        _dv = Allocate(Edges, Features);
    }
}
