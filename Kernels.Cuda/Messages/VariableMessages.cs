namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void VariableMessagesCore<TSemiring>(DeviceEdgeIndex index, int first, int count, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing) =>
        throw device.NotSupported("the VariableMessages kernel");

    protected override void VariableBeliefsCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> entropy) =>
        throw device.NotSupported("the VariableBeliefs kernel");
}
