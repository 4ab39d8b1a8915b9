using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.SufficientStatistics"/>: <c>u(x)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Values, one column per variable.</param>
    /// <param name="statistics"><c>u [K, n]</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long SufficientStatistics<TFamily, T>(ReadOnlyMatrixView<T> x, MatrixView<T> statistics, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(statistics, nameof(statistics));
        Argument.Output(statistics, statistics.Rows, statistics.Columns);
        Argument.Matrix(x, TFamily.ValueRows(dimension), statistics.Columns);
        fixed (T* first = &x.First, to = &statistics.First)
        {
            return PlateWork<SufficientStatisticsFunction, TFamily, T>.Run(new(first, x.Stride, x.Rows), default, new(to, statistics.Stride, statistics.Rows), statistics.Columns, dimension, threads);
        }
    }

    internal readonly struct SufficientStatisticsFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.SufficientStatistics(first, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void SufficientStatisticsCore<TFamily>(DeviceMatrix<T> x, DeviceMatrix<T> statistics) =>
        Run<NaturalParameters.SufficientStatisticsFunction, TFamily>(x, default, statistics, TFamily.DimensionOf(statistics.Rows));
}
