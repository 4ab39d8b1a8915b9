using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>The data of a self-check on one device: equal random inputs on every device, and the outputs to compare.</summary>
/// <remarks>Sizes leave remainders for every vector width; some nodes have no edges.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SelfCheckData<T>(Device device) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of nodes, and of rows of a batch.</summary>
    public const int Nodes = 257;

    /// <summary>Number of edges.</summary>
    public const int Edges = 2000;

    /// <summary>Number of features.</summary>
    public const int Features = 37;

    /// <summary>Number of edge features.</summary>
    public const int EdgeFeatures = 5;

    private readonly List<IDisposable> _owned = [];
    private readonly List<DeviceTensor<T>> _outputs = [];
    private readonly List<DeviceTensor<int>> _indices = [];
    private int _seed;

    /// <summary>Graph kernels.</summary>
    public MessageKernels<T> Messages => device.Messages<T>();

    /// <summary>Dense kernels.</summary>
    public DenseKernels<T> Dense => device.Dense<T>();

    /// <summary>Optimisers.</summary>
    public UpdateKernels<T> Updates => device.Updates<T>();

    /// <summary>Random numbers and draws.</summary>
    public SamplingKernels<T> Sampling => device.Sampling<T>();

    /// <summary>A random graph.</summary>
    public DeviceGraph Graph() => Own(device.Upload(Shapes.RandomGraph(Nodes, Edges)));

    /// <summary>The destinations of the random graph.</summary>
    public DeviceEdgeIndex Index() => Graph().Destination;

    /// <summary>Groups of rows that follow each other.</summary>
    public DeviceEdgeIndex Groups(int groups) => Own(device.Upload(EdgeIndex.Create([.. Shapes.RandomNodes(groups, Nodes, 6).Order()], groups)));

    /// <summary>Random numbers in [-1, 1).</summary>
    public DeviceTensor<T> Random(params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var size in shape)
        {
            count *= size;
        }

        return Own(device.Upload(Shapes.Random<T>(count, ++_seed), shape));
    }

    /// <summary>Random numbers in [½, 1½).</summary>
    public DeviceTensor<T> RandomPositive(params ReadOnlySpan<long> shape)
    {
        var tensor = Random(shape);
        var values = tensor.ToArray();
        foreach (ref var value in values.AsSpan())
        {
            value = T.CreateTruncating(0.5) * value + T.One;
        }

        tensor.Upload(values);
        return tensor;
    }

    /// <summary>Random labels.</summary>
    public DeviceTensor<int> Labels(int classes) => Own(device.Upload(Shapes.RandomNodes(classes, Nodes, 5)));

    /// <summary>An output: compared in the end.</summary>
    public DeviceTensor<T> Output(params ReadOnlySpan<long> shape)
    {
        var tensor = Own(device.Allocate<T>(shape));
        _outputs.Add(tensor);
        return tensor;
    }

    /// <summary>An output of edge or row numbers: compared in the end, exactly.</summary>
    public DeviceTensor<int> IndexOutput(params ReadOnlySpan<long> shape)
    {
        var tensor = Own(device.Allocate<int>(shape));
        _indices.Add(tensor);
        return tensor;
    }

    /// <summary>The largest difference between the outputs of two devices; infinite when their numbers of edges or rows differ.</summary>
    public double Difference(SelfCheckData<T> reference)
    {
        for (var i = 0; i < _indices.Count; i++)
        {
            if (!_indices[i].ToArray().AsSpan().SequenceEqual(reference._indices[i].ToArray()))
            {
                return double.PositiveInfinity;
            }
        }

        var difference = 0.0;
        for (var i = 0; i < _outputs.Count; i++)
        {
            difference = Math.Max(difference, Shapes.Difference<T>(reference._outputs[i].ToArray(), _outputs[i].ToArray(), least: 1));
        }

        return difference;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
