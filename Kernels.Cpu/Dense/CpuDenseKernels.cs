using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed unsafe partial class CpuDenseKernels<T>(CpuDevice device) : DenseKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;

    /// <summary>The elements of a vector; empty for null.</summary>
    private static Span<TElement> Span<TElement>(DeviceTensor<TElement>? vector)
        where TElement : unmanaged
        => vector is null ? default : new Span<TElement>(vector.Pointer, checked((int)vector.Count));
}
