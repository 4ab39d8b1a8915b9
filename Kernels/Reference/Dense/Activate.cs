namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void ActivateCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void ActivateBackwardCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dBias, DeviceTensor<T>? biasScale) => throw new NotImplementedException();
}
