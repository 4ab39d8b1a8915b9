namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Product of rows with the matrix of their group: <c>c_i = a_i · op(b_g)</c>, or <c>c_i += a_i · op(b_g)</c>, where <c>g</c> is the group of row
    /// <c>i</c>: a weight for each edge type or expert. Groups may be of any size, empty too. NaN and infinities propagate within their row;
    /// <c>k = 0</c> gives 0 (or leaves <c>c</c>).
    /// </summary>
    /// <param name="groups">Group of every row, <c>[M]</c> rows and <c>G</c> groups; sorted, so that the rows of a group follow each other.</param>
    /// <param name="a">Rows <c>[M, k]</c>.</param>
    /// <param name="b"><c>op(b_g)</c> is <c>[k, n]</c>; a batch of <c>G</c>.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read.</param>
    /// <param name="c">Product <c>[M, n]</c>; overwritten, or added to if <paramref name="accumulate"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    /// <exception cref="ArgumentException">
    /// Rows are not sorted by group, shapes do not fit, or <paramref name="c"/> overlaps a factor; nothing has been written.
    /// </exception>
    public void GroupedMatrixProduct(DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate = false)
    {
        CheckGroups(groups);
        Check.Matrix(Device, a, groups.Edges, a.Columns);
        Check.Output(Device, c, groups.Edges, c.Columns);
        Check.Batch(Device, b, groups.Nodes);
        Check.Matrix(Device, b.First, transposeB == Transpose.No ? a.Columns : c.Columns, transposeB == Transpose.No ? c.Columns : a.Columns, nameof(b));
        Check.Apart(c, a);
        Check.Apart(c, b.Hull(), nameof(c), nameof(b));
        GroupedMatrixProductCore(groups, a, b, transposeB, c, accumulate);
    }

    /// <summary>
    /// Gradient of <see cref="GroupedMatrixProduct"/>: <c>da_i = dc_i · op(b_g)ᵀ</c> and <c>d op(b_g) += Σ_{i in g} a_iᵀ dc_i</c>.
    /// </summary>
    /// <param name="groups">Group of every row, <c>[M]</c>, sorted.</param>
    /// <param name="a">Rows <c>[M, k]</c>; may be absent when <paramref name="db"/> is.</param>
    /// <param name="b">A batch of <c>G</c>; may be absent when <paramref name="da"/> is.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read, and those of <paramref name="db"/> written.</param>
    /// <param name="dc">Gradient of the product, <c>[M, n]</c>.</param>
    /// <param name="da">Gradient of the rows, <c>[M, k]</c>; overwritten; may be absent.</param>
    /// <param name="db">Gradients of the matrices, shaped as those of <paramref name="b"/>, apart from each other; accumulates; may be absent.</param>
    /// <exception cref="ArgumentException">
    /// Rows are not sorted by group, shapes do not fit, or an output overlaps itself or another argument; nothing has been written.
    /// </exception>
    public void GroupedMatrixProductBackward(
        DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> dc, DeviceMatrix<T> da, DeviceMatrixBatch<T> db)
    {
        CheckGroups(groups);
        Check.Matrix(Device, dc, groups.Edges, dc.Columns);
        if (!da.IsAbsent)
        {
            Check.Output(Device, da, groups.Edges, da.Columns);
            Check.Batch(Device, b, groups.Nodes);
            Check.Matrix(Device, b.First, transposeB == Transpose.No ? da.Columns : dc.Columns, transposeB == Transpose.No ? dc.Columns : da.Columns, nameof(b));
            Check.Apart(da, dc);
            Check.Apart(da, b.Hull(), nameof(da), nameof(b));
            Check.Apart(da, a);
        }

        if (!db.IsAbsent)
        {
            Check.Matrix(Device, a, groups.Edges, da.IsAbsent ? a.Columns : da.Columns);
            Check.OutputBatch(Device, db, groups.Nodes, transposeB == Transpose.No ? a.Columns : dc.Columns, transposeB == Transpose.No ? dc.Columns : a.Columns);
            Check.Apart(db.Hull(), dc, nameof(db));
            Check.Apart(db.Hull(), a, nameof(db));
            Check.Apart(db.Hull(), da, nameof(db));
            Check.Apart(db.Hull(), b.Hull(), nameof(db), nameof(b));
        }

        GroupedMatrixProductBackwardCore(groups, a, b, transposeB, dc, da, db);
    }

    /// <summary>Device side of <see cref="GroupedMatrixProduct"/>; arguments are checked.</summary>
    protected abstract void GroupedMatrixProductCore(DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate);

    /// <summary>Device side of <see cref="GroupedMatrixProductBackward"/>; arguments are checked.</summary>
    protected abstract void GroupedMatrixProductBackwardCore(
        DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> dc, DeviceMatrix<T> da, DeviceMatrixBatch<T> db);

    private void CheckGroups(DeviceEdgeIndex groups)
    {
        Check.Index(Device, groups);
        if (!groups.Host.IsSorted)
        {
            throw new ArgumentException("groups: expected the rows of each group to follow each other (a sorted index), but they do not.", nameof(groups));
        }
    }
}
