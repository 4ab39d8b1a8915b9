using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// Dense products, linear layers, activations, normalisation, row softmax and losses. One file per kernel holds its contract.
/// </summary>
/// <remarks>
/// Symbols: <c>B</c> rows (batch), <c>F</c> features, <c>C</c> classes. Linear weights are <c>[out, in]</c>, so a PyTorch state loads as it is.
/// Gradients of activations overwrite, gradients of parameters accumulate. Losses are sums in nats and overwrite. Sums over many terms are blocked, so that
/// float results hold to 1e-5. Results are bitwise equal for every run and every thread count. Unless a kernel says that it works in place, outputs must not overlap inputs.
/// Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped,
/// overlapping or of another device, and <see cref="ObjectDisposedException"/> when something was disposed; nothing has been written then.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class DenseKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected DenseKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
