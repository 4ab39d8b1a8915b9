namespace Native.Kernels.Cpu;

internal sealed partial class CpuDenseKernels<T>
{
    protected override void CrossEntropyCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, DeviceTensor<T> loss) => throw new NotImplementedException();

    protected override void CrossEntropyBackwardCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, T scale, DeviceMatrix<T> dLogits) => throw new NotImplementedException();
}
