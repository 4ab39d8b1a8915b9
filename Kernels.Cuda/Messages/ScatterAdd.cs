namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        Reduce<EdgeRow, Sum>(index, new EdgeRow(v.Gpu()), output, null, default, accumulate: true);
}
