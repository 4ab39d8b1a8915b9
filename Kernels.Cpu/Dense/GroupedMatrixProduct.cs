using System.Numerics;

namespace Native.Kernels.Cpu;

public static partial class Dense
{
    /// <summary>
    /// Product of rows with the matrix of their group: <c>c_i = a_i · op(b_g)</c>, or <c>c_i += a_i · op(b_g)</c>, for the rows
    /// <c>offsets[g] ≤ i &lt; offsets[g + 1]</c> of every group <c>g</c>: a weight for each edge type or expert.
    /// </summary>
    /// <remarks>Each group as <see cref="MatrixProduct"/>; groups may be of any size, empty too.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="offsets">First row of every group and the end of the last, <c>[G + 1]</c>: from 0 to <c>M</c>, none below the one before.</param>
    /// <param name="a">Rows <c>[M, k]</c>.</param>
    /// <param name="b"><c>op(b_g)</c> is <c>[k, n]</c>; a batch of <c>G</c>.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read.</param>
    /// <param name="c">Product <c>[M, n]</c>; overwritten, or added to if <paramref name="accumulate"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Offsets, counts or shapes do not fit, or <paramref name="c"/> overlaps a factor; nothing has been written.</exception>
    public static unsafe void GroupedMatrixProduct<T>(
        ReadOnlySpan<long> offsets,
        ReadOnlyMatrixView<T> a,
        ReadOnlyMatrixBatchView<T> b,
        Transpose transposeB,
        MatrixView<T> c,
        bool accumulate = false,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProductCheck.Offsets(offsets, a.Rows);
        MatrixProductCheck.Batch(b, offsets.Length - 1, nameof(b));
        var (rows, columns, depth) = MatrixProductCheck.Shape(a, Transpose.No, b.First, transposeB, nameof(b));
        MatrixProductCheck.Output(c, rows, columns, nameof(c));
        MatrixProductCheck.Apart(c, a, nameof(c), nameof(a));
        MatrixProductCheck.Apart(c, b.Hull(), nameof(c), nameof(b));
        fixed (long* starts = offsets)
        fixed (T* aFirst = &a.First, bFirst = &b.First.First, cFirst = &c.First)
        {
            var all = new MatrixProductArguments<T>
            {
                Columns = columns,
                Depth = depth,
                A = aFirst,
                AStride = a.Stride,
                B = bFirst,
                BStride = b.First.Stride,
                TransposeB = transposeB == Transpose.Yes,
                C = cFirst,
                CStride = c.Stride,
                Accumulate = accumulate,
            };
            MatrixProducts.Run<T, RowGroups<T>>(new(all, starts, offsets.Length - 1, b.BatchStride), threads);
        }
    }

    /// <summary>
    /// Gradient of <see cref="GroupedMatrixProduct"/>: <c>da_i = dc_i · op(b_g)ᵀ</c> and <c>d op(b_g) += Σ_{i in g} a_iᵀ dc_i</c>.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="offsets">Those of the forward call.</param>
    /// <param name="a">Rows <c>[M, k]</c>; may be absent when <paramref name="db"/> is.</param>
    /// <param name="b">A batch of <c>G</c>; may be absent when <paramref name="da"/> is.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read, and those of <paramref name="db"/> written.</param>
    /// <param name="dc">Gradient of the product, <c>[M, n]</c>.</param>
    /// <param name="da">Gradient of the rows, <c>[M, k]</c>; overwritten; may be absent.</param>
    /// <param name="db">Gradients of the matrices, shaped as those of <paramref name="b"/>, apart from each other; accumulates; may be absent.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">
    /// Offsets, counts or shapes do not fit, or an output overlaps itself or another argument; nothing has been written.
    /// </exception>
    public static unsafe void GroupedMatrixProductBackward<T>(
        ReadOnlySpan<long> offsets,
        ReadOnlyMatrixView<T> a,
        ReadOnlyMatrixBatchView<T> b,
        Transpose transposeB,
        ReadOnlyMatrixView<T> dc,
        MatrixView<T> da = default,
        MatrixBatchView<T> db = default,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProductCheck.Offsets(offsets, dc.Rows);
        if (!db.IsAbsent)
        {
            Argument.Matrix(a, dc.Rows, a.Columns);
            MatrixProductCheck.Batch<T>(db, offsets.Length - 1, nameof(db));
            MatrixProductCheck.OutputBatch(db, transposeB == Transpose.No ? a.Columns : dc.Columns, transposeB == Transpose.No ? dc.Columns : a.Columns, nameof(db));
            MatrixProductCheck.Apart(db.Hull(), a, nameof(db), nameof(a));
            MatrixProductCheck.Apart(db.Hull(), dc, nameof(db), nameof(dc));
            MatrixProductCheck.Apart(db.Hull(), b.Hull(), nameof(db), nameof(b));
            MatrixProductCheck.Apart(db.Hull(), da, nameof(db), nameof(da));
        }

        if (!da.IsAbsent)
        {
            // Checks its arguments before it writes.
            GroupedMatrixProduct(offsets, dc, b, transposeB == Transpose.No ? Transpose.Yes : Transpose.No, da, accumulate: false, threads);
        }

        if (db.IsAbsent)
        {
            return;
        }

        fixed (long* starts = offsets)
        fixed (T* aFirst = &a.First, dcFirst = &dc.First, dbFirst = &db.First.First)
        {
            var all = new MatrixProductArguments<T>
            {
                Rows = db.First.Rows,
                Columns = db.First.Columns,
                TransposeA = true,
                A = transposeB == Transpose.No ? aFirst : dcFirst,
                AStride = transposeB == Transpose.No ? a.Stride : dc.Stride,
                B = transposeB == Transpose.No ? dcFirst : aFirst,
                BStride = transposeB == Transpose.No ? dc.Stride : a.Stride,
                C = dbFirst,
                CStride = db.First.Stride,
                Accumulate = true,
            };
            MatrixProducts.Run<T, DepthGroups<T>>(new(all, starts, offsets.Length - 1, db.BatchStride), threads);
        }
    }

    /// <summary>Each group a range of the rows of A and C, with a B of its own.</summary>
    private readonly unsafe struct RowGroups<T>(MatrixProductArguments<T> all, long* offsets, int count, nint bStep) : IMatrixProducts<T>
        where T : unmanaged
    {
        public int Count => count;

        public MatrixProductArguments<T> this[int index] => all with
        {
            Rows = (nint)(offsets[index + 1] - offsets[index]),
            A = all.A + ((nint)offsets[index] * all.AStride),
            B = all.B + (index * bStep),
            C = all.C + ((nint)offsets[index] * all.CStride),
        };
    }

    /// <summary>Each group a range of the rows of A and B, over which its C sums.</summary>
    private readonly unsafe struct DepthGroups<T>(MatrixProductArguments<T> all, long* offsets, int count, nint cStep) : IMatrixProducts<T>
        where T : unmanaged
    {
        public int Count => count;

        public MatrixProductArguments<T> this[int index] => all with
        {
            Depth = (nint)(offsets[index + 1] - offsets[index]),
            A = all.A + ((nint)offsets[index] * all.AStride),
            B = all.B + ((nint)offsets[index] * all.BStride),
            C = all.C + (index * cStep),
        };
    }
}

internal sealed partial class CpuDenseKernels<T>
{
    protected override void GroupedMatrixProductCore(DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate) =>
        Cpu.Dense.GroupedMatrixProduct<T>(groups.Host.Offsets, a.View(), b.View(), transposeB, c.View(), accumulate, Threads);

    protected override void GroupedMatrixProductBackwardCore(
        DeviceEdgeIndex groups, DeviceMatrix<T> a, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrix<T> dc, DeviceMatrix<T> da, DeviceMatrixBatch<T> db) =>
        Cpu.Dense.GroupedMatrixProductBackward<T>(groups.Host.Offsets, a.View(), b.View(), transposeB, dc.View(), da.View(), db.View(), Threads);
}
