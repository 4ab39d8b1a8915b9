namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Standard parameters of <c>η</c>, as many rows as <c>η</c>: Gaussian mean, variance; Gamma shape, rate; Beta a, b; Bernoulli p; Dirichlet α; Categorical the probabilities;
    /// multivariate Gaussian mean, covariance; Wishart degrees of freedom, scale <c>V</c> (the mean is <c>νV</c>); Poisson rate.
    /// </summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="standard">Standard parameters <c>[K, n]</c>; overwritten; NaN outside the domain.</param>
    public void ToStandard<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> standard)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, eta);
        Check.Family<TFamily, T>(eta);
        Check.Output(Device, standard, eta.Rows, eta.Columns);
        Check.Apart(standard, eta);
        ToStandardCore<TFamily>(eta, standard);
    }

    /// <summary>Natural parameters of standard parameters, the inverse of <see cref="ToStandard"/> (Categorical: up to the constant).</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="standard">Standard parameters <c>[K, n]</c>; Categorical takes any non-negative weights, one of them positive.</param>
    /// <param name="eta">Natural parameters <c>[K, n]</c>; overwritten; NaN where the standard parameters make no distribution.</param>
    public void FromStandard<TFamily>(DeviceMatrix<T> standard, DeviceMatrix<T> eta)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, standard);
        Check.Family<TFamily, T>(standard);
        Check.Output(Device, eta, standard.Rows, standard.Columns);
        Check.Apart(eta, standard);
        FromStandardCore<TFamily>(standard, eta);
    }

    /// <summary>Device side of <see cref="ToStandard"/>; arguments are checked.</summary>
    protected abstract void ToStandardCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> standard)
        where TFamily : struct, IExponentialFamily;

    /// <summary>Device side of <see cref="FromStandard"/>; arguments are checked.</summary>
    protected abstract void FromStandardCore<TFamily>(DeviceMatrix<T> standard, DeviceMatrix<T> eta)
        where TFamily : struct, IExponentialFamily;
}
