namespace Native.Kernels;

/// <summary>
/// Matrices of one shape in one <see cref="DeviceTensor{T}"/>, a fixed distance apart: element <c>(i, j)</c> of matrix <c>g</c> is element
/// <c>offset + g·batchStride + i·stride + j</c> of the tensor. The matrices may follow each other, or stand side by side as the heads of attention do;
/// a distance of 0 repeats one matrix.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly struct DeviceMatrixBatch<T>
    where T : unmanaged
{
    /// <summary>Matrices at any distance.</summary>
    /// <param name="first">The first matrix.</param>
    /// <param name="count">Number of matrices, ≥ 0.</param>
    /// <param name="batchStride">Elements from one matrix to the next, ≥ 0; 0 to repeat the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the last matrix leaves the tensor.</exception>
    public DeviceMatrixBatch(DeviceMatrix<T> first, long count, long batchStride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(batchStride);
        First = first;
        Count = count;
        BatchStride = batchStride;
        if (count > 1)
        {
            // Checks that the last one lies inside.
            _ = At(count - 1);
        }
    }

    /// <summary>The first matrix.</summary>
    public DeviceMatrix<T> First { get; }

    /// <summary>Number of matrices.</summary>
    public long Count { get; }

    /// <summary>Elements from one matrix to the next; 0 repeats one matrix.</summary>
    public long BatchStride { get; }

    /// <summary>Rows of each matrix.</summary>
    public long Rows => First.Rows;

    /// <summary>Columns of each matrix.</summary>
    public long Columns => First.Columns;

    /// <summary>True for <c>default</c>: an optional argument that is not given.</summary>
    public bool IsAbsent => First.IsAbsent;

    /// <summary>Matrix <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such matrix.</exception>
    public DeviceMatrix<T> this[long index] => index >= 0 && index < Count
        ? At(index)
        : throw new ArgumentOutOfRangeException(nameof(index), $"index: expected a matrix in [0, {Count}), but got {index}.");

    /// <summary>The rows of a matrix in <paramref name="count"/> equal blocks, one below the other: a weight for each edge type, say.</summary>
    /// <exception cref="ArgumentException">The rows do not divide into so many blocks.</exception>
    public static DeviceMatrixBatch<T> OfRows(DeviceMatrix<T> matrix, long count) =>
        new(matrix.RowRange(0, Share(matrix.Rows, count, "rows")), count, matrix.Rows / count * matrix.Stride);

    /// <summary>The columns of a matrix in <paramref name="count"/> equal blocks, side by side: the heads of attention.</summary>
    /// <exception cref="ArgumentException">The columns do not divide into so many blocks.</exception>
    public static DeviceMatrixBatch<T> OfColumns(DeviceMatrix<T> matrix, long count) =>
        new(matrix.ColumnRange(0, Share(matrix.Columns, count, "columns")), count, matrix.Columns / count);

    /// <summary>One matrix <paramref name="count"/> times.</summary>
    public static DeviceMatrixBatch<T> Repeat(DeviceMatrix<T> matrix, long count) => new(matrix, count, 0);

    /// <summary>For devices whose memory the host can address: the elements as views (absent if this batch is).</summary>
    /// <exception cref="InvalidOperationException">The memory is not addressable by the host.</exception>
    public MatrixBatchView<T> View() => IsAbsent ? default : new MatrixBatchView<T>(First.View(), (nint)Count, (nint)BatchStride);

    /// <summary>True when no two matrices share an element, as those that a kernel writes must not.</summary>
    public bool AreApart => BatchShape.Arrange(Rows, Columns, First.Stride, Count, BatchStride) != BatchArrangement.Overlapping;

    /// <summary>A matrix that holds all of them: the one whose blocks they are, or all memory from the first element to the last.</summary>
    public DeviceMatrix<T> Hull()
    {
        var (rows, columns, stride) = BatchShape.Hull(Rows, Columns, First.Stride, Count, BatchStride);
        return IsAbsent ? default : new DeviceMatrix<T>(First.Tensor, First.Offset, rows, columns, stride);
    }

    // Matrices without elements need no memory, wherever they are said to stand.
    private DeviceMatrix<T> At(long index) =>
        Rows == 0 || Columns == 0 ? First : new DeviceMatrix<T>(First.Tensor, checked(First.Offset + index * BatchStride), Rows, Columns, First.Stride);

    private static long Share(long size, long count, string what) => count > 0 && size % count == 0
        ? size / count
        : throw new ArgumentException($"count: expected a divisor of the {size} {what}, but got {count}.", nameof(count));
}
