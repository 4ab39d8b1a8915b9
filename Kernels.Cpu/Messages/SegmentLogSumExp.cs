namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) => throw new NotImplementedException();
}
