namespace Native.Kernels.Cpu;

internal sealed partial class CpuUpdateKernels<T>
{
    protected override void SgdCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options) => throw new NotImplementedException();
}
