using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output)
    {
        // The weight gradient of a Sum is an edge product.
        var share = new GpuShare<T, Sum>(graph.Destination.Rows(), default, y.Gpu());
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuShare<T, Sum>, GpuMatrix<T>>>(WeightGradientKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(output.Count, extent => launch(extent, graph.Source.Rows(), x.Gpu(), share, output.Gpu()));
    }
}
