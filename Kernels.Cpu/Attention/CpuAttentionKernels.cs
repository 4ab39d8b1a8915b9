using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed unsafe partial class CpuAttentionKernels<T>(CpuDevice device) : AttentionKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;
}
