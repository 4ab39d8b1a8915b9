using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// The message passing layers as frameworks compute them, on our kernels: the input of every message is written out (<c>E×(2F+A)</c>), both layers of the message network
/// run once per edge, and what the backward pass needs is kept. What this loses against the fused layer is the price of materialising.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class MaterialisedMessagePassing<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TrainingData<T> _data;
    private readonly int _width;
    private readonly Layer[] _layers;
    private readonly List<IDisposable> _owned = [];
    private readonly DeviceTensor<T> _dEdges;
    private readonly DeviceTensor<T> _dEdgeHidden;
    private readonly DeviceTensor<T> _dEdgeInput;
    private readonly DeviceTensor<T> _dNodes;
    private readonly DeviceTensor<T> _dNodeInput;
    private readonly DeviceTensor<T> _dFeatures;
    private readonly DeviceTensor<T> _sum;

    /// <summary>Allocates everything.</summary>
    public MaterialisedMessagePassing(TrainingData<T> data, int width, int edgeWidth, int layers, ulong seed)
    {
        _data = data;
        _width = width;
        var device = data.Features.Device;
        Parameters = Own(new ParameterSet<T>(device));
        long nodes = data.Graph.Nodes;
        long edges = data.Graph.Edges;
        _layers = new Layer[layers];
        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = $"layers.{layer}.";
            _layers[layer] = new Layer(
                Parameters.Add(prefix + "message_mlp.0.weight", width, 2L * width + edgeWidth),
                Parameters.Add(prefix + "message_mlp.0.bias", width),
                Parameters.Add(prefix + "message_mlp.2.weight", width, width),
                Parameters.Add(prefix + "message_mlp.2.bias", width),
                Parameters.Add(prefix + "update_mlp.0.weight", width, 2L * width),
                Parameters.Add(prefix + "update_mlp.0.bias", width),
                Parameters.Add(prefix + "update_mlp.2.weight", width, width),
                Parameters.Add(prefix + "update_mlp.2.bias", width),
                Own(device.Allocate<T>(edges, 2L * width + edgeWidth)),
                Own(device.Allocate<T>(edges, width)),
                Own(device.Allocate<T>(edges, width)),
                Own(device.Allocate<T>(nodes, 2L * width)),
                Own(device.Allocate<T>(nodes, width)),
                Own(device.Allocate<T>(nodes, width)));
        }

        _dEdges = Own(device.Allocate<T>(edges, width));
        _dEdgeHidden = Own(device.Allocate<T>(edges, width));
        _dEdgeInput = Own(device.Allocate<T>(edges, 2L * width + edgeWidth));
        _dNodes = Own(device.Allocate<T>(nodes, width));
        _dNodeInput = Own(device.Allocate<T>(nodes, 2L * width));
        _dFeatures = Own(device.Allocate<T>(nodes, width));
        _sum = Own(device.Allocate<T>(nodes, width));
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Parameters, named as those of the fused layers.</summary>
    public ParameterSet<T> Parameters { get; }

    private MessageKernels<T> Messages => Parameters.Device.Messages<T>();

    private DenseKernels<T> Dense => Parameters.Device.Dense<T>();

    /// <summary>The memory it needs.</summary>
    public static unsafe long Bytes(long nodes, long edges, long width, long edgeWidth, long layers) =>
        sizeof(T) * (layers * (edges * (4 * width + edgeWidth) + 4 * nodes * width) + edges * (4 * width + edgeWidth) + 5 * nodes * width);

    /// <summary>All layers.</summary>
    public DeviceMatrix<T> Forward()
    {
        DeviceMatrix<T> x = _data.Features;
        foreach (var layer in _layers)
        {
            DeviceMatrix<T> input = layer.EdgeInput;
            Messages.Gather(_data.Graph.Destination, x, input.ColumnRange(0, _width));
            Messages.Gather(_data.Graph.Source, x, input.ColumnRange(_width, _width));
            Dense.Copy(_data.EdgeAttributes, input.ColumnRange(2L * _width, input.Columns - 2L * _width));
            Dense.Linear<Relu>(input, layer.MessageWeight0.Value, layer.MessageBias0.Value, layer.EdgeHidden);
            Dense.Linear<Identity>(layer.EdgeHidden, layer.MessageWeight2.Value, layer.MessageBias2.Value, layer.EdgeOutput);
            DeviceMatrix<T> node = layer.NodeInput;
            Dense.Copy(x, node.ColumnRange(0, _width));
            Messages.SegmentReduce<Sum>(_data.Graph.Destination, layer.EdgeOutput, node.ColumnRange(_width, _width));
            Dense.Linear<Relu>(node, layer.UpdateWeight0.Value, layer.UpdateBias0.Value, layer.NodeHidden);
            Dense.Linear<Identity>(layer.NodeHidden, layer.UpdateWeight2.Value, layer.UpdateBias2.Value, layer.Output);
            x = layer.Output;
        }

        return x;
    }

    /// <summary>All layers, last first.</summary>
    public void Backward(DeviceMatrix<T> dOutput)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var layer = _layers[l];
            DeviceMatrix<T> dNodeInput = _dNodeInput;
            DeviceMatrix<T> dEdgeInput = _dEdgeInput;
            Dense.LinearBackward<Identity>(layer.NodeHidden, layer.UpdateWeight2.Value, default, dOutput, dOutput, _dNodes, layer.UpdateWeight2.Gradient!, layer.UpdateBias2.Gradient);
            Dense.LinearBackward<Relu>(layer.NodeInput, layer.UpdateWeight0.Value, layer.NodeHidden, _dNodes, _dNodes, _dNodeInput, layer.UpdateWeight0.Gradient!, layer.UpdateBias0.Gradient);
            Messages.SegmentReduceBackward<Sum>(_data.Graph.Destination, null, dNodeInput.ColumnRange(_width, _width), _dEdges);
            Dense.LinearBackward<Identity>(layer.EdgeHidden, layer.MessageWeight2.Value, default, _dEdges, _dEdges, _dEdgeHidden, layer.MessageWeight2.Gradient!, layer.MessageBias2.Gradient);
            Dense.LinearBackward<Relu>(
                layer.EdgeInput, layer.MessageWeight0.Value, layer.EdgeHidden, _dEdgeHidden, _dEdgeHidden, l == 0 ? default : dEdgeInput, layer.MessageWeight0.Gradient!, layer.MessageBias0.Gradient);
            if (l > 0)
            {
                Messages.GatherBackward(_data.Graph.Destination, dEdgeInput.ColumnRange(0, _width), _dFeatures);
                Messages.GatherBackward(_data.Graph.Source, dEdgeInput.ColumnRange(_width, _width), _sum);
                Dense.AddScaled(T.One, _sum, T.One, _dFeatures);
                Dense.AddScaled(T.One, dNodeInput.ColumnRange(0, _width), T.One, _dFeatures);
                dOutput = _dFeatures;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }

    private TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private sealed record Layer(
        Parameter<T> MessageWeight0,
        Parameter<T> MessageBias0,
        Parameter<T> MessageWeight2,
        Parameter<T> MessageBias2,
        Parameter<T> UpdateWeight0,
        Parameter<T> UpdateBias0,
        Parameter<T> UpdateWeight2,
        Parameter<T> UpdateBias2,
        DeviceTensor<T> EdgeInput,
        DeviceTensor<T> EdgeHidden,
        DeviceTensor<T> EdgeOutput,
        DeviceTensor<T> NodeInput,
        DeviceTensor<T> NodeHidden,
        DeviceTensor<T> Output);
}
