namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void SoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void SoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx) => throw new NotImplementedException();

    protected override void LogSoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void LogSoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx) => throw new NotImplementedException();
}
