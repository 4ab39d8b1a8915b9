using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>(CpuDevice device) : DenseKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;
}
