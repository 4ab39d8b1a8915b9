namespace Native.Kernels.Cpu;

internal sealed partial class CpuUpdateKernels<T>
{
    protected override void AdamCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options) => throw new NotImplementedException();
}
