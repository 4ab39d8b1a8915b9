using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// A writable array <c>[B, H, S, d]</c>, the heads of a batch of sequences, in memory that somebody else owns: element <c>(b, h, s, i)</c> is
/// <c>first[b·batchStride + h·headStride + s·rowStride + i]</c>. So both <c>[B, H, S, d]</c> and the head slices of <c>[B, S, H·d]</c> need no copy.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct HeadsView<T>
    where T : unmanaged
{
    private readonly ref T _first;

    /// <summary>A view of native memory or of a pinned array.</summary>
    /// <param name="first">Element (0, 0, 0, 0).</param>
    /// <param name="batch">Number of sequences <c>B</c>, ≥ 0.</param>
    /// <param name="heads">Number of heads <c>H</c>, ≥ 0.</param>
    /// <param name="rows">Positions of a sequence <c>S</c>, ≥ 0.</param>
    /// <param name="columns">Width of a head <c>d</c>, ≥ 0.</param>
    /// <param name="batchStride">Elements from one sequence to the next; 0 repeats one.</param>
    /// <param name="headStride">Elements from one head to the next; 0 repeats one.</param>
    /// <param name="rowStride">Elements from one position to the next; 0 repeats one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or elements overlap although no stride is 0.</exception>
    public HeadsView(ref T first, nint batch, nint heads, nint rows, nint columns, nint batchStride, nint headStride, nint rowStride)
    {
        HeadsLayout.Check(batch, heads, rows, columns, batchStride, headStride, rowStride);
        _first = ref first;
        (Batch, Heads, Rows, Columns) = (batch, heads, rows, columns);
        (BatchStride, HeadStride, RowStride) = (batchStride, headStride, rowStride);
    }

    /// <summary>A contiguous array <c>[B, H, S, d]</c>.</summary>
    /// <param name="values">At least <c>B·H·S·d</c> elements.</param>
    /// <param name="batch">Number of sequences <c>B</c>, ≥ 0.</param>
    /// <param name="heads">Number of heads <c>H</c>, ≥ 0.</param>
    /// <param name="rows">Positions of a sequence <c>S</c>, ≥ 0.</param>
    /// <param name="columns">Width of a head <c>d</c>, ≥ 0.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public HeadsView(Span<T> values, nint batch, nint heads, nint rows, nint columns)
        : this(ref MemoryMarshal.GetReference(values), batch, heads, rows, columns, heads * rows * columns, rows * columns, columns)
    {
        ViewCheck.Length(values.Length, checked(batch * heads * rows), columns);
    }

    /// <summary>Number of sequences <c>B</c>.</summary>
    public nint Batch { get; }

    /// <summary>Number of heads <c>H</c>.</summary>
    public nint Heads { get; }

    /// <summary>Positions of a sequence <c>S</c>.</summary>
    public nint Rows { get; }

    /// <summary>Width of a head <c>d</c>.</summary>
    public nint Columns { get; }

    /// <summary>Elements from one sequence to the next.</summary>
    public nint BatchStride { get; }

    /// <summary>Elements from one head to the next.</summary>
    public nint HeadStride { get; }

    /// <summary>Elements from one position to the next.</summary>
    public nint RowStride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => Unsafe.IsNullRef(ref _first);

    /// <summary>True when no element is repeated by a stride of 0.</summary>
    public bool HasDistinctElements => HeadsLayout.AreApart(Batch, Heads, Rows, Columns, BatchStride, HeadStride, RowStride, repeats: false);

    /// <summary>Element (0, 0, 0, 0); a null reference when absent.</summary>
    public ref T First => ref _first;

    /// <summary>The heads of <c>[B·S, H·d]</c>: head <c>h</c> owns the columns <c>h·d … (h + 1)·d - 1</c> of every row.</summary>
    /// <param name="x">The rows of all sequences, one sequence after the other.</param>
    /// <param name="batch">Number of sequences, a divisor of the rows.</param>
    /// <param name="heads">Number of heads, a divisor of the columns.</param>
    /// <exception cref="ArgumentException">The sizes do not divide.</exception>
    public static HeadsView<T> Split(MatrixView<T> x, nint batch, nint heads)
    {
        HeadsLayout.Divides(batch, x.Rows, nameof(batch), "rows");
        HeadsLayout.Divides(heads, x.Columns, nameof(heads), "columns");
        return new HeadsView<T>(ref x.First, batch, heads, x.Rows / batch, x.Columns / heads, x.Rows / batch * x.Stride, x.Columns / heads, x.Stride);
    }

    /// <summary>The same array, read only.</summary>
    public static implicit operator ReadOnlyHeadsView<T>(HeadsView<T> view) =>
        view.IsAbsent ? default : new(in view._first, view.Batch, view.Heads, view.Rows, view.Columns, view.BatchStride, view.HeadStride, view.RowStride);
}

/// <summary>A read-only array <c>[B, H, S, d]</c> in memory that somebody else owns; see <see cref="HeadsView{T}"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly ref struct ReadOnlyHeadsView<T>
    where T : unmanaged
{
    private readonly ref readonly T _first;

    /// <inheritdoc cref="HeadsView{T}(ref T, nint, nint, nint, nint, nint, nint, nint)"/>
    public ReadOnlyHeadsView(ref readonly T first, nint batch, nint heads, nint rows, nint columns, nint batchStride, nint headStride, nint rowStride)
    {
        HeadsLayout.Check(batch, heads, rows, columns, batchStride, headStride, rowStride);
        _first = ref first;
        (Batch, Heads, Rows, Columns) = (batch, heads, rows, columns);
        (BatchStride, HeadStride, RowStride) = (batchStride, headStride, rowStride);
    }

    /// <inheritdoc cref="HeadsView{T}(Span{T}, nint, nint, nint, nint)"/>
    public ReadOnlyHeadsView(ReadOnlySpan<T> values, nint batch, nint heads, nint rows, nint columns)
        : this(in MemoryMarshal.GetReference(values), batch, heads, rows, columns, heads * rows * columns, rows * columns, columns)
    {
        ViewCheck.Length(values.Length, checked(batch * heads * rows), columns);
    }

    /// <summary>Number of sequences <c>B</c>.</summary>
    public nint Batch { get; }

    /// <summary>Number of heads <c>H</c>.</summary>
    public nint Heads { get; }

    /// <summary>Positions of a sequence <c>S</c>.</summary>
    public nint Rows { get; }

    /// <summary>Width of a head <c>d</c>.</summary>
    public nint Columns { get; }

    /// <summary>Elements from one sequence to the next.</summary>
    public nint BatchStride { get; }

    /// <summary>Elements from one head to the next.</summary>
    public nint HeadStride { get; }

    /// <summary>Elements from one position to the next.</summary>
    public nint RowStride { get; }

    /// <summary>True for <c>default</c>: an optional argument that was not given.</summary>
    public bool IsAbsent => Unsafe.IsNullRef(in _first);

    /// <summary>Element (0, 0, 0, 0); a null reference when absent.</summary>
    public ref readonly T First => ref _first;

    /// <inheritdoc cref="HeadsView{T}.Split"/>
    public static ReadOnlyHeadsView<T> Split(ReadOnlyMatrixView<T> x, nint batch, nint heads)
    {
        HeadsLayout.Divides(batch, x.Rows, nameof(batch), "rows");
        HeadsLayout.Divides(heads, x.Columns, nameof(heads), "columns");
        return new ReadOnlyHeadsView<T>(in x.First, batch, heads, x.Rows / batch, x.Columns / heads, x.Rows / batch * x.Stride, x.Columns / heads, x.Stride);
    }
}

/// <summary>What the strides of an array <c>[B, H, S, d]</c> must satisfy.</summary>
internal static class HeadsLayout
{
    /// <summary>Sizes of at least 0; strides of 0, or such that no two elements share memory.</summary>
    public static void Check(long batch, long heads, long rows, long columns, long batchStride, long headStride, long rowStride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(heads);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (!AreApart(batch, heads, rows, columns, batchStride, headStride, rowStride, repeats: true))
        {
            throw new ArgumentOutOfRangeException(
                nameof(rowStride),
                $"batchStride, headStride, rowStride: expected strides (0 to repeat) that keep the elements of shape [{batch}, {heads}, {rows}, {columns}] apart, but got {batchStride}, {headStride}, {rowStride}.");
        }
    }

    /// <summary>True when no two elements share memory; with <paramref name="repeats"/>, a stride of 0 may repeat.</summary>
    public static bool AreApart(long batch, long heads, long rows, long columns, long batchStride, long headStride, long rowStride, bool repeats)
    {
        if (batch == 0 || heads == 0 || rows == 0 || columns == 0)
        {
            return true;
        }

        // From the narrowest stride to the widest, each must step over everything inside it.
        Span<(long Stride, long Size)> axes = [(batchStride, batch), (headStride, heads), (rowStride, rows)];
        axes.Sort();
        var extent = columns;
        foreach (var (stride, size) in axes)
        {
            if (size == 1 || (repeats && stride == 0))
            {
                continue;
            }

            if (stride < extent)
            {
                return false;
            }

            extent = checked(((size - 1) * stride) + extent);
        }

        return true;
    }

    /// <summary>A number of parts that divides a size.</summary>
    public static void Divides(long parts, long size, string name, string what)
    {
        if (parts < 1 || size % parts != 0)
        {
            throw new ArgumentException($"{name}: expected a divisor of the {size} {what}, but got {parts}.", name);
        }
    }
}
