namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void IsingMessagesCore<TSemiring>(
        DeviceMatrix<T> field, DeviceMatrix<T> right, DeviceMatrix<T> down, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing, double damping, DeviceMatrix<T> change) =>
        throw device.NotSupported("the IsingMessages kernel");
}
