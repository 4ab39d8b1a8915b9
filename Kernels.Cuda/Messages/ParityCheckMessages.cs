namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void ParityCheckMessagesCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing) =>
        throw device.NotSupported("the ParityCheckMessages kernel");
}
