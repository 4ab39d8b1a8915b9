namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output) => throw new NotImplementedException();
}
