using System.Numerics;

namespace Native.Kernels;

/// <summary>Attention over sequences. One file per kernel holds its contract.</summary>
/// <remarks>
/// Symbols: <c>B</c> sequences (batch), <c>H</c> heads, <c>S</c> queries, <c>T</c> keys, <c>d</c> width of a head. All outputs and gradients overwrite. Results are bitwise equal
/// for every run and every thread count. Outputs must not overlap other arguments.
/// Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped, overlapping or of another
/// device, and <see cref="ObjectDisposedException"/> when something was disposed; nothing has been written then.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class AttentionKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected AttentionKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
