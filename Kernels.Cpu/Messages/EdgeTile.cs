namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void EdgeTileMessagesCore<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void EdgeTileReduceCore<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg) => throw new NotImplementedException();

    protected override void EdgeTileExtremumBackwardCore(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) => throw new NotImplementedException();
}
