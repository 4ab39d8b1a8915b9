using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Normalised aggregation: <c>out_i = Σ_{e: dst[e]=i} m_e / max(in-degree(i), 1)</c>, the mean over incoming edges, 0 without any.
/// The message is the source row itself (<c>m_e = x_src</c>, the mean aggregator of Hamilton, Ying &amp; Leskovec 2017) or a linear map of it
/// (<c>m_e = f(W x_src + b)</c>), done once per node and not per edge. No <c>E×F</c> array is stored.
/// Parameters of the linear message: <c>{prefix}message.weight [out, in]</c>, <c>{prefix}message.bias [out]</c>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NormalisedAggregation<T> : INodeModel<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _ownsParameters;
    private readonly MessageKernels<T> _messages;
    private readonly LinearLayer<T>? _message;
    private readonly Workspace<T> _output;
    private readonly Workspace<T> _dMessage;
    private DeviceGraph? _graph;

    /// <summary>Aggregates the rows themselves: no parameters.</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="width">Width <c>F</c> of the rows.</param>
    public NormalisedAggregation(Device device, int width)
        : this(new ParameterSet<T>(device), width) => _ownsParameters = true;

    /// <summary>Aggregates linear messages, with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the messages.</param>
    /// <param name="activation">The activation <c>f</c> of the messages.</param>
    /// <param name="seed">Seed of the first values.</param>
    public NormalisedAggregation(Device device, int inputs, int outputs, Activation activation = Activation.Identity, ulong seed = 0)
        : this(new ParameterSet<T>(device), "", inputs, outputs, activation)
    {
        _ownsParameters = true;
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Aggregates the rows themselves, as part of a larger model.</summary>
    /// <param name="parameters">The set of the larger model; nothing is added to it; not owned.</param>
    /// <param name="width">Width <c>F</c> of the rows.</param>
    public NormalisedAggregation(ParameterSet<T> parameters, int width)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Inputs = Outputs = Require.Positive(width);
        Parameters = parameters;
        _messages = parameters.Device.Messages<T>();
        _output = new(parameters.Device);
        _dMessage = new(parameters.Device);
    }

    /// <summary>Adds the parameters of a linear message, 0 until they are initialised or loaded, to a set: for models made of models.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters.</param>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the messages.</param>
    /// <param name="activation">The activation <c>f</c> of the messages.</param>
    public NormalisedAggregation(ParameterSet<T> parameters, string prefix, int inputs, int outputs, Activation activation = Activation.Identity)
        : this(parameters, inputs)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        Outputs = Require.Positive(outputs);
        _message = new LinearLayer<T>(parameters, prefix + "message.", inputs, outputs, activation);
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Width of the input.</summary>
    public int Inputs { get; }

    /// <summary>Width of the output.</summary>
    public int Outputs { get; }

    /// <summary>Computes the aggregates. Allocates only when there are more nodes than ever before.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Node features <c>[N, in]</c>; graph and features must stay as they are until the backward pass is done.</param>
    /// <returns>Aggregates <c>[N, out]</c>, in memory of the layer: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceGraph graph, DeviceMatrix<T> x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Require.Shape(x, graph.Nodes, Inputs);
        var output = _output.Matrix(graph.Nodes, Outputs);
        _messages.Aggregate<Mean>(graph, _message is null ? x : _message.Forward(x), null, output);
        _graph = graph;
        return output;
    }

    /// <summary>Adds the gradients of the parameters at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the aggregates, <c>[N, out]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the node features, <c>[N, in]</c>; overwritten; may be absent. Must not overlap <paramref name="dOutput"/>.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default)
    {
        var graph = _graph ?? throw new InvalidOperationException("Backward needs a forward pass before it.");
        Require.Shape(dOutput, graph.Nodes, Outputs);
        Require.OptionalShape(dx, graph.Nodes, Inputs);
        if (_message is null)
        {
            if (!dx.IsAbsent)
            {
                _messages.AggregateBackward<Mean>(graph, default, null, null, dOutput, dx);
            }

            return;
        }

        var dMessage = _dMessage.Matrix(graph.Nodes, Outputs);
        _messages.AggregateBackward<Mean>(graph, default, null, null, dOutput, dMessage);
        _message.Backward(dMessage, dx);
    }

    DeviceMatrix<T> INodeModel<T>.Forward(in NodeInputs<T> inputs) =>
        Forward(inputs.Graph ?? throw new ArgumentException("inputs: expected a graph, but none was given.", nameof(inputs)), inputs.Features);

    /// <summary>Frees the workspaces, and the parameters unless they belong to a set that was given.</summary>
    public void Dispose()
    {
        _message?.Dispose();
        _output.Dispose();
        _dMessage.Dispose();
        if (_ownsParameters)
        {
            Parameters.Dispose();
        }
    }
}
