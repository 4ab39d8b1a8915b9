using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// A writable row-major matrix in memory that somebody else owns: element <c>(i, j)</c> is <c>first[i·stride + j]</c>.
/// Element offsets are native-sized, so matrices of more than 2³¹ elements work, and a slice of columns (a head, say) needs no copy.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct MatrixView<T>
    where T : unmanaged
{
    private readonly ref T _first;

    /// <summary>A view of native memory or of a pinned array.</summary>
    /// <param name="first">Element (0, 0).</param>
    /// <param name="rows">Number of rows, ≥ 0.</param>
    /// <param name="columns">Number of columns, ≥ 0.</param>
    /// <param name="stride">Elements from one row to the next, ≥ <paramref name="columns"/>, or 0 to repeat one row.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or rows overlap.</exception>
    public MatrixView(ref T first, nint rows, nint columns, nint stride)
    {
        ViewCheck.Sizes(rows, columns, stride);
        _first = ref first;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>A contiguous view of a span.</summary>
    /// <param name="values">At least <c>rows · columns</c> elements.</param>
    /// <param name="rows">Number of rows, ≥ 0.</param>
    /// <param name="columns">Number of columns, ≥ 0.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public MatrixView(Span<T> values, nint rows, nint columns)
        : this(ref MemoryMarshal.GetReference(values), rows, columns, columns)
    {
        ViewCheck.Length(values.Length, rows, columns);
    }

    /// <summary>Number of rows.</summary>
    public nint Rows { get; }

    /// <summary>Number of columns.</summary>
    public nint Columns { get; }

    /// <summary>Elements from one row to the next; 0 repeats one row.</summary>
    public nint Stride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => Unsafe.IsNullRef(ref _first);

    /// <summary>Element (0, 0); a null reference when absent.</summary>
    public ref T First => ref _first;

    /// <summary>Element (<paramref name="row"/>, <paramref name="column"/>); not range-checked.</summary>
    public ref T this[nint row, nint column] => ref Unsafe.Add(ref _first, row * Stride + column);

    /// <summary>The columns <c>[start, start + count)</c> of every row, without a copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the matrix.</exception>
    public MatrixView<T> ColumnRange(nint start, nint count)
    {
        ViewCheck.Range(start, count, Columns);
        return new MatrixView<T>(ref Unsafe.Add(ref _first, start), Rows, count, Stride);
    }

    /// <summary>The rows <c>[start, start + count)</c>, without a copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the matrix.</exception>
    public MatrixView<T> RowRange(nint start, nint count)
    {
        ViewCheck.Range(start, count, Rows);
        return new MatrixView<T>(ref Unsafe.Add(ref _first, start * Stride), count, Columns, Stride);
    }

    /// <summary>The same matrix, read only.</summary>
    public static implicit operator ReadOnlyMatrixView<T>(MatrixView<T> view) =>
        view.IsAbsent ? default : new ReadOnlyMatrixView<T>(in view._first, view.Rows, view.Columns, view.Stride);
}

/// <summary>A read-only row-major matrix in memory that somebody else owns; see <see cref="MatrixView{T}"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct ReadOnlyMatrixView<T>
    where T : unmanaged
{
    private readonly ref readonly T _first;

    /// <inheritdoc cref="MatrixView{T}(ref T, nint, nint, nint)"/>
    public ReadOnlyMatrixView(ref readonly T first, nint rows, nint columns, nint stride)
    {
        ViewCheck.Sizes(rows, columns, stride);
        _first = ref first;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <inheritdoc cref="MatrixView{T}(Span{T}, nint, nint)"/>
    public ReadOnlyMatrixView(ReadOnlySpan<T> values, nint rows, nint columns)
        : this(in MemoryMarshal.GetReference(values), rows, columns, columns)
    {
        ViewCheck.Length(values.Length, rows, columns);
    }

    /// <summary>Number of rows.</summary>
    public nint Rows { get; }

    /// <summary>Number of columns.</summary>
    public nint Columns { get; }

    /// <summary>Elements from one row to the next; 0 repeats one row.</summary>
    public nint Stride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => Unsafe.IsNullRef(in _first);

    /// <summary>Element (0, 0); a null reference when absent.</summary>
    public ref readonly T First => ref _first;

    /// <summary>Element (<paramref name="row"/>, <paramref name="column"/>); not range-checked.</summary>
    public ref readonly T this[nint row, nint column] => ref Unsafe.Add(ref Unsafe.AsRef(in _first), row * Stride + column);

    /// <inheritdoc cref="MatrixView{T}.ColumnRange"/>
    public ReadOnlyMatrixView<T> ColumnRange(nint start, nint count)
    {
        ViewCheck.Range(start, count, Columns);
        return new ReadOnlyMatrixView<T>(in Unsafe.Add(ref Unsafe.AsRef(in _first), start), Rows, count, Stride);
    }

    /// <inheritdoc cref="MatrixView{T}.RowRange"/>
    public ReadOnlyMatrixView<T> RowRange(nint start, nint count)
    {
        ViewCheck.Range(start, count, Rows);
        return new ReadOnlyMatrixView<T>(in Unsafe.Add(ref Unsafe.AsRef(in _first), start * Stride), count, Columns, Stride);
    }
}

internal static class ViewCheck
{
    public static void Sizes(nint rows, nint columns, nint stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (stride < columns && stride != 0 && rows > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(stride), $"stride: expected at least the {columns} columns (or 0 to repeat one row), but got {stride}.");
        }
    }

    public static void Length(nint length, nint rows, nint columns)
    {
        if (length < checked(rows * columns))
        {
            throw new ArgumentException($"values: expected at least {rows} x {columns} = {rows * columns} elements, but got {length}.", "values");
        }
    }

    public static void Range(nint start, nint count, nint size)
    {
        if (start < 0 || count < 0 || start > size - count)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"start, count: expected a range inside [0, {size}), but got [{start}, {start + count}).");
        }
    }
}
