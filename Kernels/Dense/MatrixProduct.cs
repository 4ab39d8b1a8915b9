namespace Native.Kernels;

/// <summary>Whether a factor of a matrix product is read as it stands or transposed.</summary>
public enum Transpose
{
    /// <summary>As it stands.</summary>
    No,

    /// <summary>Transposed: rows become columns.</summary>
    Yes,
}

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Matrix product: <c>c = op(a) · op(b)</c>, or <c>c += op(a) · op(b)</c>. NaN and infinities propagate as in exact order of summation over blocks of <c>k</c>;
    /// <c>k = 0</c> gives 0 (or leaves <c>c</c>).
    /// </summary>
    /// <param name="a"><c>op(a)</c> is <c>[m, k]</c>.</param>
    /// <param name="transposeA">How <paramref name="a"/> is read.</param>
    /// <param name="b"><c>op(b)</c> is <c>[k, n]</c>.</param>
    /// <param name="transposeB">How <paramref name="b"/> is read.</param>
    /// <param name="c">Product <c>[m, n]</c>; overwritten, or added to if <paramref name="accumulate"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    public void MatrixProduct(DeviceMatrix<T> a, Transpose transposeA, DeviceMatrix<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate = false)
    {
        Check.Present(Device, a);
        var inner = transposeA == Transpose.No ? a.Columns : a.Rows;
        Check.Output(Device, c, transposeA == Transpose.No ? a.Rows : a.Columns, c.Columns);
        Check.Matrix(Device, b, transposeB == Transpose.No ? inner : c.Columns, transposeB == Transpose.No ? c.Columns : inner);
        Check.Apart(c, a);
        Check.Apart(c, b);
        MatrixProductCore(a, transposeA, b, transposeB, c, accumulate);
    }

    /// <summary>Device side of <see cref="MatrixProduct"/>; arguments are checked.</summary>
    protected abstract void MatrixProductCore(DeviceMatrix<T> a, Transpose transposeA, DeviceMatrix<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate);
}
