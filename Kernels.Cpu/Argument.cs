using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Argument checks of the span kernels: each message names the argument, what was expected and what came.</summary>
internal static class Argument
{
    /// <summary>A matrix that must be given, with this shape.</summary>
    public static void Matrix<T>(ReadOnlyMatrixView<T> matrix, nint rows, nint columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        Present(matrix, name);
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{name}: expected shape [{rows}, {columns}], but got [{matrix.Rows}, {matrix.Columns}].", name);
        }
    }

    /// <summary>A matrix of any shape that must be given. An empty matrix needs no memory.</summary>
    public static void Present<T>(ReadOnlyMatrixView<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.IsAbsent && (matrix.Rows | matrix.Columns) == 0)
        {
            throw new ArgumentNullException(name, $"{name}: expected a matrix, but none was given.");
        }
    }

    /// <summary>A matrix that the kernel writes: its rows must not be one row repeated.</summary>
    public static void Output<T>(MatrixView<T> matrix, nint rows, nint columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        Matrix<T>(matrix, rows, columns, name);
        if (matrix.Stride < matrix.Columns && matrix.Rows > 1)
        {
            throw new ArgumentException($"{name}: expected rows of their own, but got one row repeated (stride {matrix.Stride}).", name);
        }
    }

    /// <summary>A matrix that the kernel writes if it is given.</summary>
    public static void OptionalOutput<T>(MatrixView<T> matrix, nint rows, nint columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (!matrix.IsAbsent)
        {
            Output(matrix, rows, columns, name);
        }
    }

    /// <summary>A span with this many elements.</summary>
    public static void Vector<T>(ReadOnlySpan<T> vector, nint count, [CallerArgumentExpression(nameof(vector))] string name = "")
    {
        if (vector.Length != count)
        {
            throw new ArgumentException($"{name}: expected {count} elements, but got {vector.Length}.", name);
        }
    }

    /// <summary>A span that is empty or has this many elements.</summary>
    public static void OptionalVector<T>(ReadOnlySpan<T> vector, nint count, [CallerArgumentExpression(nameof(vector))] string name = "")
    {
        if (!vector.IsEmpty)
        {
            Vector(vector, count, name);
        }
    }

    /// <summary>A position with <paramref name="count"/> elements behind it.</summary>
    public static void Range(PhiloxPosition position, long count, [CallerArgumentExpression(nameof(position))] string name = "")
    {
        if (position.First > long.MaxValue - count)
        {
            throw new ArgumentOutOfRangeException(name, $"{name}: expected a first element of at most {long.MaxValue - count}, so that {count} follow, but got {position.First}.");
        }
    }

    /// <summary>Columns that an int can number.</summary>
    public static void Categories<T>(ReadOnlyMatrixView<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.Columns > int.MaxValue)
        {
            throw new ArgumentException($"{name}: expected at most {int.MaxValue} columns, but got {matrix.Columns}.", name);
        }
    }

    /// <summary>A number that is finite and above 0.</summary>
    public static void PositiveFinite<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(T.IsFinite(value) && value > T.Zero))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a finite number above 0, but got {value}.");
        }
    }
}
