using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.LogDensity"/>: <c>log p(x)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="x">Values, one column per variable.</param>
    /// <param name="output">Log densities <c>[n]</c>, in nats; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long LogDensity<TFamily, T>(ReadOnlyMatrixView<T> eta, ReadOnlyMatrixView<T> x, Span<T> output, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Matrix(x, TFamily.ValueRows(dimension), eta.Columns);
        Argument.Vector<T>(output, eta.Columns);
        fixed (T* first = &eta.First, second = &x.First, to = output)
        {
            return PlateWork<LogDensityFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), new(second, x.Stride, x.Rows), new(to, eta.Columns, 1), eta.Columns, dimension, threads);
        }
    }

    internal readonly struct LogDensityFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.LogDensity(first, second, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void LogDensityCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> x, DeviceTensor<T> output) =>
        Run<NaturalParameters.LogDensityFunction, TFamily>(eta, x, output);
}
