using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.ExpectedStatistics"/>: <c>⟨u⟩ = ∇A(η)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="mean"><c>⟨u⟩ [K, n]</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long ExpectedStatistics<TFamily, T>(ReadOnlyMatrixView<T> eta, MatrixView<T> mean, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Output(mean, eta.Rows, eta.Columns);
        fixed (T* first = &eta.First, to = &mean.First)
        {
            return PlateWork<ExpectedStatisticsFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), default, new(to, mean.Stride, mean.Rows), eta.Columns, dimension, threads);
        }
    }

    internal readonly struct ExpectedStatisticsFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.ExpectedStatistics(first, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void ExpectedStatisticsCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> mean) =>
        Run<NaturalParameters.ExpectedStatisticsFunction, TFamily>(eta, default, mean, TFamily.DimensionOf(eta.Rows));
}
