namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output) => throw new NotImplementedException();
}
