using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Checks of the arguments of products on views.</summary>
internal static unsafe class MatrixProductCheck
{
    /// <summary>Rows, columns and depth of <c>op(a) · op(b)</c>.</summary>
    public static (nint Rows, nint Columns, nint Depth) Shape<T>(ReadOnlyMatrixView<T> a, Transpose transposeA, ReadOnlyMatrixView<T> b, Transpose transposeB, string nameOfB)
        where T : unmanaged
    {
        var (rows, depth) = transposeA == Transpose.No ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        var (depthOfB, columns) = transposeB == Transpose.No ? (b.Rows, b.Columns) : (b.Columns, b.Rows);
        return depth == depthOfB
            ? (rows, columns, depth)
            : throw new ArgumentException($"{nameOfB}: expected {depth} {(transposeB == Transpose.No ? "rows" : "columns")} to meet a, but got [{b.Rows}, {b.Columns}].", nameOfB);
    }

    public static void Batch<T>(ReadOnlyMatrixBatchView<T> batch, nint count, string name)
        where T : unmanaged
    {
        if (batch.Count != count)
        {
            throw new ArgumentException($"{name}: expected {count} matrices, but got {batch.Count}.", name);
        }
    }

    public static void OutputBatch<T>(MatrixBatchView<T> batch, nint rows, nint columns, string name)
        where T : unmanaged
    {
        Output(batch.First, rows, columns, name);
        if (!batch.AreApart)
        {
            throw new ArgumentException($"{name}: expected matrices apart from each other, but they overlap (batch stride {batch.BatchStride}).", name);
        }
    }

    /// <summary>Offsets of groups of rows: from 0 to the number of rows, none below the one before.</summary>
    public static void Offsets(ReadOnlySpan<long> offsets, nint rows)
    {
        if (offsets.IsEmpty || offsets[0] != 0 || offsets[^1] != rows)
        {
            throw new ArgumentException($"offsets: expected to begin with 0 and to end with the {rows} rows, but got {(offsets.IsEmpty ? "none" : $"{offsets[0]} and {offsets[^1]}")}.", nameof(offsets));
        }

        for (var g = 1; g < offsets.Length; g++)
        {
            if (offsets[g] < offsets[g - 1])
            {
                throw new ArgumentException($"offsets: expected none below the one before, but offsets[{g}] is {offsets[g]} after {offsets[g - 1]}.", nameof(offsets));
            }
        }
    }

    public static void Output<T>(MatrixView<T> matrix, nint rows, nint columns, string name)
        where T : unmanaged
    {
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{name}: expected [{rows}, {columns}], but got [{matrix.Rows}, {matrix.Columns}].", name);
        }

        if (matrix.Stride < columns && rows > 1)
        {
            throw new ArgumentException($"{name}: an output cannot repeat one row, but its stride is {matrix.Stride}.", name);
        }
    }

    public static void Length(int length, nint expected, string name)
    {
        if (length != 0 && length != expected)
        {
            throw new ArgumentException($"{name}: expected {expected} elements or none, but got {length}.", name);
        }
    }

    /// <summary>Throws when an element of the output is one of the input.</summary>
    public static void Apart<T>(MatrixView<T> output, ReadOnlyMatrixView<T> input, string outputName, string inputName)
        where T : unmanaged
    {
        if (output.IsAbsent || input.IsAbsent || output.Rows == 0 || output.Columns == 0 || input.Rows == 0 || input.Columns == 0)
        {
            return;
        }

        // Addresses are only compared; if the collector moves one array meanwhile, it is apart from the other before and after.
        var start = (nint)Unsafe.AsPointer(ref output.First);
        var distance = (nint)Unsafe.AsPointer(ref Unsafe.AsRef(in input.First)) - start;
        var outputExtent = (((output.Rows - 1) * output.Stride) + output.Columns) * sizeof(T);
        var inputExtent = (((input.Rows - 1) * input.Stride) + input.Columns) * sizeof(T);
        if (distance >= outputExtent || -distance >= inputExtent)
        {
            return;
        }

        // Ranges of columns of one wider matrix lie between each other without touching.
        var stride = output.Stride * sizeof(T);
        if (output.Stride == input.Stride && stride > 0)
        {
            var column = ((distance % stride) + stride) % stride;
            if (column >= output.Columns * sizeof(T) && column + (input.Columns * sizeof(T)) <= stride)
            {
                return;
            }
        }

        throw new ArgumentException($"{outputName} must not overlap {inputName}.", outputName);
    }
}
