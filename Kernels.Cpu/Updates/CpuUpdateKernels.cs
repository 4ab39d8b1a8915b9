using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuUpdateKernels<T>(CpuDevice device) : UpdateKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;
}
