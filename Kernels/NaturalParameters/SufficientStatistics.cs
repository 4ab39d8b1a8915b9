namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>Sufficient statistics <c>u(x)</c>: what an observed variable sends in place of <see cref="ExpectedStatistics"/>.</summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="x">Values, as in <see cref="LogDensity"/>.</param>
    /// <param name="statistics"><c>u [K, n]</c>; overwritten; NaN outside the support.</param>
    public void SufficientStatistics<TFamily>(DeviceMatrix<T> x, DeviceMatrix<T> statistics)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, statistics);
        var dimension = Check.Family<TFamily, T>(statistics);
        Check.Output(Device, statistics, statistics.Rows, statistics.Columns);
        Check.Matrix(Device, x, TFamily.ValueRows(dimension), statistics.Columns);
        Check.Apart(statistics, x);
        SufficientStatisticsCore<TFamily>(x, statistics);
    }

    /// <summary>Device side of <see cref="SufficientStatistics"/>; arguments are checked.</summary>
    protected abstract void SufficientStatisticsCore<TFamily>(DeviceMatrix<T> x, DeviceMatrix<T> statistics)
        where TFamily : struct, IExponentialFamily;
}
