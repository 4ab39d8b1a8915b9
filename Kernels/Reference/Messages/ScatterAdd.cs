namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) => throw new NotImplementedException();
}
