using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.Entropy"/>: <c>-⟨log p(x)⟩</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="output">Entropies <c>[n]</c>, in nats; overwritten.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first variable outside the domain, or -1.</returns>
    /// <exception cref="NotSupportedException">The family's entropy has no closed form.</exception>
    public static long Entropy<TFamily, T>(ReadOnlyMatrixView<T> eta, Span<T> output, int threads = 1)
        where TFamily : struct, IExponentialFamily
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!TFamily.HasEntropy)
        {
            throw new NotSupportedException($"TFamily: expected a family whose entropy has a closed form, but got {typeof(TFamily).Name}.");
        }

        var dimension = Dimension<TFamily, T>(eta, nameof(eta));
        Argument.Vector<T>(output, eta.Columns);
        fixed (T* first = &eta.First, to = output)
        {
            return PlateWork<EntropyFunction, TFamily, T>.Run(new(first, eta.Stride, eta.Rows), default, new(to, eta.Columns, 1), eta.Columns, dimension, threads);
        }
    }

    internal readonly struct EntropyFunction : IPlateFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TFamily.Entropy(first, output, workspace, dimension);
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void EntropyCore<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output) =>
        Run<NaturalParameters.EntropyFunction, TFamily>(eta, default, output);
}
