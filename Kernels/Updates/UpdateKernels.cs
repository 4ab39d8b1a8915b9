using System.Numerics;

namespace Native.Kernels;

/// <summary>Optimiser steps, as PyTorch defines them, and damped updates, in place. One file per kernel holds its contract.</summary>
/// <remarks>Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped or of another device; nothing has been written then.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class UpdateKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected UpdateKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
