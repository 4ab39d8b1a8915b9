using System.Runtime.CompilerServices;
using Native.Kernels;

namespace Native.Models;

/// <summary>Argument checks of the models: each message names the argument, what was expected and what came.</summary>
internal static class Require
{
    /// <summary>A width that is at least 1.</summary>
    public static int Positive(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, $"{name}: expected at least 1, but got {value}.");

    /// <summary>A finite number that is at least 0.</summary>
    public static double AtLeastZero(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name}: expected a finite number of at least 0, but got {value}.");

    /// <summary>A finite number.</summary>
    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name}: expected a finite number, but got {value}.");

    /// <summary>A decay rate in [0, 1).</summary>
    public static double Decay(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, $"{name}: expected a number in [0, 1), but got {value}.");

    /// <summary>A named value of an enumeration.</summary>
    public static TEnum Named<TEnum>(TEnum value, [CallerArgumentExpression(nameof(value))] string name = "")
        where TEnum : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name}: expected one of {string.Join(", ", Enum.GetNames<TEnum>())}, but got {value}.");

    /// <summary>A matrix that must be given, with this shape.</summary>
    public static void Shape<T>(DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.IsAbsent)
        {
            throw new ArgumentNullException(name, $"{name}: expected a matrix [{rows}, {columns}], but none was given.");
        }

        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{name}: expected shape [{rows}, {columns}], but got [{matrix.Rows}, {matrix.Columns}].", name);
        }
    }

    /// <summary>A matrix that may be absent; if given, with this shape.</summary>
    public static void OptionalShape<T>(DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (!matrix.IsAbsent)
        {
            Shape(matrix, rows, columns, name);
        }
    }

    /// <summary>A matrix that must be given, with any number of rows.</summary>
    public static void Columns<T>(DeviceMatrix<T> matrix, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.IsAbsent)
        {
            throw new ArgumentNullException(name, $"{name}: expected a matrix with {columns} columns, but none was given.");
        }

        Shape(matrix, matrix.Rows, columns, name);
    }
}
