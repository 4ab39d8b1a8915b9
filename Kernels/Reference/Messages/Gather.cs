namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();
}
