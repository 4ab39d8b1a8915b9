namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void BatchedMatrixProductCore(DeviceMatrixBatch<T> a, Transpose transposeA, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrixBatch<T> c, bool accumulate)
    {
        for (long g = 0; g < c.Count; g++)
        {
            MatrixProductCore(a[g], transposeA, b[g], transposeB, c[g], accumulate);
        }
    }
}
