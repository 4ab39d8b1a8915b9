namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Kullback–Leibler divergence <c>KL(q ‖ p) = ⟨log q(x) - log p(x)⟩_q = A(η_p) - A(η_q) - (η_p - η_q)·⟨u⟩_q</c> of two distributions of one family. It is a sum of terms
    /// without large differences: 0 for equal distributions, and accurate near 0. <c>0 · (-∞) = 0</c>; <c>+∞</c> where <c>p</c> excludes what <c>q</c> allows.
    /// </summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="eta">Natural parameters of <c>q</c>, <c>[K, n]</c>.</param>
    /// <param name="etaOfP">Natural parameters of <c>p</c>, <c>[K, n]</c>.</param>
    /// <param name="output">Divergences <c>[n]</c>, in nats; overwritten; NaN where either is outside the domain.</param>
    public void KullbackLeibler<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> etaOfP, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, eta);
        Check.Family<TFamily, T>(eta);
        Check.Matrix(Device, etaOfP, eta.Rows, eta.Columns);
        Check.Vector(Device, output, eta.Columns);
        Check.Apart(output, eta);
        Check.Apart(output, etaOfP);
        KullbackLeiblerCore<TFamily>(eta, etaOfP, output);
    }

    /// <summary>Device side of <see cref="KullbackLeibler"/>; arguments are checked.</summary>
    protected abstract void KullbackLeiblerCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> etaOfP, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily;
}
