using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Gather</c>: a row for every edge.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GatherBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dx = null!;

    [Benchmark]
    public void Forward()
    {
        Messages.Gather(Graph.Source, _x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Messages.GatherBackward(Graph.Source, _output, _dx);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _x = Random(Nodes, Features);
        _output = Allocate(Edges, Features);
        _dx = Allocate(Nodes, Features);
    }
}
