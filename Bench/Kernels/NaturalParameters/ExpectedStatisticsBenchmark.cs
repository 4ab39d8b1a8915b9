using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>ExpectedStatistics</c>, the moments of a plate of 65,536 variables.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ExpectedStatisticsBenchmark<T> : NaturalParametersBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Benchmark]
    public void Gaussian() => Run<Gaussian>();

    [Benchmark]
    public void Gamma() => Run<Gamma>();

    [Benchmark]
    public void DirichletOfEight() => Run<Dirichlet>();

    [Benchmark]
    public void CategoricalOfEight() => Run<Categorical>();

    [Benchmark]
    public void MultivariateGaussianOfFour() => Run<MultivariateGaussian>();

    private void Run<TFamily>()
        where TFamily : struct, IExponentialFamily
    {
        var (eta, output) = Plate<TFamily>();
        NaturalParameters.ExpectedStatistics<TFamily>(eta, output);
        Device.Synchronize();
    }
}
