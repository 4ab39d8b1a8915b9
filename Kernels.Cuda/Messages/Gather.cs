using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuMatrix<T>>>(GatherKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(Threads(output), extent => launch(extent, index.Rows(), x.Gpu(), output.Gpu()));
    }

    internal static void GatherKernel(LongIndex1D thread, GpuRows rows, GpuMatrix<T> x, GpuMatrix<T> output)
    {
        var edge = thread.X / output.Columns;
        var feature = thread.X - edge * output.Columns;
        output.Set(edge, feature, x[rows.Index[edge], feature]);
    }
}
