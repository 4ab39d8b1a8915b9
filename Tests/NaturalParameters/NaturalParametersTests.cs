using Native.Kernels;

namespace Native.Tests;

/// <summary>All kernels of every exponential family.</summary>
public static class NaturalParameterCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new NaturalParameterCall<Gaussian>(), new NaturalParameterCall<Gamma>(), new NaturalParameterCall<Beta>(), new NaturalParameterCall<Bernoulli>(),
        new NaturalParameterCall<Dirichlet>(), new NaturalParameterCall<Categorical>(), new NaturalParameterCall<MultivariateGaussian>(), new NaturalParameterCall<Wishart>(),
        new NaturalParameterCall<Poisson>(),
    ];
}

/// <summary>All kernels of one exponential family; one variable per feature, the size of a variable from the rows.</summary>
public sealed class NaturalParameterCall<TFamily>() : KernelCall("NaturalParameters", typeof(TFamily).Name)
    where TFamily : struct, IExponentialFamily
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool TakesSpecialValues => false;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Rows >= 2;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var n = bench.Features;
        var p = 1 + bench.Rows % 5;
        var rows = typeof(TFamily) == typeof(MultivariateGaussian) ? p + p * p
            : typeof(TFamily) == typeof(Wishart) ? 1 + p * p
            : typeof(TFamily) == typeof(Dirichlet) || typeof(TFamily) == typeof(Categorical) ? bench.Rows
            : TFamily.DimensionOf(1) == 1 ? 1 : 2;
        var kernels = bench.NaturalParameters;
        var eta = bench.Input<NaturalElements<TFamily>>("eta", rows, n);
        var x = bench.Input<ValueElements<TFamily>>("x", TFamily.ValueRows(TFamily.DimensionOf(rows)), n);
        kernels.LogPartition<TFamily>(eta, bench.OutputVector("log partition", n));
        kernels.ExpectedStatistics<TFamily>(eta, bench.Output("mean", rows, n));
        if (TFamily.HasEntropy)
        {
            kernels.Entropy<TFamily>(eta, bench.OutputVector("entropy", n));
        }

        kernels.KullbackLeibler<TFamily>(eta, bench.Input<NaturalElements<TFamily>>("eta of p", rows, n), bench.OutputVector("divergence", n));
        kernels.LogDensity<TFamily>(eta, x, bench.OutputVector("log density", n));
        kernels.SufficientStatistics<TFamily>(x, bench.Output("statistics", rows, n));
        kernels.ToStandard<TFamily>(eta, bench.Output("standard", rows, n));
        kernels.FromStandard<TFamily>(bench.Input<StandardElements<TFamily>>("given standard", rows, n), bench.Output("eta of standard", rows, n));
    }
}

/// <summary>The contract of the exponential families.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class NaturalParametersTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => NaturalParameterCalls.All;
}

/// <summary>What lies outside a domain or a support is NaN and reported.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class NaturalParameterDomainTests<TFixture> : IDisposable
    where TFixture : IDeviceFixture
{
    // More variables than a register holds, so that whole registers and the rest are both met.
    private const int Count = 11;

    private Device Device { get; } = TFixture.Create();

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A variable outside the domain is NaN and reported by its number; the others are as they were.</summary>
    [Fact]
    public void AVariableOutsideTheDomainIsReported()
    {
        Outside<Gaussian>([1, 0], [1, 1], [double.NaN, -1], [double.PositiveInfinity, -1], [1, double.NegativeInfinity]);
        Outside<Gamma>([-1, -1], [1, 0], [1, 1], [-1.5, -1], [double.NaN, -1], [1, double.NaN], [double.PositiveInfinity, -1]);
        Outside<Beta>([-1, 1], [1, -1], [1, -2], [1, double.NaN], [double.PositiveInfinity, 1]);
        Outside<Bernoulli>([double.NaN]);
        Outside<Dirichlet>([-1, 1, 1], [1, 1, -1], [1, 1, double.NaN], [double.PositiveInfinity, 1, 1]);
        Outside<Categorical>([double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity], [1, double.NaN, 1], [1, 1, double.PositiveInfinity]);
        Outside<MultivariateGaussian>([1, 1, -1, 2, 2, -1], [1, 1, 1, 0, 0, -1], [1, 1, -1, double.NaN, 0, -1], [double.NaN, 1, -1, 0, 0, -1], [1, double.PositiveInfinity, -1, 0, 0, -1], [1, 1, -1, 0, 0, 0]);
        Outside<Wishart>([-1, -1, 0, 0, -1], [1, -1, 2, 2, -1], [1, -1, 0, double.NaN, -1], [double.NaN, -1, 0, 0, -1], [1, -1, 0, 0, double.NegativeInfinity]);
        Outside<Poisson>([double.NaN], [double.PositiveInfinity]);
    }

    /// <summary>A value outside the support is NaN and reported by its number.</summary>
    [Fact]
    public void AValueOutsideTheSupportIsReported()
    {
        OutsideSupport<Gaussian>([double.NaN], [double.PositiveInfinity]);
        OutsideSupport<Gamma>([0], [-1], [double.NaN], [double.PositiveInfinity]);
        OutsideSupport<Beta>([0], [1], [-1], [2], [double.NaN]);
        OutsideSupport<Bernoulli>([0.5], [-1], [2], [double.NaN]);
        OutsideSupport<Dirichlet>([0, 0.5, 0.5], [0.5, 0.5, 0.5], [-0.5, 1, 0.5], [double.NaN, 0.5, 0.5]);
        OutsideSupport<Categorical>([-1], [3], [0.5], [double.NaN]);
        OutsideSupport<MultivariateGaussian>([1, double.NaN], [double.PositiveInfinity, 1]);
        OutsideSupport<Wishart>([1, 2, 2, 1], [0, 0, 0, 1], [1, 0, 0, double.NaN]);
        OutsideSupport<Poisson>([-1], [0.5], [double.NaN], [double.PositiveInfinity]);
    }

    /// <summary>Standard parameters of no distribution are NaN and reported.</summary>
    [Fact]
    public void StandardParametersOfNoDistributionAreReported()
    {
        NoDistribution<Gaussian>([0, 0], [0, -1], [double.NaN, 1], [double.PositiveInfinity, 1], [1, double.PositiveInfinity]);
        NoDistribution<Gamma>([0, 1], [1, 0], [1, double.NaN]);
        NoDistribution<Beta>([0, 1], [1, -1]);
        NoDistribution<Bernoulli>([-0.1], [1.1], [double.NaN]);
        NoDistribution<Dirichlet>([0, 1, 1], [1, 1, double.NaN]);
        NoDistribution<Categorical>([0, 0, 0], [-1, 1, 1], [1, double.NaN, 1], [double.PositiveInfinity, 1, 1]);
        NoDistribution<MultivariateGaussian>([0, 0, 1, 2, 2, 1], [double.NaN, 0, 1, 0, 0, 1]);
        NoDistribution<Wishart>([1, 1, 0, 0, 1], [3, 1, 2, 2, 1], [double.NaN, 1, 0, 0, 1]);
        NoDistribution<Poisson>([-1], [double.NaN], [double.PositiveInfinity]);
    }

    /// <summary>The number reported is that of the first variable, wherever it is.</summary>
    [Fact]
    public void TheFirstVariableOutsideTheDomainIsNamed()
    {
        const int Variables = 70_001;
        foreach (var places in (int[][])[[0, 5], [69_999, 70_000], [40_000, 123, 60_000]])
        {
            var values = new float[2 * Variables];
            Array.Fill(values, -0.5f);
            Array.ForEach(places, place => values[place] = float.NaN);
            using var eta = Device.Upload(values, 2, Variables);
            using var mean = Device.Allocate<float>(2, Variables);
            Device.NaturalParameters<float>().ExpectedStatistics<Gamma>(eta, mean);
            Assert.Equal(places.Min(), Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
            var found = mean.ToArray();
            Assert.Equal(places.Order(), Enumerable.Range(0, Variables).Where(i => float.IsNaN(found[i])));
        }
    }

    private void Outside<TFamily>(params double[][] bad)
        where TFamily : struct, IExponentialFamily
    {
        foreach (var parameters in bad)
        {
            var rows = parameters.Length;
            var kernels = Device.NaturalParameters<double>();
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, false, (eta, output) => kernels.ExpectedStatistics<TFamily>(eta, output));
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, false, (eta, output) => kernels.ToStandard<TFamily>(eta, output));
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, true, (eta, output) => kernels.LogPartition<TFamily>(eta, output));
            if (TFamily.HasEntropy)
            {
                AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, true, (eta, output) => kernels.Entropy<TFamily>(eta, output));
            }

            using var good = Device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 7), rows, Count);
            var valueRows = TFamily.ValueRows(TFamily.DimensionOf(rows));
            using var x = Device.Upload(FamilySamples.Matrix<ValueElements<TFamily>, double>(valueRows, Count, 8), valueRows, Count);
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, true, (eta, output) => kernels.KullbackLeibler<TFamily>(eta, good, output));
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, true, (eta, output) => kernels.KullbackLeibler<TFamily>(good, eta, output));
            AssertReported<TFamily, NaturalElements<TFamily>>(parameters, rows, true, (eta, output) => kernels.LogDensity<TFamily>(eta, x, output));
        }
    }

    private void OutsideSupport<TFamily>(params double[][] bad)
        where TFamily : struct, IExponentialFamily
    {
        foreach (var value in bad)
        {
            var rows = typeof(TFamily) == typeof(Dirichlet) || typeof(TFamily) == typeof(Categorical) ? 3
                : typeof(TFamily) == typeof(MultivariateGaussian) ? 6
                : typeof(TFamily) == typeof(Wishart) ? 5
                : TFamily.DimensionOf(1) == 1 ? 1 : 2;
            var kernels = Device.NaturalParameters<double>();
            using var eta = Device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 7), rows, Count);
            AssertReported<TFamily, ValueElements<TFamily>>(value, rows, true, (x, output) => kernels.LogDensity<TFamily>(eta, x, output));
            AssertReported<TFamily, ValueElements<TFamily>>(value, rows, false, (x, output) => kernels.SufficientStatistics<TFamily>(x, output));
        }
    }

    private void NoDistribution<TFamily>(params double[][] bad)
        where TFamily : struct, IExponentialFamily
    {
        foreach (var standard in bad)
        {
            var kernels = Device.NaturalParameters<double>();
            AssertReported<TFamily, StandardElements<TFamily>>(standard, standard.Length, false, (given, eta) => kernels.FromStandard<TFamily>(given, eta));
        }
    }

    private void AssertReported<TFamily, TElements>(double[] bad, int outputRows, bool outputIsVector, Action<DeviceTensor<double>, DeviceTensor<double>> run)
        where TFamily : struct, IExponentialFamily
        where TElements : struct, IElements
    {
        foreach (var place in (int[])[2, Count - 1])
        {
            var what = $"{typeof(TFamily).Name} [{string.Join(", ", bad)}] at {place}";
            var values = FamilySamples.Matrix<TElements, double>(bad.Length, Count, 5);
            using var input = Device.Upload(values, bad.Length, Count);
            using var output = outputIsVector ? Device.Allocate<double>(Count) : Device.Allocate<double>(outputRows, Count);
            run(input, output);
            Device.ThrowIfFaulted();
            var expected = output.ToArray();
            for (var row = 0; row < bad.Length; row++)
            {
                values[row * Count + place] = bad[row];
            }

            input.Upload(values);
            run(input, output);
            Assert.Equal(place, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
            var found = output.ToArray();
            for (var i = 0; i < found.Length; i++)
            {
                Assert.True(i % Count == place ? double.IsNaN(found[i]) : found[i].Equals(expected[i]), $"{what}: element {i} is {found[i]}, was {expected[i]}.");
            }
        }
    }
}

/// <summary>Exponential families on the SIMD processor.</summary>
public sealed class NaturalParametersOnCpu : NaturalParametersTests<CpuFixture>;

/// <summary>Exponential families on the SIMD processor with several threads.</summary>
public sealed class NaturalParametersOnCpuThreads : NaturalParametersTests<CpuThreadsFixture>;

/// <summary>Domains on the SIMD processor.</summary>
public sealed class NaturalParameterDomainsOnCpu : NaturalParameterDomainTests<CpuFixture>;

/// <summary>Domains on the SIMD processor with several threads.</summary>
public sealed class NaturalParameterDomainsOnCpuThreads : NaturalParameterDomainTests<CpuThreadsFixture>;

/// <summary>Domains on the reference device.</summary>
public sealed class NaturalParameterDomainsOnReference : NaturalParameterDomainTests<ReferenceFixture>;
