namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void LayerNormCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon) => throw new NotImplementedException();

    protected override void LayerNormBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias) => throw new NotImplementedException();
}
