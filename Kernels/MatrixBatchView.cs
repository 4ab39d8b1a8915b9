namespace Native.Kernels;

/// <summary>
/// Writable matrices of one shape in memory that somebody else owns, a fixed distance apart: element <c>(i, j)</c> of matrix <c>g</c> is
/// <c>first[g·batchStride + i·stride + j]</c>. The matrices may follow each other, or stand side by side as the heads of attention do.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct MatrixBatchView<T>
    where T : unmanaged
{
    /// <summary>Matrices at any distance; that they lie in the memory of <paramref name="first"/> is the caller's to know.</summary>
    /// <param name="first">The first matrix.</param>
    /// <param name="count">Number of matrices, ≥ 0.</param>
    /// <param name="batchStride">Elements from one matrix to the next, ≥ 0; 0 to repeat the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public MatrixBatchView(MatrixView<T> first, nint count, nint batchStride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(batchStride);
        First = first;
        Count = count;
        BatchStride = batchStride;
    }

    /// <summary>Contiguous matrices that follow each other in a span.</summary>
    /// <param name="values">At least <c>count · rows · columns</c> elements.</param>
    /// <param name="count">Number of matrices, ≥ 0.</param>
    /// <param name="rows">Rows of each, ≥ 0.</param>
    /// <param name="columns">Columns of each, ≥ 0.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public MatrixBatchView(Span<T> values, nint count, nint rows, nint columns)
        : this(new MatrixView<T>(values, checked(count * rows), columns).RowRange(0, count == 0 ? 0 : rows), count, rows * columns)
    {
    }

    /// <summary>The first matrix.</summary>
    public MatrixView<T> First { get; }

    /// <summary>Number of matrices.</summary>
    public nint Count { get; }

    /// <summary>Elements from one matrix to the next; 0 repeats one matrix.</summary>
    public nint BatchStride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => First.IsAbsent;

    /// <summary>True when no two matrices share an element, as those that a kernel writes must not.</summary>
    public bool AreApart => BatchShape.Arrange(First.Rows, First.Columns, First.Stride, Count, BatchStride) != BatchArrangement.Overlapping;

    /// <summary>A matrix that holds all of them: the one whose blocks they are, or all memory from the first element to the last.</summary>
    public MatrixView<T> Hull()
    {
        var (rows, columns, stride) = BatchShape.Hull(First.Rows, First.Columns, First.Stride, Count, BatchStride);
        return IsAbsent ? default : new MatrixView<T>(ref First.First, (nint)rows, (nint)columns, (nint)stride);
    }

    /// <summary>The same matrices, read only.</summary>
    public static implicit operator ReadOnlyMatrixBatchView<T>(MatrixBatchView<T> view) =>
        view.IsAbsent ? default : new ReadOnlyMatrixBatchView<T>(view.First, view.Count, view.BatchStride);
}

/// <summary>Read-only matrices of one shape in memory that somebody else owns; see <see cref="MatrixBatchView{T}"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct ReadOnlyMatrixBatchView<T>
    where T : unmanaged
{
    /// <inheritdoc cref="MatrixBatchView{T}(MatrixView{T}, nint, nint)"/>
    public ReadOnlyMatrixBatchView(ReadOnlyMatrixView<T> first, nint count, nint batchStride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(batchStride);
        First = first;
        Count = count;
        BatchStride = batchStride;
    }

    /// <inheritdoc cref="MatrixBatchView{T}(Span{T}, nint, nint, nint)"/>
    public ReadOnlyMatrixBatchView(ReadOnlySpan<T> values, nint count, nint rows, nint columns)
        : this(new ReadOnlyMatrixView<T>(values, checked(count * rows), columns).RowRange(0, count == 0 ? 0 : rows), count, rows * columns)
    {
    }

    /// <summary>The first matrix.</summary>
    public ReadOnlyMatrixView<T> First { get; }

    /// <summary>Number of matrices.</summary>
    public nint Count { get; }

    /// <summary>Elements from one matrix to the next; 0 repeats one matrix.</summary>
    public nint BatchStride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => First.IsAbsent;

    /// <summary>A matrix that holds all of them: the one whose blocks they are, or all memory from the first element to the last.</summary>
    public ReadOnlyMatrixView<T> Hull()
    {
        var (rows, columns, stride) = BatchShape.Hull(First.Rows, First.Columns, First.Stride, Count, BatchStride);
        return IsAbsent ? default : new ReadOnlyMatrixView<T>(in First.First, (nint)rows, (nint)columns, (nint)stride);
    }
}

/// <summary>How matrices of one shape, a fixed distance apart, lie to each other.</summary>
internal enum BatchArrangement
{
    /// <summary>Some share elements.</summary>
    Overlapping,

    /// <summary>One after the other.</summary>
    Separate,

    /// <summary>Blocks of columns of one matrix.</summary>
    SideBySide,

    /// <summary>Blocks of rows of one matrix.</summary>
    Stacked,
}

internal static class BatchShape
{
    public static BatchArrangement Arrange(long rows, long columns, long stride, long count, long batchStride)
    {
        if (stride > 0 && batchStride % stride == 0 && batchStride / stride >= rows)
        {
            return BatchArrangement.Stacked;
        }

        if (batchStride >= columns && (count - 1) * batchStride + columns <= stride)
        {
            return BatchArrangement.SideBySide;
        }

        return count <= 1 || rows == 0 || columns == 0 || batchStride >= (rows - 1) * stride + columns ? BatchArrangement.Separate : BatchArrangement.Overlapping;
    }

    /// <summary>Shape of a matrix with the first element and the stride of the batch's first that holds all matrices, tightly when their arrangement is regular.</summary>
    public static (long Rows, long Columns, long Stride) Hull(long rows, long columns, long stride, long count, long batchStride)
    {
        if (count <= 1 || batchStride == 0 || rows == 0 || columns == 0)
        {
            return (count == 0 ? 0 : rows, columns, stride);
        }

        var last = (count - 1) * batchStride;
        return Arrange(rows, columns, stride, count, batchStride) switch
        {
            BatchArrangement.Stacked => (last / stride + rows, columns, stride),
            BatchArrangement.SideBySide => (rows, last + columns, stride),
            _ => (1, last + (rows - 1) * stride + columns, 0),
        };
    }
}
