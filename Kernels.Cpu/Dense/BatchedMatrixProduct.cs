using System.Numerics;

namespace Native.Kernels.Cpu;

public static partial class Dense
{
    /// <summary>
    /// Products of matrices pair by pair: <c>c_g = op(a_g) · op(b_g)</c>, or <c>c_g += op(a_g) · op(b_g)</c>, for every <c>g</c> of the batch.
    /// </summary>
    /// <remarks>
    /// Each as <see cref="MatrixProduct"/>. The gradient is two more such products, <c>da = dc · op(b)ᵀ</c> and <c>db += op(a)ᵀ · dc</c>; see
    /// <see cref="DenseKernels{T}.BatchedMatrixProduct"/>.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="a"><c>op(a_g)</c> is <c>[m, k]</c>; batch stride 0 for one matrix in all products.</param>
    /// <param name="transposeA">How the matrices of <paramref name="a"/> are read.</param>
    /// <param name="b"><c>op(b_g)</c> is <c>[k, n]</c>; batch stride 0 for one matrix in all products.</param>
    /// <param name="transposeB">How the matrices of <paramref name="b"/> are read.</param>
    /// <param name="c">Products <c>[m, n]</c>, apart from each other; overwritten, or added to if <paramref name="accumulate"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Counts or shapes do not fit, or <paramref name="c"/> overlaps itself or a factor; nothing has been written.</exception>
    public static unsafe void BatchedMatrixProduct<T>(
        ReadOnlyMatrixBatchView<T> a,
        Transpose transposeA,
        ReadOnlyMatrixBatchView<T> b,
        Transpose transposeB,
        MatrixBatchView<T> c,
        bool accumulate = false,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProductCheck.Batch(a, c.Count, nameof(a));
        MatrixProductCheck.Batch(b, c.Count, nameof(b));
        var (rows, columns, depth) = MatrixProductCheck.Shape(a.First, transposeA, b.First, transposeB, nameof(b));
        MatrixProductCheck.OutputBatch(c, rows, columns, nameof(c));
        MatrixProductCheck.Apart(c.Hull(), a.Hull(), nameof(c), nameof(a));
        MatrixProductCheck.Apart(c.Hull(), b.Hull(), nameof(c), nameof(b));
        fixed (T* aFirst = &a.First.First, bFirst = &b.First.First, cFirst = &c.First.First)
        {
            var first = new MatrixProductArguments<T>
            {
                Rows = rows,
                Columns = columns,
                Depth = depth,
                A = aFirst,
                AStride = a.First.Stride,
                TransposeA = transposeA == Transpose.Yes,
                B = bFirst,
                BStride = b.First.Stride,
                TransposeB = transposeB == Transpose.Yes,
                C = cFirst,
                CStride = c.First.Stride,
                Accumulate = accumulate,
            };
            var count = checked((int)c.Count);
            if (b.BatchStride == 0 && transposeA == Transpose.No && a.BatchStride == rows * a.First.Stride && c.BatchStride == rows * c.First.Stride)
            {
                // The same factor for rows that follow each other: one product.
                first.Rows *= count;
                count = Math.Min(count, 1);
            }

            MatrixProducts.Run<T, Batch<T>>(new(first, count, a.BatchStride, b.BatchStride, c.BatchStride), threads);
        }
    }

    private readonly unsafe struct Batch<T>(MatrixProductArguments<T> first, int count, nint aStep, nint bStep, nint cStep) : IMatrixProducts<T>
        where T : unmanaged
    {
        public int Count => count;

        public MatrixProductArguments<T> this[int index] => first with
        {
            A = first.A + (index * aStep),
            B = first.B + (index * bStep),
            C = first.C + (index * cStep),
        };
    }
}

internal sealed partial class CpuDenseKernels<T>
{
    protected override void BatchedMatrixProductCore(DeviceMatrixBatch<T> a, Transpose transposeA, DeviceMatrixBatch<T> b, Transpose transposeB, DeviceMatrixBatch<T> c, bool accumulate) =>
        Cpu.Dense.BatchedMatrixProduct<T>(a.View(), transposeA, b.View(), transposeB, c.View(), accumulate, Threads);
}
