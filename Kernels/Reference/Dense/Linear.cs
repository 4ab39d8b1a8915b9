namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void LinearCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation, DeviceTensor<T>? biasScale, bool accumulate) => throw new NotImplementedException();
}
