namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output) =>
        throw device.NotSupported("the NearestNeighbours kernel");
}
