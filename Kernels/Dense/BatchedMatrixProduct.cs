namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Products of matrices pair by pair: <c>c_g = op(a_g) · op(b_g)</c>, or <c>c_g += op(a_g) · op(b_g)</c>, for every <c>g</c> of the batch. Each as
    /// <see cref="MatrixProduct"/>: NaN and infinities propagate, <c>k = 0</c> gives 0 (or leaves <c>c</c>).
    /// </summary>
    /// <remarks>
    /// The gradient is two more such products: <c>da = dc · op(b)ᵀ</c> and <c>db += op(a)ᵀ · dc</c>, with the transpositions that follow. For a factor
    /// that all products share (batch stride 0) the gradients add up, which is one <see cref="MatrixProduct"/> of the stacked matrices.
    /// </remarks>
    /// <param name="a"><c>op(a_g)</c> is <c>[m, k]</c>; batch stride 0 for one matrix in all products.</param>
    /// <param name="transposeA">How the matrices of <paramref name="a"/> are read.</param>
    /// <param name="b"><c>op(b_g)</c> is <c>[k, n]</c>; batch stride 0 for one matrix in all products.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read.</param>
    /// <param name="c">Products <c>[m, n]</c>, apart from each other; overwritten, or added to if <paramref name="accumulate"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    /// <exception cref="ArgumentException">Counts or shapes do not fit, or <paramref name="c"/> overlaps itself or a factor; nothing has been written.</exception>
    public void BatchedMatrixProduct(DeviceMatrixBatch<T> a, Transpose transposeA, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrixBatch<T> c, bool accumulate = false)
    {
        Check.Batch(Device, a, c.Count);
        var rows = transposeA == Transpose.No ? a.Rows : a.Columns;
        var inner = transposeA == Transpose.No ? a.Columns : a.Rows;
        Check.OutputBatch(Device, c, c.Count, rows, c.Columns);
        Check.Batch(Device, b, c.Count);
        Check.Matrix(Device, b.First, transposeB == Transpose.No ? inner : c.Columns, transposeB == Transpose.No ? c.Columns : inner, nameof(b));
        Check.Apart(c.Hull(), a.Hull(), nameof(c), nameof(a));
        Check.Apart(c.Hull(), b.Hull(), nameof(c), nameof(b));
        BatchedMatrixProductCore(a, transposeA, b, transposeB, c, accumulate);
    }

    /// <summary>Device side of <see cref="BatchedMatrixProduct"/>; arguments are checked.</summary>
    protected abstract void BatchedMatrixProductCore(DeviceMatrixBatch<T> a, Transpose transposeA, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrixBatch<T> c, bool accumulate);
}
