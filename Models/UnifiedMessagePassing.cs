using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Unified message passing: <c>L</c> message passing layers, <c>h_{l+1} = layer_l(h_l)</c>, nothing between them, the same edge attributes in every layer.
/// Parameters of layer <c>l</c> as <see cref="MessagePassingLayer{T}"/>, with the prefix <c>layers.{l}.</c>.
/// </summary>
/// <remarks>Layers keep what their backward pass needs, five or six node matrices each, and share everything else.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class UnifiedMessagePassing<T> : INodeModel<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _ownsParameters;
    private readonly MessagePassingLayer<T>[] _layers;
    private readonly MessagePassingWorkspace<T> _shared;
    private readonly Workspace<T>[] _gradients;

    /// <summary>Creates a stack with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="widths">Widths of the node features <c>h_0 … h_L</c>: at least two.</param>
    /// <param name="hidden">Width of the messages in every layer.</param>
    /// <param name="edgeAttributes">Width of the edge attributes; 0 for none.</param>
    /// <param name="aggregation">How messages are aggregated.</param>
    /// <param name="seed">Seed of the first values.</param>
    public UnifiedMessagePassing(Device device, ReadOnlySpan<int> widths, int hidden, int edgeAttributes = 0, Aggregation aggregation = Aggregation.Sum, ulong seed = 0)
        : this(new ParameterSet<T>(device), "", widths, hidden, edgeAttributes, aggregation)
    {
        _ownsParameters = true;
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Adds the stack's parameters, 0 until they are initialised or loaded, to a set: for models made of models.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters.</param>
    /// <param name="widths">Widths of the node features <c>h_0 … h_L</c>: at least two.</param>
    /// <param name="hidden">Width of the messages in every layer.</param>
    /// <param name="edgeAttributes">Width of the edge attributes; 0 for none.</param>
    /// <param name="aggregation">How messages are aggregated.</param>
    public UnifiedMessagePassing(ParameterSet<T> parameters, string prefix, ReadOnlySpan<int> widths, int hidden, int edgeAttributes = 0, Aggregation aggregation = Aggregation.Sum)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        if (widths.Length < 2)
        {
            throw new ArgumentException($"widths: expected at least the widths of input and output, but got {widths.Length}.", nameof(widths));
        }

        Parameters = parameters;
        _shared = new(parameters.Device);
        _gradients = [new(parameters.Device), new(parameters.Device)];
        _layers = new MessagePassingLayer<T>[widths.Length - 1];
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] = new(parameters, $"{prefix}layers.{layer}.", widths[layer], hidden, widths[layer + 1], edgeAttributes, aggregation, _shared);
        }
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>The layers, input first; <c>Layers[l].Output</c> holds the node features after layer <c>l</c> of the last forward pass.</summary>
    public IReadOnlyList<MessagePassingLayer<T>> Layers => _layers;

    /// <summary>Computes the node features after every layer.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Node features <c>[N, in]</c>.</param>
    /// <param name="edgeAttributes">Edge attributes <c>[E, edge]</c> in the order of the edges; absent exactly when the stack has none.</param>
    /// <returns>The last layer's features <c>[N, out]</c>, in memory of the model: valid until the next forward pass. The inputs must stay as they are until the backward pass is done.</returns>
    public DeviceMatrix<T> Forward(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> edgeAttributes = default)
    {
        foreach (var layer in _layers)
        {
            x = layer.Forward(graph, x, edgeAttributes);
        }

        return x;
    }

    /// <summary>Adds the gradients of the parameters, and gives those of the inputs, at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the last layer's features, <c>[N, out]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the node features, <c>[N, in]</c>; overwritten; may be absent.</param>
    /// <param name="dEdgeAttributes">Receives the gradient of the edge attributes, <c>[E, edge]</c>, summed over the layers; overwritten; may be absent.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default, DeviceMatrix<T> dEdgeAttributes = default)
    {
        for (var layer = _layers.Length - 1; layer >= 0; layer--)
        {
            var dInput = layer == 0 ? dx : _gradients[layer % 2].Matrix(dOutput.Rows, _layers[layer].Inputs);
            _layers[layer].Backward(dOutput, dInput, dEdgeAttributes, accumulate: layer < _layers.Length - 1);
            dOutput = dInput;
        }
    }

    DeviceMatrix<T> INodeModel<T>.Forward(in NodeInputs<T> inputs) =>
        Forward(inputs.Graph ?? throw new ArgumentException("inputs: expected a graph, but none was given.", nameof(inputs)), inputs.Features, inputs.EdgeAttributes);

    void INodeModel<T>.Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dFeatures) => Backward(dOutput, dFeatures);

    /// <summary>Frees the workspaces, and the parameters unless they belong to a set that was given.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        _shared.Dispose();
        foreach (var gradient in _gradients)
        {
            gradient.Dispose();
        }

        if (_ownsParameters)
        {
            Parameters.Dispose();
        }
    }
}
