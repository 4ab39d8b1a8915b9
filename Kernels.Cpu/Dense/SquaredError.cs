namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void SquaredErrorCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, DeviceTensor<T> loss) => throw new NotImplementedException();

    protected override void SquaredErrorBackwardCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dPrediction, DeviceMatrix<T> dTarget) => throw new NotImplementedException();
}
