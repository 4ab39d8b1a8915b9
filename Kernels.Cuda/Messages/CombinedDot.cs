namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output) =>
        throw device.NotSupported("the CombinedDot kernel");
}
