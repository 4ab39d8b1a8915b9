namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void MatrixProductCore(DeviceMatrix<T> a, Transpose transposeA, DeviceMatrix<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate) => throw new NotImplementedException();
}
