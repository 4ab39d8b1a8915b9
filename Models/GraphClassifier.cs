using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A graph network for semi-supervised classification of nodes (Gasteiger, Bojchevski &amp; Günnemann 2019): a perceptron predicts the logits of every node
/// from its own features, and <see cref="PersonalisedPropagation{T}"/> passes them along the edges. The loss at a labelled node so teaches the perceptron at all
/// nodes around it, and a prediction draws on a neighbourhood far wider than a stack of a few layers would.
/// Parameters <c>mlp.layers.{0,2,…}.{weight,bias}</c>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GraphClassifier<T> : INodeModel<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Mlp<T> _mlp;
    private readonly PersonalisedPropagation<T> _propagation;
    private readonly Workspace<T> _dPredictions;

    /// <summary>Creates the model with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="widths">Widths of the perceptron: features, hidden layers, classes.</param>
    /// <param name="rounds">Rounds of propagation, ≥ 1.</param>
    /// <param name="restart">Share of a node's own prediction in every round, in (0, 1].</param>
    /// <param name="activation">Activation of the perceptron.</param>
    /// <param name="seed">Seed of the first values.</param>
    public GraphClassifier(Device device, ReadOnlySpan<int> widths, int rounds = 10, double restart = 0.1, Activation activation = Activation.ReLU, ulong seed = 0)
    {
        _propagation = new(device, rounds, restart);
        Parameters = new(device);
        _mlp = new(Parameters, "mlp.", widths, activation);
        _dPredictions = new(device);
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Computes the logits.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Node features <c>[N, in]</c>; graph and features must stay as they are until the backward pass is done.</param>
    /// <returns>Logits <c>[N, classes]</c>, in memory of the model: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceGraph graph, DeviceMatrix<T> x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Require.Shape(x, graph.Nodes, _mlp.Layers[0].Inputs);
        return _propagation.Forward(graph, _mlp.Forward(x));
    }

    /// <summary>Adds the gradients of the parameters at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the logits, <c>[N, classes]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the node features, <c>[N, in]</c>; overwritten; may be absent.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default)
    {
        Require.Columns(dOutput, _mlp.Layers[^1].Outputs);
        var dPredictions = _dPredictions.Matrix(dOutput.Rows, dOutput.Columns);
        _propagation.Backward(dOutput, dPredictions);
        _mlp.Backward(dPredictions, dx);
    }

    DeviceMatrix<T> INodeModel<T>.Forward(in NodeInputs<T> inputs) =>
        Forward(inputs.Graph ?? throw new ArgumentException("inputs: expected a graph, but none was given.", nameof(inputs)), inputs.Features);

    /// <summary>Frees the workspaces and the parameters.</summary>
    public void Dispose()
    {
        _mlp.Dispose();
        _propagation.Dispose();
        _dPredictions.Dispose();
        Parameters.Dispose();
    }
}
