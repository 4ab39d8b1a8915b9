using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// Message passing on graphs: gather, scatter, segment reductions, fused aggregation, edge products. One file per kernel holds its contract.
/// </summary>
/// <remarks>
/// Symbols: <c>N</c> nodes, <c>E</c> edges, <c>F</c> features, <c>H</c> heads, <c>A</c> edge features. Edge arrays are in the input order of the edges.
/// Gradients of activations overwrite, gradients of parameters accumulate. Rows are reduced in the input order of their edges, in blocks that depend
/// on shapes only, so results are bitwise equal for every run and every thread count. Outputs must not overlap inputs.
/// Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped,
/// overlapping or of another device, and <see cref="ObjectDisposedException"/> when something was disposed; nothing has been written then.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class MessageKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected MessageKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
