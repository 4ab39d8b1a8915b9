using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>(CpuDevice device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;
}
