namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Entropy <c>-⟨log p(x)⟩ = A - η·⟨u⟩ - ⟨log h⟩</c>, of the density for continuous variables. <c>0 log 0 = 0</c>.
    /// </summary>
    /// <typeparam name="TFamily">The family; not Poisson, whose entropy has no closed form.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="output">Entropies <c>[n]</c>, in nats; overwritten; NaN outside the domain.</param>
    /// <exception cref="NotSupportedException">The family's entropy has no closed form.</exception>
    public void Entropy<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily
    {
        if (!TFamily.HasEntropy)
        {
            throw new NotSupportedException($"TFamily: expected a family whose entropy has a closed form, but got {typeof(TFamily).Name}.");
        }

        Check.Present(Device, eta);
        Check.Family<TFamily, T>(eta);
        Check.Vector(Device, output, eta.Columns);
        Check.Apart(output, eta);
        EntropyCore<TFamily>(eta, output);
    }

    /// <summary>Device side of <see cref="Entropy"/>; arguments are checked.</summary>
    protected abstract void EntropyCore<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily;
}
