using System.Runtime.CompilerServices;

namespace Native.Kernels;

internal static partial class Check
{
    /// <summary>A matrix with as many rows as a family has natural parameters; gives the family's dimension.</summary>
    public static int Family<TFamily, T>(in DeviceMatrix<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where TFamily : struct, IExponentialFamily
        where T : unmanaged
    {
        var dimension = TFamily.DimensionOf(matrix.Rows);
        return dimension > 0
            ? dimension
            : throw new ArgumentException($"{name}: expected rows for the parameters of {typeof(TFamily).Name} ({TFamily.Parameters}), but got shape [{matrix.Rows}, {matrix.Columns}].", name);
    }
}
