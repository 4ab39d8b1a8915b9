namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();
}
