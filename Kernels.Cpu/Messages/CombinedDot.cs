namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output) => throw new NotImplementedException();
}
