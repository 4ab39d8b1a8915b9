using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// Random numbers and what is drawn with them: Philox words, uniforms and normals, reparameterised Gaussians, Gumbel keys and the choices made by them, Bernoulli variables.
/// One file per kernel holds its contract.
/// </summary>
/// <remarks>
/// Symbols: <c>B</c> rows (batch), <c>n</c> categories, <c>k</c> choices, <c>F</c> features. Numbers come from a counter-based generator (<see cref="Philox"/>), so they depend on the seed, the stream and the
/// element's number alone: a range drawn in pieces, from another start or by any number of threads has the same bits. Words and uniforms are the same on every device and in float and double; normals and Gumbel
/// keys differ between devices by the rounding of their logarithms. Kernels take random numbers as <see cref="Noise{T}"/>: given, or drawn from a position.
/// Gradients overwrite. Unless a kernel says that it works in place, outputs must not overlap inputs.
/// Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped, out of range,
/// overlapping or of another device, and <see cref="ObjectDisposedException"/> when something was disposed; nothing has been written then.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class SamplingKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected SamplingKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
