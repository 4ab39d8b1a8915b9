namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void AggregateCombinedCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        throw device.NotSupported("the AggregateCombined kernel");

    protected override void AggregateCombinedBackwardCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights, bool accumulate) =>
        throw device.NotSupported("the AggregateCombinedBackward kernel");
}
