namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>Log density (of counts and outcomes: log probability) <c>log p(x) = η·u(x) - A(η) + log h(x)</c>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="x">
    /// Values, one column per variable: one row; <c>p</c> rows for Dirichlet and multivariate Gaussian; <c>p²</c> rows for Wishart; the number of the outcome for Categorical.
    /// </param>
    /// <param name="output">Log densities <c>[n]</c>, in nats; overwritten; NaN outside the domain or the support.</param>
    public void LogDensity<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> x, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, eta);
        var dimension = Check.Family<TFamily, T>(eta);
        Check.Matrix(Device, x, TFamily.ValueRows(dimension), eta.Columns);
        Check.Vector(Device, output, eta.Columns);
        Check.Apart(output, eta);
        Check.Apart(output, x);
        LogDensityCore<TFamily>(eta, x, output);
    }

    /// <summary>Device side of <see cref="LogDensity"/>; arguments are checked.</summary>
    protected abstract void LogDensityCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> x, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily;
}
