using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>Distributions of an exponential family in their natural parameters, on spans and views: no state, nothing allocated after the first calls.</summary>
/// <remarks>
/// <see cref="NaturalParameterKernels{T}"/> documents formulas and layout: one row per parameter, one column per variable. Every method gives the first variable
/// outside the domain, whose outputs are NaN as those of all others outside it, or -1. Results are bitwise equal for any number of threads. Arguments that do not
/// fit throw <see cref="ArgumentException"/> before anything is written. Outputs must not overlap inputs.
/// </remarks>
public static unsafe partial class NaturalParameters
{
    private static int Dimension<TFamily, T>(ReadOnlyMatrixView<T> matrix, string name)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(matrix, name);
        var dimension = TFamily.DimensionOf(matrix.Rows);
        return dimension > 0
            ? dimension
            : throw new ArgumentException($"{name}: expected rows for the parameters of {typeof(TFamily).Name} ({TFamily.Parameters}), but got shape [{matrix.Rows}, {matrix.Columns}].", name);
    }
}
