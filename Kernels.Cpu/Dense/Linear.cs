namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void LinearCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation, DeviceTensor<T>? biasScale, bool accumulate) => throw new NotImplementedException();
}
