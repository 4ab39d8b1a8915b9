using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.KullbackLeibler"/>: <c>KL(q ‖ p)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters of <c>q</c>, <c>[K, n]</c>.</param>
    /// <param name="etaOfP">Natural parameters of <c>p</c>, <c>[K, n]</c>.</param>
    /// <param name="output">Divergences <c>[n]</c>, in nats; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    public static long KullbackLeibler<TFamily, T>(ReadOnlyMatrixView<T> eta, ReadOnlyMatrixView<T> etaOfP, Span<T> output, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Matrix(etaOfP, eta.Rows, eta.Columns);
        Argument.Vector<T>(output, eta.Columns);
        fixed (T* first = &eta.First, second = &etaOfP.First, to = output)
        {
            return PlateWork<KullbackLeiblerFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), new(second, etaOfP.Stride, etaOfP.Rows), new(to, eta.Columns, 1), eta.Columns, dimension, threads);
        }
    }

    internal readonly struct KullbackLeiblerFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.KullbackLeibler(first, second, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void KullbackLeiblerCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> etaOfP, DeviceTensor<T> output) =>
        Run<NaturalParameters.KullbackLeiblerFunction, TFamily>(eta, etaOfP, output);
}
