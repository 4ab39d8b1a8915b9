namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void AggregateCombinedCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) => throw new NotImplementedException();

    protected override void AggregateCombinedBackwardCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights, bool accumulate) => throw new NotImplementedException();
}
