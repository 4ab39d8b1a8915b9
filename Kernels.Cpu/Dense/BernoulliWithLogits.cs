namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void BernoulliWithLogitsCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss) => throw new NotImplementedException();

    protected override void BernoulliWithLogitsBackwardCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits) => throw new NotImplementedException();
}
