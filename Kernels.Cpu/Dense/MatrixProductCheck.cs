using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Checks of the arguments of products on views.</summary>
internal static unsafe class MatrixProductCheck
{
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
