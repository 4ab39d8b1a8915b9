namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void BatchNormCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceTensor<T> runningMean, DeviceTensor<T> runningVariance, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon, double momentum) => throw new NotImplementedException();

    protected override void BatchNormBackwardCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias) => throw new NotImplementedException();
}
