using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Shape checks of the span kernels: the messages name the argument, what was expected and what came.</summary>
internal static class ViewShape
{
    /// <summary>A matrix of this shape.</summary>
    public static void Matrix<T>(ReadOnlyMatrixView<T> view, nint rows, nint columns, [CallerArgumentExpression(nameof(view))] string name = "")
        where T : unmanaged
    {
        if (view.Rows != rows || view.Columns != columns || (view.IsAbsent && rows * columns != 0))
        {
            Fail(name, $"[{rows}, {columns}]", view.Rows, view.Columns);
        }
    }

    /// <summary>A matrix of this shape, or none.</summary>
    public static void OptionalMatrix<T>(ReadOnlyMatrixView<T> view, nint rows, nint columns, [CallerArgumentExpression(nameof(view))] string name = "")
        where T : unmanaged
    {
        if (!view.IsAbsent)
        {
            Matrix(view, rows, columns, name);
        }
    }

    /// <summary>A matrix of this shape whose rows are not one row repeated.</summary>
    public static void Output<T>(MatrixView<T> view, nint rows, nint columns, [CallerArgumentExpression(nameof(view))] string name = "")
        where T : unmanaged
    {
        Matrix<T>(view, rows, columns, name);
        if (view.Stride < columns && rows > 1)
        {
            throw new ArgumentException($"{name}: expected rows of their own, but got one row repeated (stride {view.Stride}).", name);
        }
    }

    /// <summary>A matrix that is written, or none.</summary>
    public static void OptionalOutput<T>(MatrixView<T> view, nint rows, nint columns, [CallerArgumentExpression(nameof(view))] string name = "")
        where T : unmanaged
    {
        if (!view.IsAbsent)
        {
            Output(view, rows, columns, name);
        }
    }

    /// <summary>Edge weights <c>[E, H]</c>, <c>H</c> a divisor of the features, or none; gives <c>H</c>, or 1.</summary>
    public static int Heads<T>(ReadOnlyMatrixView<T> view, nint edges, nint features, [CallerArgumentExpression(nameof(view))] string name = "")
        where T : unmanaged
    {
        if (view.IsAbsent)
        {
            return 1;
        }

        if (view.Rows != edges || view.Columns < 1 || features % view.Columns != 0)
        {
            Fail(name, $"[{edges}, H] with H a divisor of the {features} features", view.Rows, view.Columns);
        }

        return checked((int)view.Columns);
    }

    /// <summary>The argument of an extremum, <c>[N, F]</c>: required, optional, or (for sums) absent.</summary>
    public static void Arg<TReduction>(ReadOnlyMatrixView<int> arg, nint rows, nint columns, bool required)
        where TReduction : struct, IReduction
    {
        if (!TReduction.IsExtremum)
        {
            if (!arg.IsAbsent)
            {
                throw new ArgumentException($"arg: expected none, since only Max and Min have one, but got one for {typeof(TReduction).Name}.", nameof(arg));
            }
        }
        else if (required)
        {
            Matrix(arg, rows, columns);
        }
        else
        {
            OptionalMatrix(arg, rows, columns);
        }
    }

    [DoesNotReturn]
    private static void Fail(string name, string expected, nint rows, nint columns) =>
        throw new ArgumentException($"{name}: expected shape {expected}, but got [{rows}, {columns}].", name);
}
