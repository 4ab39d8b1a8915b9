namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void GroupedMatrixProductCore(DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate)
    {
        for (var g = 0; g < groups.Nodes; g++)
        {
            var (first, count) = (groups.Host.Offsets[g], groups.Host.Degree(g));
            MatrixProductCore(a.RowRange(first, count), Transpose.No, b[g], transposeB, c.RowRange(first, count), accumulate);
        }
    }

    protected override void GroupedMatrixProductBackwardCore(
        DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> dc, DeviceMatrix<T> da, DeviceMatrixBatch<T> db)
    {
        for (var g = 0; g < groups.Nodes; g++)
        {
            var (first, count) = (groups.Host.Offsets[g], groups.Host.Degree(g));
            var dRows = dc.RowRange(first, count);
            if (!da.IsAbsent)
            {
                MatrixProductCore(dRows, Transpose.No, b[g], transposeB == Transpose.No ? Transpose.Yes : Transpose.No, da.RowRange(first, count), accumulate: false);
            }

            if (!db.IsAbsent)
            {
                var rows = a.RowRange(first, count);
                if (transposeB == Transpose.No)
                {
                    MatrixProductCore(rows, Transpose.Yes, dRows, Transpose.No, db[g], accumulate: true);
                }
                else
                {
                    MatrixProductCore(dRows, Transpose.Yes, rows, Transpose.No, db[g], accumulate: true);
                }
            }
        }
    }
}
