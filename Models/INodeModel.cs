using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>What a node model reads. Models keep no copy: the matrices and the graph must stay as they are until the backward pass is done.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Features">Node features <c>[N, in]</c>.</param>
/// <param name="Graph">The graph over the nodes; null for models without one.</param>
/// <param name="EdgeAttributes">Edge attributes <c>[E, edge]</c>; absent when there are none.</param>
public readonly record struct NodeInputs<T>(DeviceMatrix<T> Features, DeviceGraph? Graph = null, DeviceMatrix<T> EdgeAttributes = default)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>A model that maps every node (or row) to an output row. The trainer needs no more than this.</summary>
/// <typeparam name="T">float or double.</typeparam>
public interface INodeModel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Parameters and buffers.</summary>
    ParameterSet<T> Parameters { get; }

    /// <summary>Computes the outputs.</summary>
    /// <param name="inputs">Inputs; must stay as they are until the backward pass is done.</param>
    /// <returns>Outputs <c>[N, out]</c>, in memory of the model: valid until the next forward pass.</returns>
    DeviceMatrix<T> Forward(in NodeInputs<T> inputs);

    /// <summary>Adds the gradients of the parameters at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the outputs, <c>[N, out]</c>; not changed.</param>
    /// <param name="dFeatures">Receives the gradient of the node features, <c>[N, in]</c>; overwritten; may be absent.</param>
    void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dFeatures = default);
}
