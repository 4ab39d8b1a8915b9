using System.Numerics;

namespace Native.Kernels.Reference;

/// <summary>The elements of a matrix read and written as double, whatever their type.</summary>
internal readonly unsafe struct Cells<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _first;
    private readonly long _stride;

    public Cells(DeviceMatrix<T> matrix)
    {
        _first = matrix.IsAbsent ? null : matrix.Tensor.Pointer + matrix.Offset;
        _stride = matrix.Stride;
        Rows = matrix.Rows;
        Columns = matrix.Columns;
    }

    public long Rows { get; }

    public long Columns { get; }

    public bool IsAbsent => _first is null;

    public double this[long row, long column]
    {
        get => double.CreateTruncating(_first[row * _stride + column]);
        set => _first[row * _stride + column] = T.CreateTruncating(value);
    }

    /// <summary>Element of a vector: a tensor of one column, or any contiguous tensor counted through.</summary>
    public double this[long element]
    {
        get => double.CreateTruncating(_first[element]);
        set => _first[element] = T.CreateTruncating(value);
    }

    public static implicit operator Cells<T>(DeviceMatrix<T> matrix) => new(matrix);

    public static implicit operator Cells<T>(DeviceTensor<T>? tensor) => new(tensor);
}
