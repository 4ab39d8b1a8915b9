using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>EdgeTile</c>: messages of one tile of edges, and their maximum.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class EdgeTileBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Tile = 4096;

    private CombinedMessage<T> _message;
    private DeviceTensor<T> _tile = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<int> _arg = null!;

    [Benchmark]
    public void TileMessages()
    {
        Messages.EdgeTileMessages<Relu>(Graph, EdgeOrder.ByDestination, 0, _message, _tile);
        Device.Synchronize();
    }

    [Benchmark]
    public void TileReduce()
    {
        Messages.EdgeTileReduce<Max>(Graph, EdgeOrder.ByDestination, 0, _tile, _output, _arg);
        Device.Synchronize();
    }

    [Benchmark]
    public void ExtremumBackward()
    {
        Messages.EdgeTileExtremumBackward(Graph, EdgeOrder.ByDestination, 0, _arg, _output, _tile);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _message = new(Random(Nodes, Features), Random(Nodes, Features), Random(Edges, EdgeFeatures), Random(Features, EdgeFeatures));
        _tile = Allocate(Tile, Features);
        _output = Allocate(Nodes, Features);
        _arg = Own(Device.Allocate<int>(Nodes, Features));
    }
}
