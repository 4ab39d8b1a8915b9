using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuSamplingKernels<T>(CpuDevice device) : SamplingKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;

    /// <summary>Sets the status word to the first row that got no choice.</summary>
    private void ReportFault(long row)
    {
        if (row >= 0)
        {
            device.ReportFault(row);
        }
    }
}
