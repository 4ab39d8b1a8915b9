namespace Native.Kernels;

/// <summary>The exponential families, by the names that models and files use.</summary>
public enum ExponentialFamily
{
    /// <summary><see cref="Kernels.Gaussian"/>.</summary>
    Gaussian,

    /// <summary><see cref="Kernels.Gamma"/>.</summary>
    Gamma,

    /// <summary><see cref="Kernels.Beta"/>.</summary>
    Beta,

    /// <summary><see cref="Kernels.Bernoulli"/>.</summary>
    Bernoulli,

    /// <summary><see cref="Kernels.Dirichlet"/>.</summary>
    Dirichlet,

    /// <summary><see cref="Kernels.Categorical"/>.</summary>
    Categorical,

    /// <summary><see cref="Kernels.MultivariateGaussian"/>.</summary>
    MultivariateGaussian,

    /// <summary><see cref="Kernels.Wishart"/>.</summary>
    Wishart,

    /// <summary><see cref="Kernels.Poisson"/>.</summary>
    Poisson,
}

/// <summary>Work that takes an exponential family as a type argument; see <see cref="ExponentialFamilyExtensions.Dispatch"/>.</summary>
public interface IExponentialFamilyVisitor
{
    /// <summary>Does the work with <typeparamref name="TFamily"/>.</summary>
    void Visit<TFamily>()
        where TFamily : struct, IExponentialFamily;
}

/// <summary>The way from <see cref="ExponentialFamily"/> values to type arguments.</summary>
public static class ExponentialFamilyExtensions
{
    /// <summary>Calls <paramref name="visitor"/> with the type that <paramref name="family"/> names. Allocates nothing; results stay in the visitor.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="family"/> is no named value.</exception>
    public static void Dispatch<TVisitor>(this ExponentialFamily family, ref TVisitor visitor)
        where TVisitor : struct, IExponentialFamilyVisitor, allows ref struct
    {
        switch (family)
        {
            case ExponentialFamily.Gaussian:
                visitor.Visit<Gaussian>();
                break;
            case ExponentialFamily.Gamma:
                visitor.Visit<Gamma>();
                break;
            case ExponentialFamily.Beta:
                visitor.Visit<Beta>();
                break;
            case ExponentialFamily.Bernoulli:
                visitor.Visit<Bernoulli>();
                break;
            case ExponentialFamily.Dirichlet:
                visitor.Visit<Dirichlet>();
                break;
            case ExponentialFamily.Categorical:
                visitor.Visit<Categorical>();
                break;
            case ExponentialFamily.MultivariateGaussian:
                visitor.Visit<MultivariateGaussian>();
                break;
            case ExponentialFamily.Wishart:
                visitor.Visit<Wishart>();
                break;
            case ExponentialFamily.Poisson:
                visitor.Visit<Poisson>();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(family), family, $"Expected one of {string.Join(", ", Enum.GetNames<ExponentialFamily>())}.");
        }
    }
}
