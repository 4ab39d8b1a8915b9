namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output)
    {
        // The weight gradient of a Sum is an edge product.
        var share = new GpuShare<T, Sum>(graph.Destination.Rows(), default(DeviceMatrix<int>).Gpu(), y.Gpu());
        device.Run(output.Count, new WeightGradientAction<Sum>(graph.Source.Rows(), x.Gpu(), share, output.Gpu()));
    }
}
