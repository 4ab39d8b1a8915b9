namespace Native.Kernels.Cpu;

internal sealed partial class CpuMessageKernels<T>
{
    protected override void AggregateCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) => throw new NotImplementedException();

    protected override void AggregateBackwardCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights) => throw new NotImplementedException();
}
