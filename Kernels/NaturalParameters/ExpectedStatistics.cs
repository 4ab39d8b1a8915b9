namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Expected sufficient statistics <c>⟨u⟩ = ∇A(η)</c>, the moments that a variable sends to its factors: Gaussian <c>(⟨x⟩, ⟨x²⟩)</c>, Gamma <c>(⟨log x⟩, ⟨x⟩)</c>,
    /// Beta <c>(⟨log x⟩, ⟨log(1-x)⟩)</c>, Bernoulli and Poisson <c>⟨x⟩</c>, Dirichlet <c>⟨log x⟩</c>, Categorical the probabilities,
    /// multivariate Gaussian <c>(⟨x⟩, ⟨xxᵀ⟩)</c>, Wishart <c>(⟨log det X⟩, ⟨X⟩)</c>.
    /// </summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="mean"><c>⟨u⟩ [K, n]</c>; overwritten; NaN outside the domain.</param>
    public void ExpectedStatistics<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> mean)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, eta);
        Check.Family<TFamily, T>(eta);
        Check.Output(Device, mean, eta.Rows, eta.Columns);
        Check.Apart(mean, eta);
        ExpectedStatisticsCore<TFamily>(eta, mean);
    }

    /// <summary>Device side of <see cref="ExpectedStatistics"/>; arguments are checked.</summary>
    protected abstract void ExpectedStatisticsCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> mean)
        where TFamily : struct, IExponentialFamily;
}
