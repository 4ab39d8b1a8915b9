namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) => throw new NotImplementedException();

    protected override void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) => throw new NotImplementedException();
}
