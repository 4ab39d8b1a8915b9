using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.ToStandard"/>: standard parameters of <c>η</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="standard">Standard parameters <c>[K, n]</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long ToStandard<TFamily, T>(ReadOnlyMatrixView<T> eta, MatrixView<T> standard, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Output(standard, eta.Rows, eta.Columns);
        fixed (T* first = &eta.First, to = &standard.First)
        {
            return PlateWork<ToStandardFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), default, new(to, standard.Stride, standard.Rows), eta.Columns, dimension, threads);
        }
    }

    /// <summary><see cref="NaturalParameterKernels{T}.FromStandard"/>: <c>η</c> of standard parameters.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="standard">Standard parameters <c>[K, n]</c>.</param>
    /// <param name="eta">Natural parameters <c>[K, n]</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long FromStandard<TFamily, T>(ReadOnlyMatrixView<T> standard, MatrixView<T> eta, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(standard, nameof(standard));
        Argument.Output(eta, standard.Rows, standard.Columns);
        fixed (T* first = &standard.First, to = &eta.First)
        {
            return PlateWork<FromStandardFunction, TFamily, T>.Run(new(first, standard.Stride, standard.Rows), default, new(to, eta.Stride, eta.Rows), standard.Columns, dimension, threads);
        }
    }

    internal readonly struct ToStandardFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.ToStandard(first, output, workspace, dimension);
    }

    internal readonly struct FromStandardFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.FromStandard(first, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void ToStandardCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> standard) =>
        Run<NaturalParameters.ToStandardFunction, TFamily>(eta, default, standard, TFamily.DimensionOf(eta.Rows));

    protected override void FromStandardCore<TFamily>(DeviceMatrix<T> standard, DeviceMatrix<T> eta) =>
        Run<NaturalParameters.FromStandardFunction, TFamily>(standard, default, eta, TFamily.DimensionOf(standard.Rows));
}
