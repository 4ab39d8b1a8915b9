namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output) => throw new NotImplementedException();
}
