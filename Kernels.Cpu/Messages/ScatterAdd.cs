namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) => throw new NotImplementedException();
}
