namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void FillCore(DeviceMatrix<T> output, T value) => throw new NotImplementedException();

    protected override void CopyCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => throw new NotImplementedException();

    protected override void AddScaledCore(T alpha, DeviceMatrix<T> x, T beta, DeviceMatrix<T> output) => throw new NotImplementedException();
}
