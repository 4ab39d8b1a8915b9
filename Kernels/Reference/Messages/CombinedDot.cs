namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output) => throw new NotImplementedException();
}
