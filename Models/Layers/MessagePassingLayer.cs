using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Message passing layer (Gilmer et al. 2017, "Neural message passing for quantum chemistry"):
/// <c>m_e = W₂ relu(W₁ [x_dst ‖ x_src ‖ a_e] + b₁) + b₂</c>, <c>M_i = AGG_{e: dst[e]=i} m_e</c>, <c>h_i = U₂ relu(U₁ [x_i ‖ M_i] + c₁) + c₂</c>.
/// Parameters <c>message_mlp.{0,2}.{weight,bias}</c> (<c>W₁ [hidden, 2·in + edge]</c>, target first, then source, then edge attributes; <c>W₂ [hidden, hidden]</c>),
/// <c>update_mlp.{0,2}.{weight,bias}</c> (<c>U₁ [out, in + hidden]</c>, <c>U₂ [out, out]</c>) and, for Softmax, <c>attention.weight [1, hidden]</c>.
/// </summary>
/// <remarks>
/// <para>No product of hidden width by hidden width is done per edge, save for Max and Min, and no <c>E×hidden</c> array is kept. <c>W₁</c> is split by input block:
/// <c>t = x W₁ₜᵀ + b₁</c> and <c>s = x W₁ₛᵀ</c> are products per node, and the hidden message <c>ρ_e = relu(t_dst + s_src + W₁ₐ a_e)</c> is formed in registers,
/// again in the backward pass. <c>W₂</c> stands behind the aggregation where the algebra allows it, with <c>R_i</c> the aggregate of <c>ρ_e</c>:
/// Sum <c>M_i = W₂ R_i + n_i b₂</c>; Mean and Softmax <c>M_i = W₂ R_i + [n_i &gt; 0] b₂</c>.
/// Softmax scores are <c>a·m_e = (W₂ᵀ a)·ρ_e + a·b₂</c>, and <c>a·b₂</c>, the same for every edge, cancels in the softmax.
/// Max and Min need <c>m_e</c> itself: tile by tile, the messages of a tile at a time.</para>
/// <para>Time <c>O(N·F² + E·F·(1 + A))</c>, and <c>O(E·F²)</c> for Max and Min; memory <c>O(N·F)</c>, beyond one or two numbers per edge for Softmax and the edge attributes.
/// Workspaces are allocated for the first graph and again only for one of another size; otherwise no call allocates.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class MessagePassingLayer<T> : INodeModel<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MessageKernels<T> _messages;
    private readonly DenseKernels<T> _dense;
    private readonly MessagePassingWorkspace<T> _shared;
    private readonly bool _ownsParameters;
    private readonly bool _ownsShared;
    private readonly Parameter<T> _messageWeight0;
    private readonly Parameter<T> _messageBias0;
    private readonly Parameter<T> _messageWeight2;
    private readonly Parameter<T> _messageBias2;
    private readonly Parameter<T> _updateWeight0;
    private readonly Parameter<T> _updateBias0;
    private readonly Parameter<T> _updateWeight2;
    private readonly Parameter<T> _updateBias2;
    private readonly Parameter<T>? _attention;

    // Kept from the forward pass for the backward pass.
    private readonly Workspace<T> _targetWorkspace;
    private readonly Workspace<T> _sourceWorkspace;
    private readonly Workspace<T> _reducedWorkspace;
    private readonly Workspace<T> _aggregatedWorkspace;
    private readonly Workspace<T> _updateWorkspace;
    private readonly Workspace<T> _outputWorkspace;
    private readonly Workspace<T> _weightsWorkspace;
    private readonly Workspace<int> _argWorkspace;
    private DeviceGraph? _graph;
    private DeviceMatrix<T> _x;
    private CombinedMessage<T> _message;
    private DeviceMatrix<T> _reduced;
    private DeviceMatrix<T> _aggregated;
    private DeviceMatrix<T> _update;
    private DeviceMatrix<T> _output;
    private DeviceTensor<T>? _weights;
    private DeviceTensor<int>? _arg;

    /// <summary>Creates a layer with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="inputs">Width of the node features, ≥ 1.</param>
    /// <param name="hidden">Width of the messages, ≥ 1.</param>
    /// <param name="outputs">Width of the new node features, ≥ 1.</param>
    /// <param name="edgeAttributes">Width of the edge attributes; 0 for none.</param>
    /// <param name="aggregation">How messages are aggregated.</param>
    /// <param name="seed">Seed of the first values.</param>
    public MessagePassingLayer(Device device, int inputs, int hidden, int outputs, int edgeAttributes = 0, Aggregation aggregation = Aggregation.Sum, ulong seed = 0)
        : this(new ParameterSet<T>(device), "", inputs, hidden, outputs, edgeAttributes, aggregation)
    {
        _ownsParameters = true;
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Adds the layer's parameters, 0 until they are initialised or loaded, to a set: for models made of layers.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters.</param>
    /// <param name="inputs">Width of the node features, ≥ 1.</param>
    /// <param name="hidden">Width of the messages, ≥ 1.</param>
    /// <param name="outputs">Width of the new node features, ≥ 1.</param>
    /// <param name="edgeAttributes">Width of the edge attributes; 0 for none.</param>
    /// <param name="aggregation">How messages are aggregated.</param>
    public MessagePassingLayer(ParameterSet<T> parameters, string prefix, int inputs, int hidden, int outputs, int edgeAttributes = 0, Aggregation aggregation = Aggregation.Sum)
        : this(parameters, prefix, inputs, hidden, outputs, edgeAttributes, aggregation, null)
    {
    }

    internal MessagePassingLayer(ParameterSet<T> parameters, string prefix, int inputs, int hidden, int outputs, int edgeAttributes, Aggregation aggregation, MessagePassingWorkspace<T>? shared)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        Inputs = Require.Positive(inputs);
        Hidden = Require.Positive(hidden);
        Outputs = Require.Positive(outputs);
        if (edgeAttributes < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(edgeAttributes), $"edgeAttributes: expected at least 0, but got {edgeAttributes}.");
        }

        EdgeAttributes = edgeAttributes;
        Aggregation = Require.Named(aggregation);
        Parameters = parameters;
        var device = parameters.Device;
        _messages = device.Messages<T>();
        _dense = device.Dense<T>();
        _ownsShared = shared is null;
        _shared = shared ?? new(device);
        _targetWorkspace = new(device);
        _sourceWorkspace = new(device);
        _reducedWorkspace = new(device);
        _aggregatedWorkspace = new(device);
        _updateWorkspace = new(device);
        _outputWorkspace = new(device);
        _weightsWorkspace = new(device);
        _argWorkspace = new(device);
        _messageWeight0 = parameters.Add(prefix + "message_mlp.0.weight", hidden, 2L * inputs + edgeAttributes);
        _messageBias0 = parameters.Add(prefix + "message_mlp.0.bias", hidden);
        _messageWeight2 = parameters.Add(prefix + "message_mlp.2.weight", hidden, hidden);
        _messageBias2 = parameters.Add(prefix + "message_mlp.2.bias", hidden);
        _updateWeight0 = parameters.Add(prefix + "update_mlp.0.weight", outputs, (long)inputs + hidden);
        _updateBias0 = parameters.Add(prefix + "update_mlp.0.bias", outputs);
        _updateWeight2 = parameters.Add(prefix + "update_mlp.2.weight", outputs, outputs);
        _updateBias2 = parameters.Add(prefix + "update_mlp.2.bias", outputs);
        _attention = aggregation == Aggregation.Softmax ? parameters.Add(prefix + "attention.weight", 1, hidden) : null;
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Width of the node features.</summary>
    public int Inputs { get; }

    /// <summary>Width of the messages.</summary>
    public int Hidden { get; }

    /// <summary>Width of the new node features.</summary>
    public int Outputs { get; }

    /// <summary>Width of the edge attributes; 0 for none.</summary>
    public int EdgeAttributes { get; }

    /// <summary>How messages are aggregated.</summary>
    public Aggregation Aggregation { get; }

    /// <summary>New node features <c>h [N, out]</c> of the last forward pass; absent before it.</summary>
    public DeviceMatrix<T> Output => _output;

    /// <summary>Aggregated messages <c>M [N, hidden]</c> of the last forward pass; absent before it.</summary>
    public DeviceMatrix<T> Aggregated => _aggregated;

    /// <summary>Computes the new node features.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Node features <c>[N, in]</c>.</param>
    /// <param name="edgeAttributes">Edge attributes <c>[E, edge]</c> in the order of the edges; absent exactly when the layer has none.</param>
    /// <returns><c>h [N, out]</c>, in memory of the layer: valid until the next forward pass. The inputs must stay as they are until the backward pass is done.</returns>
    public DeviceMatrix<T> Forward(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> edgeAttributes = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Require.Shape(x, graph.Nodes, Inputs);
        RequireAttributes(graph, edgeAttributes);
        _graph = graph;
        _x = x;
        var nodes = graph.Nodes;
        var target = _targetWorkspace.Matrix(nodes, Hidden);
        var source = _sourceWorkspace.Matrix(nodes, Hidden);
        _dense.Linear<Identity>(x, TargetBlock(_messageWeight0.Value), _messageBias0.Value, target);
        _dense.Linear<Identity>(x, SourceBlock(_messageWeight0.Value), null, source);
        _message = EdgeAttributes == 0 ? new(target, source) : new(target, source, edgeAttributes, AttributeBlock(_messageWeight0.Value));

        _aggregated = _aggregatedWorkspace.Matrix(nodes, Hidden);
        Aggregate(graph);

        _update = _updateWorkspace.Matrix(nodes, Outputs);
        _output = _outputWorkspace.Matrix(nodes, Outputs);
        _dense.Linear<Identity>(x, NodeBlock(_updateWeight0.Value), null, _update);
        _dense.Linear<Relu>(_aggregated, MessageBlock(_updateWeight0.Value), _updateBias0.Value, _update, accumulate: true);
        _dense.Linear<Identity>(_update, _updateWeight2.Value, _updateBias2.Value, _output);
        return _output;
    }

    /// <summary>Adds the gradients of the parameters, and gives those of the inputs, at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of <see cref="Output"/>, <c>[N, out]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the node features, <c>[N, in]</c>; overwritten; may be absent; may share memory with <paramref name="dOutput"/>, which is read before.</param>
    /// <param name="dEdgeAttributes">Receives the gradient of the edge attributes, <c>[E, edge]</c>; overwritten, or added to if <paramref name="accumulate"/>; may be absent.</param>
    /// <param name="dAggregated">Gradient of <see cref="Aggregated"/>, <c>[N, hidden]</c>, beyond what comes through the output; absent for none.</param>
    /// <param name="accumulate">Adds to <paramref name="dEdgeAttributes"/> instead of overwriting it: for layers that share the attributes.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default, DeviceMatrix<T> dEdgeAttributes = default, DeviceMatrix<T> dAggregated = default, bool accumulate = false)
    {
        var graph = _graph ?? throw new InvalidOperationException("Backward needs a forward pass before it.");
        var nodes = graph.Nodes;
        Require.Shape(dOutput, nodes, Outputs);
        Require.OptionalShape(dx, nodes, Inputs);
        Require.OptionalShape(dAggregated, nodes, Hidden);
        Require.OptionalShape(dEdgeAttributes, graph.Edges, EdgeAttributes);

        // h = U₂ u + c₂, u = relu(U₁ [x ‖ M] + c₁).
        var dUpdate = _shared.DUpdate.Matrix(nodes, Outputs);
        _dense.ApplyBackward<Identity>(default, dOutput, default, _updateBias2.Gradient);
        _dense.MatrixProduct(dOutput, Transpose.Yes, _update, Transpose.No, _updateWeight2.Gradient, accumulate: true);
        _dense.MatrixProduct(dOutput, Transpose.No, _updateWeight2.Value, Transpose.No, dUpdate);
        _dense.ApplyBackward<Relu>(_update, dUpdate, dUpdate, _updateBias0.Gradient);
        _dense.MatrixProduct(dUpdate, Transpose.Yes, _x, Transpose.No, NodeBlock(_updateWeight0.Gradient!), accumulate: true);
        _dense.MatrixProduct(dUpdate, Transpose.Yes, _aggregated, Transpose.No, MessageBlock(_updateWeight0.Gradient!), accumulate: true);
        if (!dx.IsAbsent)
        {
            _dense.MatrixProduct(dUpdate, Transpose.No, NodeBlock(_updateWeight0.Value), Transpose.No, dx);
        }

        var dMessages = _shared.DAggregated.Matrix(nodes, Hidden);
        _dense.MatrixProduct(dUpdate, Transpose.No, MessageBlock(_updateWeight0.Value), Transpose.No, dMessages);
        if (!dAggregated.IsAbsent)
        {
            _dense.AddScaled(T.One, dAggregated, T.One, dMessages);
        }

        // ρ_e = relu(t_dst + s_src + W₁ₐ a_e).
        var gradient = new CombinedMessage<T>(
            _shared.DTarget.Matrix(nodes, Hidden),
            _shared.DSource.Matrix(nodes, Hidden),
            dEdgeAttributes,
            EdgeAttributes == 0 ? default : AttributeBlock(_messageWeight0.Gradient!));
        AggregateBackward(graph, dMessages, gradient, accumulate && !dEdgeAttributes.IsAbsent);

        // t = x W₁ₜᵀ + b₁, s = x W₁ₛᵀ.
        _dense.ApplyBackward<Identity>(default, gradient.Target, default, _messageBias0.Gradient);
        _dense.MatrixProduct(gradient.Target, Transpose.Yes, _x, Transpose.No, TargetBlock(_messageWeight0.Gradient!), accumulate: true);
        _dense.MatrixProduct(gradient.Source, Transpose.Yes, _x, Transpose.No, SourceBlock(_messageWeight0.Gradient!), accumulate: true);
        if (!dx.IsAbsent)
        {
            _dense.MatrixProduct(gradient.Target, Transpose.No, TargetBlock(_messageWeight0.Value), Transpose.No, dx, accumulate: true);
            _dense.MatrixProduct(gradient.Source, Transpose.No, SourceBlock(_messageWeight0.Value), Transpose.No, dx, accumulate: true);
        }
    }

    DeviceMatrix<T> INodeModel<T>.Forward(in NodeInputs<T> inputs) =>
        Forward(inputs.Graph ?? throw new ArgumentException("inputs: expected a graph, but none was given.", nameof(inputs)), inputs.Features, inputs.EdgeAttributes);

    void INodeModel<T>.Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dFeatures) => Backward(dOutput, dFeatures);

    /// <summary>Frees the workspaces, and the parameters unless they belong to a set that was given.</summary>
    public void Dispose()
    {
        foreach (var workspace in (ReadOnlySpan<Workspace<T>>)[_targetWorkspace, _sourceWorkspace, _reducedWorkspace, _aggregatedWorkspace, _updateWorkspace, _outputWorkspace, _weightsWorkspace])
        {
            workspace.Dispose();
        }

        _argWorkspace.Dispose();
        if (_ownsShared)
        {
            _shared.Dispose();
        }

        if (_ownsParameters)
        {
            Parameters.Dispose();
        }
    }

    // W₁ = [W₁ₜ | W₁ₛ | W₁ₐ], U₁ = [U₁ₓ | U₁ₘ].
    private DeviceMatrix<T> TargetBlock(DeviceMatrix<T> weight) => weight.ColumnRange(0, Inputs);

    private DeviceMatrix<T> SourceBlock(DeviceMatrix<T> weight) => weight.ColumnRange(Inputs, Inputs);

    private DeviceMatrix<T> AttributeBlock(DeviceMatrix<T> weight) => weight.ColumnRange(2L * Inputs, EdgeAttributes);

    private DeviceMatrix<T> NodeBlock(DeviceMatrix<T> weight) => weight.ColumnRange(0, Inputs);

    private DeviceMatrix<T> MessageBlock(DeviceMatrix<T> weight) => weight.ColumnRange(Inputs, Hidden);

    private void RequireAttributes(DeviceGraph graph, DeviceMatrix<T> edgeAttributes)
    {
        if (EdgeAttributes > 0)
        {
            Require.Shape(edgeAttributes, graph.Edges, EdgeAttributes);
        }
        else if (!edgeAttributes.IsAbsent)
        {
            throw new ArgumentException($"edgeAttributes: expected none, since the layer was made without, but got [{edgeAttributes.Rows}, {edgeAttributes.Columns}].", nameof(edgeAttributes));
        }
    }
}
