namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void FactorMessagesCore<TSemiring>(
        DeviceMatrix<T> tables,
        ReadOnlySpan<DeviceMatrix<T>> incoming,
        ReadOnlySpan<DeviceMatrix<T>> previous,
        ReadOnlySpan<DeviceMatrix<T>> outgoing,
        double damping,
        DeviceMatrix<T> change) =>
        throw device.NotSupported("the FactorMessages kernel");

    protected override void FactorBeliefsCore<TSemiring>(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> energy) =>
        throw device.NotSupported("the FactorBeliefs kernel");
}
