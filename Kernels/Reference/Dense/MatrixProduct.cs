namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void MatrixProductCore(DeviceMatrix<T> a, Transpose transposeA, DeviceMatrix<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate)
    {
        Cells<T> left = a, right = b, product = c;
        var inner = transposeA == Transpose.No ? a.Columns : a.Rows;
        for (long i = 0; i < c.Rows; i++)
        {
            for (long j = 0; j < c.Columns; j++)
            {
                var sum = accumulate ? product[i, j] : 0;
                for (long k = 0; k < inner; k++)
                {
                    sum += (transposeA == Transpose.No ? left[i, k] : left[k, i]) * (transposeB == Transpose.No ? right[k, j] : right[j, k]);
                }

                product[i, j] = sum;
            }
        }
    }
}
