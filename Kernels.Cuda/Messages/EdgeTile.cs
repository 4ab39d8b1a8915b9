namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void EdgeTileMessagesCore<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output) =>
        throw device.NotSupported("the EdgeTileMessages kernel");

    protected override void EdgeTileReduceCore<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg) =>
        throw device.NotSupported("the EdgeTileReduce kernel");

    protected override void EdgeTileExtremumBackwardCore(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        throw device.NotSupported("the EdgeTileExtremumBackward kernel");
}
