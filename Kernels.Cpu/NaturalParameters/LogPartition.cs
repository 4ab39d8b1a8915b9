using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.LogPartition"/>: <c>A(η)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="output"><c>A [n]</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long LogPartition<TFamily, T>(ReadOnlyMatrixView<T> eta, Span<T> output, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Vector<T>(output, eta.Columns);
        fixed (T* first = &eta.First, to = output)
        {
            return PlateWork<LogPartitionFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), default, new(to, eta.Columns, 1), eta.Columns, dimension, threads);
        }
    }

    internal readonly struct LogPartitionFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.LogPartition(first, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void LogPartitionCore<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output) =>
        Run<NaturalParameters.LogPartitionFunction, TFamily>(eta, default, output);
}
