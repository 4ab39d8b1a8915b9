using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>EdgeDot</c>: the product of the two ends of every edge, eight heads.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class EdgeDotBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Heads = 8;

    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _y = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceTensor<T> _dy = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.EdgeDot(Graph, _x, _y, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Messages.EdgeDotBackward(Graph, _x, _y, _output, _dx, _dy);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _x = Random(Nodes, Features);
        _y = Random(Nodes, Features);
        _output = Allocate(Edges, Heads);
        _dx = Allocate(Nodes, Features);
        _dy = Allocate(Nodes, Features);
    }
}
