using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>(CpuDevice device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int Threads { get; } = device.Threads;

    private static MatrixView<TElement> View<TElement>(DeviceTensor<TElement>? tensor)
        where TElement : unmanaged => ((DeviceMatrix<TElement>)tensor).View();

    private static MatrixView<int> View(DeviceTensor<int>? tensor, long rows, long columns) => tensor is null ? default : tensor.AsMatrix(rows, columns).View();
}
