using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>Matrices with one column per plate, and the way to them from rows per plate.</summary>
internal static class PlateMemory
{
    private const int PageBytes = 4096;
    private const int LineBytes = 64;

    /// <summary>Zeros <c>[rows, columns]</c>, whose rows are no multiple of 4096 bytes apart: the rows of a column would share cache sets.</summary>
    public static unsafe DeviceMatrix<T> Allocate<T>(Device device, long rows, long columns)
        where T : unmanaged
    {
        var stride = rows > 1 && columns * sizeof(T) % PageBytes == 0 ? columns + LineBytes / sizeof(T) : columns;
        return new DeviceMatrix<T>(device.Allocate<T>(rows, stride), 0, rows, columns, stride);
    }

    /// <summary>Uploads a row per plate; one row stands for all.</summary>
    public static unsafe void Upload<T>(DeviceMatrix<T> matrix, ReadOnlySpan<T> rowPerPlate)
        where T : unmanaged
    {
        if (matrix.Tensor.Pointer is not null)
        {
            ToColumns(rowPerPlate, new Span<T>(matrix.Tensor.Pointer, checked((int)matrix.Tensor.Count)), matrix);
            return;
        }

        var elements = new T[matrix.Tensor.Count];
        ToColumns(rowPerPlate, elements, matrix);
        matrix.Tensor.Upload(elements);
    }

    /// <summary>Downloads a row per plate.</summary>
    public static T[] Download<T>(DeviceMatrix<T> matrix)
        where T : unmanaged
    {
        var elements = matrix.Tensor.ToArray();
        var rows = new T[matrix.Rows * matrix.Columns];
        for (long column = 0; column < matrix.Columns; column++)
        {
            for (long row = 0; row < matrix.Rows; row++)
            {
                rows[column * matrix.Rows + row] = elements[row * matrix.Stride + column];
            }
        }

        return rows;
    }

    private static void ToColumns<T>(ReadOnlySpan<T> rowPerPlate, Span<T> elements, DeviceMatrix<T> matrix)
        where T : unmanaged
    {
        // A few plates at a time, row by row: they stay in the cache, and each row is written in one go.
        const int Together = 256;
        int offset = (int)matrix.Offset, rows = (int)matrix.Rows, columns = (int)matrix.Columns, stride = (int)matrix.Stride, step = rowPerPlate.Length == rows ? 0 : rows;
        for (var first = 0; first < columns; first += Together)
        {
            var count = Math.Min(Together, columns - first);
            for (var row = 0; row < rows; row++)
            {
                var to = elements.Slice(offset + row * stride + first, count);
                var from = first * step + row;
                for (var i = 0; i < to.Length; i++, from += step)
                {
                    to[i] = rowPerPlate[from];
                }
            }
        }
    }

    /// <summary>A row as a matrix of one column, for kernels that take a row per edge.</summary>
    public static DeviceMatrix<T> Column<T>(DeviceMatrix<T> matrix, long row)
        where T : unmanaged => new(matrix.Tensor, matrix.Offset + row * matrix.Stride, matrix.Columns, 1, 1);

    /// <summary>A column as a matrix of one column.</summary>
    public static DeviceMatrix<T> TransposedRow<T>(DeviceMatrix<T> matrix, long column)
        where T : unmanaged => new(matrix.Tensor, matrix.Offset + column, matrix.Rows, 1, matrix.Stride);

    /// <summary>The sum of all products of two matrices made by <see cref="Allocate"/> in one shape; what lies between their rows is 0.</summary>
    public static void Dot<T>(DenseKernels<T> dense, DeviceMatrix<T> a, DeviceMatrix<T> b, DeviceMatrix<T> output)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        dense.MatrixProduct(a.Tensor.AsMatrix(1, a.Tensor.Count), Transpose.No, b.Tensor.AsMatrix(b.Tensor.Count, 1), Transpose.No, output);
}
