using System.Diagnostics.CodeAnalysis;

namespace Native.Kernels;

/// <summary>
/// A view <c>[B, H, S, d]</c> of a <see cref="DeviceTensor{T}"/>, the heads of a batch of sequences: element <c>(b, h, s, i)</c> is element
/// <c>offset + b·batchStride + h·headStride + s·rowStride + i</c> of the tensor. A tensor of four sizes converts to it; <see cref="Split"/> gives the heads of
/// <c>[B·S, H·d]</c> without a copy; <c>default</c> (or a null tensor) stands for an optional argument that is not given.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public readonly struct DeviceHeads<T>
    where T : unmanaged
{
    private readonly DeviceTensor<T>? _tensor;

    /// <summary>A view of part of a tensor.</summary>
    /// <param name="tensor">The tensor; not owned.</param>
    /// <param name="offset">Element (0, 0, 0, 0), counted in elements from the tensor's start.</param>
    /// <param name="batch">Number of sequences <c>B</c>, ≥ 0.</param>
    /// <param name="heads">Number of heads <c>H</c>, ≥ 0.</param>
    /// <param name="rows">Positions of a sequence <c>S</c>, ≥ 0.</param>
    /// <param name="columns">Width of a head <c>d</c>, ≥ 0.</param>
    /// <param name="batchStride">Elements from one sequence to the next; 0 repeats one.</param>
    /// <param name="headStride">Elements from one head to the next; 0 repeats one.</param>
    /// <param name="rowStride">Elements from one position to the next; 0 repeats one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view leaves the tensor, or elements overlap although no stride is 0.</exception>
    public DeviceHeads(DeviceTensor<T> tensor, long offset, long batch, long heads, long rows, long columns, long batchStride, long headStride, long rowStride)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        HeadsLayout.Check(batch, heads, rows, columns, batchStride, headStride, rowStride);
        var end = batch == 0 || heads == 0 || rows == 0 || columns == 0
            ? offset
            : checked(offset + ((batch - 1) * batchStride) + ((heads - 1) * headStride) + ((rows - 1) * rowStride) + columns);
        if (end > tensor.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), $"The view needs {end} elements of {tensor}, which has {tensor.Count}.");
        }

        _tensor = tensor;
        Offset = offset;
        (Batch, Heads, Rows, Columns) = (batch, heads, rows, columns);
        (BatchStride, HeadStride, RowStride) = (batchStride, headStride, rowStride);
    }

    /// <summary>The tensor that holds the elements.</summary>
    /// <exception cref="InvalidOperationException">The view is absent.</exception>
    public DeviceTensor<T> Tensor => _tensor ?? throw new InvalidOperationException("The heads are absent.");

    /// <summary>Element (0, 0, 0, 0), counted in elements from the tensor's start.</summary>
    public long Offset { get; }

    /// <summary>Number of sequences <c>B</c>.</summary>
    public long Batch { get; }

    /// <summary>Number of heads <c>H</c>.</summary>
    public long Heads { get; }

    /// <summary>Positions of a sequence <c>S</c>.</summary>
    public long Rows { get; }

    /// <summary>Width of a head <c>d</c>.</summary>
    public long Columns { get; }

    /// <summary>Elements from one sequence to the next.</summary>
    public long BatchStride { get; }

    /// <summary>Elements from one head to the next.</summary>
    public long HeadStride { get; }

    /// <summary>Elements from one position to the next.</summary>
    public long RowStride { get; }

    /// <summary>True for <c>default</c>: an optional argument that is not given.</summary>
    [MemberNotNullWhen(false, nameof(_tensor))]
    public bool IsAbsent => _tensor is null;

    /// <summary>The heads of <c>[B·S, H·d]</c>: head <c>h</c> owns the columns <c>h·d … (h + 1)·d - 1</c> of every row.</summary>
    /// <param name="x">The rows of all sequences, one sequence after the other.</param>
    /// <param name="batch">Number of sequences, a divisor of the rows.</param>
    /// <param name="heads">Number of heads, a divisor of the columns.</param>
    /// <exception cref="ArgumentException">The sizes do not divide.</exception>
    public static DeviceHeads<T> Split(DeviceMatrix<T> x, long batch, long heads)
    {
        HeadsLayout.Divides(batch, x.Rows, nameof(batch), "rows");
        HeadsLayout.Divides(heads, x.Columns, nameof(heads), "columns");
        var (rows, columns) = (x.Rows / batch, x.Columns / heads);
        return new DeviceHeads<T>(x.Tensor, x.Offset, batch, heads, rows, columns, rows * x.Stride, columns, x.Stride);
    }

    /// <summary>The heads of <c>[B·H·S, d]</c>, rows of one head after the other.</summary>
    /// <param name="x">The rows of all heads of all sequences.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="heads">Number of heads; <c>batch · heads</c> divides the rows.</param>
    /// <exception cref="ArgumentException">The sizes do not divide.</exception>
    public static DeviceHeads<T> Stack(DeviceMatrix<T> x, long batch, long heads)
    {
        HeadsLayout.Divides(checked(batch * heads), x.Rows, nameof(batch), "rows");
        var rows = x.Rows / (batch * heads);
        return new DeviceHeads<T>(x.Tensor, x.Offset, batch, heads, rows, x.Columns, heads * rows * x.Stride, rows * x.Stride, x.Stride);
    }

    /// <summary>For devices whose memory the host can address: the elements as a span-like view (absent if this one is).</summary>
    /// <exception cref="InvalidOperationException">The memory is not addressable by the host.</exception>
    public unsafe HeadsView<T> View()
    {
        if (IsAbsent)
        {
            return default;
        }

        var pointer = Tensor.Pointer;
        return pointer is null
            ? throw new InvalidOperationException($"{Tensor} is not in memory that the host can address; download it.")
            : new HeadsView<T>(ref pointer[Offset], (nint)Batch, (nint)Heads, (nint)Rows, (nint)Columns, (nint)BatchStride, (nint)HeadStride, (nint)RowStride);
    }

    /// <summary>A whole tensor of shape <c>[B, H, S, d]</c>; null gives an absent view.</summary>
    /// <exception cref="ArgumentException">The tensor does not have four sizes.</exception>
    public static implicit operator DeviceHeads<T>(DeviceTensor<T>? tensor)
    {
        if (tensor is null)
        {
            return default;
        }

        var shape = tensor.Shape;
        return shape.Length == 4
            ? new DeviceHeads<T>(tensor, 0, shape[0], shape[1], shape[2], shape[3], shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3])
            : throw new ArgumentException($"tensor: expected shape [B, H, S, d], but got {DeviceTensor.Format(shape)}.", nameof(tensor));
    }
}
