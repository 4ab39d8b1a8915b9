using System.Diagnostics.CodeAnalysis;

namespace Native.Kernels;

/// <summary>
/// A two-dimensional view of a <see cref="DeviceTensor{T}"/>: element <c>(i, j)</c> is element <c>offset + i·stride + j</c> of the tensor.
/// Column ranges of a weight, row ranges of a batch and a row repeated for every node (stride 0) need no copy. A tensor converts to the
/// matrix <c>[Shape[0], product of the rest]</c>; <c>default</c> (or a null tensor) stands for an optional argument that is not given.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly struct DeviceMatrix<T>
    where T : unmanaged
{
    private readonly DeviceTensor<T>? _tensor;

    /// <summary>A view of part of a tensor.</summary>
    /// <param name="tensor">The tensor; not owned.</param>
    /// <param name="offset">Element (0, 0), counted in elements from the tensor's start.</param>
    /// <param name="rows">Number of rows, ≥ 0.</param>
    /// <param name="columns">Number of columns, ≥ 0.</param>
    /// <param name="stride">Elements from one row to the next: at least <paramref name="columns"/>, or 0 to repeat one row.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view leaves the tensor, or its rows overlap.</exception>
    public DeviceMatrix(DeviceTensor<T> tensor, long offset, long rows, long columns, long stride)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (stride < columns && stride != 0 && rows > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(stride), $"stride: expected at least the {columns} columns (or 0 to repeat one row), but got {stride}.");
        }

        var end = rows == 0 || columns == 0 ? offset : checked(offset + (rows - 1) * stride + columns);
        if (end > tensor.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), $"The view needs {end} elements of {tensor}, which has {tensor.Count}.");
        }

        _tensor = tensor;
        Offset = offset;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    private DeviceMatrix(DeviceTensor<T> whole)
    {
        _tensor = whole;
        Rows = whole.Rows;
        Columns = whole.Columns;
        Stride = whole.Columns;
    }

    /// <summary>The tensor that holds the elements.</summary>
    /// <exception cref="InvalidOperationException">The matrix is absent.</exception>
    public DeviceTensor<T> Tensor => _tensor ?? throw new InvalidOperationException("The matrix is absent.");

    /// <summary>Element (0, 0), counted in elements from the tensor's start.</summary>
    public long Offset { get; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Number of columns.</summary>
    public long Columns { get; }

    /// <summary>Elements from one row to the next; 0 repeats one row.</summary>
    public long Stride { get; }

    /// <summary>True for <c>default</c>: an optional argument that is not given.</summary>
    [MemberNotNullWhen(false, nameof(_tensor))]
    public bool IsAbsent => _tensor is null;

    /// <summary>The rows <c>[start, start + count)</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the matrix.</exception>
    public DeviceMatrix<T> RowRange(long start, long count)
    {
        CheckRange(start, count, Rows);
        return new DeviceMatrix<T>(Tensor, Offset + start * Stride, count, Columns, Stride);
    }

    /// <summary>The columns <c>[start, start + count)</c> of every row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the matrix.</exception>
    public DeviceMatrix<T> ColumnRange(long start, long count)
    {
        CheckRange(start, count, Columns);
        return new DeviceMatrix<T>(Tensor, Offset + start, Rows, count, Stride);
    }

    /// <summary>One row seen as a matrix of <paramref name="rows"/> equal rows (stride 0).</summary>
    /// <exception cref="InvalidOperationException">The matrix does not have exactly one row.</exception>
    public DeviceMatrix<T> Repeat(long rows) =>
        Rows == 1
            ? new DeviceMatrix<T>(Tensor, Offset, rows, Columns, 0)
            : throw new InvalidOperationException($"Only a matrix of one row can be repeated; this one has {Rows}.");

    /// <summary>For devices whose memory the host can address: the elements as a span-like view (absent if this matrix is).</summary>
    /// <exception cref="InvalidOperationException">The memory is not addressable by the host.</exception>
    public unsafe MatrixView<T> View()
    {
        if (IsAbsent)
        {
            return default;
        }

        var pointer = Tensor.Pointer;
        return pointer is null
            ? throw new InvalidOperationException($"{Tensor} is not in memory that the host can address; download it.")
            : new MatrixView<T>(ref pointer[Offset], (nint)Rows, (nint)Columns, (nint)Stride);
    }

    /// <summary>The whole tensor as <c>[Shape[0], product of the rest]</c>; null gives an absent matrix.</summary>
    public static implicit operator DeviceMatrix<T>(DeviceTensor<T>? tensor) =>
        tensor is null ? default : new DeviceMatrix<T>(tensor);

    private static void CheckRange(long start, long count, long size)
    {
        if (start < 0 || count < 0 || start > size - count)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"start, count: expected a range inside [0, {size}), but got [{start}, {start + count}).");
        }
    }
}
