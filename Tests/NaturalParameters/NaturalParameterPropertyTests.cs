using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>Laws that hold for every exponential family, against the definitions, finite differences and numerical integration.</summary>
public sealed class NaturalParameterPropertyTests : IDisposable
{
    private const int Count = 37;

    private readonly CpuDevice _device = new(1);

    private NaturalParameterKernels<double> Kernels => _device.NaturalParameters<double>();

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    [Fact]
    public void ExpectedStatisticsAreTheGradientOfTheLogPartition() => ForAll(new Gradient { Test = this });

    [Fact]
    public void EntropyDivergenceAndDensityAreThoseOfTheirDefinitions() => ForAll(new Definitions { Test = this });

    [Fact]
    public void DivergencesAreZeroForEqualDistributionsAndPositiveForOthers() => ForAll(new Divergences { Test = this });

    [Fact]
    public void StandardParametersThereAndBack() => ForAll(new RoundTrip { Test = this });

    [Theory]
    [InlineData(1.3, 0.8, -0.4, 2.5)]
    [InlineData(-7, 0.05, -6.9, 0.06)]
    public void GaussianByIntegration(double mean, double variance, double meanOfP, double varianceOfP) =>
        Integrate<Gaussian>([mean, variance], [meanOfP, varianceOfP], t => t, _ => 0, mean - 60, mean + 60);

    [Theory]
    [InlineData(0.3, 2, 1.5, 0.7)]
    [InlineData(4, 0.5, 3, 2)]
    [InlineData(60, 30, 55, 28)]
    public void GammaByIntegration(double shape, double rate, double shapeOfP, double rateOfP) =>
        Integrate<Gamma>([shape, rate], [shapeOfP, rateOfP], Math.Exp, t => t, -150, 7);

    [Theory]
    [InlineData(0.4, 0.7, 2, 1)]
    [InlineData(3, 5, 4, 4)]
    [InlineData(40, 90, 35, 80)]
    public void BetaByIntegration(double a, double b, double aOfP, double bOfP) =>
        Integrate<Beta>([a, b], [aOfP, bOfP], t => 1 / (1 + Math.Exp(-t)), t => -t - 2 * Math.Log(1 + Math.Exp(-t)), -90, 35);

    [Fact]
    public void PoissonBySummation()
    {
        var eta = Eta<Poisson>([7.5]);
        var etaOfP = Eta<Poisson>([2.25]);
        double total = 0, mean = 0, divergence = 0;
        for (var x = 0; x < 100; x++)
        {
            var log = LogDensity<Poisson>(eta, x);
            total += Math.Exp(log);
            mean += x * Math.Exp(log);
            divergence += Math.Exp(log) * (log - LogDensity<Poisson>(etaOfP, x));
        }

        Assert.Equal(1, total, 1e-13);
        Assert.Equal(7.5, mean, 1e-12);
        Assert.Equal(divergence, Divergence<Poisson>(eta, etaOfP), 1e-12);
        Assert.Throws<NotSupportedException>(() => Vector(eta, 1, (e, o) => Kernels.Entropy<Poisson>(e, o)));
    }

    /// <summary>Large, nearly equal distributions: the difference of log partitions has no digit left there, in float not even the sign.</summary>
    [Fact]
    public void DivergencesOfLargeParametersKeepTheirDigits()
    {
        Near<Gamma>([50_001, 200_282], 1e-3, 2e-3);
        Near<Gamma>([2e6, 3], 1e-4, 0.05);
        Near<Beta>([1e5, 3e5], 1e-3, 2e-3);
        Near<Dirichlet>([1e5, 20, 3e4, 50], 1e-3, 2e-3);
        Near<Wishart>([5e4, 1e-4, 0, 0, 3e-4], 1e-3, 5e-3);
        Near<Gaussian>([0.5, 1e-3], 1e-2, 2e-3);

        void Near<TFamily>(double[] standard, double step, double tolerance)
            where TFamily : struct, IExponentialFamily
        {
            // To second order the divergence is ½ Σ δ_i δ_j ∂⟨u_i⟩/∂η_j; the double kernel is checked against it, the float kernel against double.
            var eta = Eta<TFamily>(standard);
            var etaOfP = eta.ToArray();
            for (var k = 0; k < eta.Length; k++)
            {
                etaOfP[k] += step * (k % 2 == 0 ? 1 : -0.5) * eta[k];
            }

            var forward = Divergence<TFamily>(eta, etaOfP);
            var backward = Divergence<TFamily>(etaOfP, eta);
            var u = Matrix(eta, eta.Length, (e, o) => Kernels.ExpectedStatistics<TFamily>(e, o));
            var uOfP = Matrix(etaOfP, eta.Length, (e, o) => Kernels.ExpectedStatistics<TFamily>(e, o));
            var symmetric = eta.Select((value, k) => (value - etaOfP[k]) * (u[k] - uOfP[k])).Sum();
            Assert.Equal(symmetric, forward + backward, 1e-6 * symmetric);

            var single = new float[1];
            using var device = new CpuDevice(1);
            using var q = device.Upload(Array.ConvertAll(eta, value => (float)value), eta.Length, 1);
            using var p = device.Upload(Array.ConvertAll(etaOfP, value => (float)value), eta.Length, 1);
            using var output = device.Allocate<float>(1);
            device.NaturalParameters<float>().KullbackLeibler<TFamily>(q, p, output);
            output.Download(single);

            // The double result for the numbers that float rounds to.
            var expected = Divergence<TFamily>(Array.ConvertAll(q.ToArray(), value => (double)value), Array.ConvertAll(p.ToArray(), value => (double)value));
            Assert.Equal(expected, single[0], tolerance * expected);
        }
    }

    [Fact]
    public void WhatCannotBeCountsNothing()
    {
        var inf = double.PositiveInfinity;
        double[] certain = [-inf, 3, -inf];
        double[] open = [0, 1, 2];
        Assert.Equal(0, Vector(certain, 3, (e, o) => Kernels.Entropy<Categorical>(e, o)));
        Assert.Equal([0, 1, 0], Matrix(certain, 3, (e, o) => Kernels.ExpectedStatistics<Categorical>(e, o)));
        Assert.Equal(Math.Log(Math.E + 1 + Math.E * Math.E) - 1, Divergence<Categorical>(certain, open), 1e-15);
        Assert.Equal(inf, Divergence<Categorical>(open, certain));
        Assert.Equal(0, Divergence<Categorical>(certain, certain));
        Assert.Equal(-inf, LogDensity<Categorical>(certain, 0));
        Assert.Equal(0, LogDensity<Categorical>(certain, 1));

        Assert.Equal(0, Vector([inf], 1, (e, o) => Kernels.Entropy<Bernoulli>(e, o)));
        Assert.Equal(0, Vector([-inf], 1, (e, o) => Kernels.Entropy<Bernoulli>(e, o)));
        Assert.Equal(Math.Log(2), Divergence<Bernoulli>([inf], [0]), 1e-15);
        Assert.Equal(inf, Divergence<Bernoulli>([0], [inf]));
        Assert.Equal(0, Divergence<Bernoulli>([-inf], [-inf]));
        Assert.Equal(0, LogDensity<Bernoulli>([inf], 1));
        Assert.Equal(-inf, LogDensity<Bernoulli>([inf], 0));

        Assert.Equal(Math.E, Divergence<Poisson>([-inf], [1]), 1e-15);
        Assert.Equal(inf, Divergence<Poisson>([1], [-inf]));
        Assert.Equal(0, LogDensity<Poisson>([-inf], 0));
        Assert.Equal(-inf, LogDensity<Poisson>([-inf], 2));
    }

    /// <summary>Only the symmetric part of a matrix counts.</summary>
    [Fact]
    public void MatricesNeedNotBeSymmetric()
    {
        double[] symmetric = [1, -2, -1, 0.25, 0.25, -0.75];
        double[] lopsided = [1, -2, -1, 0.5, 0, -0.75];
        Assert.Equal(Matrix(symmetric, 6, (e, o) => Kernels.ExpectedStatistics<MultivariateGaussian>(e, o)), Matrix(lopsided, 6, (e, o) => Kernels.ExpectedStatistics<MultivariateGaussian>(e, o)));
        Assert.Equal(Vector([2, .. symmetric[2..]], 5, (e, o) => Kernels.LogPartition<Wishart>(e, o)), Vector([2, .. lopsided[2..]], 5, (e, o) => Kernels.LogPartition<Wishart>(e, o)));
    }

    /// <summary>In one dimension the families of vectors and matrices are those of numbers.</summary>
    [Fact]
    public void InOneDimensionTheyAreTheFamiliesOfNumbers()
    {
        double[] gaussian = [1.5, -0.75], gaussianOfP = [0.25, -2];
        Assert.Equal(Divergence<Gaussian>(gaussian, gaussianOfP), Divergence<MultivariateGaussian>(gaussian, gaussianOfP), 1e-14);

        // X ~ Wishart(ν, V) is Gamma(ν/2, 1/2V); η₁ and η₂ are the same.
        double[] gamma = [1.5, -0.75], gammaOfP = [0.25, -2];
        Assert.Equal(Divergence<Gamma>(gamma, gammaOfP), Divergence<Wishart>(gamma, gammaOfP), 1e-14);
        Assert.Equal(Vector(gamma, 2, (e, o) => Kernels.Entropy<Gamma>(e, o)), Vector(gamma, 2, (e, o) => Kernels.Entropy<Wishart>(e, o)), 1e-14);
        Assert.Equal(LogDensity<Gamma>(gamma, 0.7), LogDensity<Wishart>(gamma, 0.7), 1e-14);
    }

    /// <summary>Sixty-four dimensions, beyond any register.</summary>
    [Fact]
    public void SixtyFourDimensions()
    {
        const int P = 64;
        var eta = FamilySamples.Matrix<NaturalElements<MultivariateGaussian>, double>(P + P * P, 3, 1);
        var standard = Run(eta, P + P * P, 3, (e, o) => Kernels.ToStandard<MultivariateGaussian>(e, o));
        var back = Run(standard, P + P * P, 3, (e, o) => Kernels.FromStandard<MultivariateGaussian>(e, o));
        Contract.AssertClose(back, eta, 1e-13, "there and back");
    }

    private static void ForAll<TVisitor>(TVisitor visitor)
        where TVisitor : struct, IExponentialFamilyVisitor
    {
        foreach (var family in Enum.GetValues<ExponentialFamily>())
        {
            family.Dispatch(ref visitor);
        }
    }

    private static int Rows<TFamily>()
        where TFamily : struct, IExponentialFamily
        => typeof(TFamily) == typeof(Dirichlet) || typeof(TFamily) == typeof(Categorical) ? 4
            : typeof(TFamily) == typeof(MultivariateGaussian) ? 12
            : typeof(TFamily) == typeof(Wishart) ? 10
            : TFamily.DimensionOf(1) == 1 ? 1 : 2;

    private double[] Eta<TFamily>(double[] standard)
        where TFamily : struct, IExponentialFamily
        => Matrix(standard, standard.Length, (s, o) => Kernels.FromStandard<TFamily>(s, o));

    private double[] Matrix(double[] column, int rows, Action<DeviceTensor<double>, DeviceTensor<double>> run) => Run(column, rows, 1, run);

    private double Vector(double[] column, int rows, Action<DeviceTensor<double>, DeviceTensor<double>> run)
    {
        Assert.Equal(rows, column.Length);
        using var input = _device.Upload(column, rows, 1);
        using var output = _device.Allocate<double>(1);
        run(input, output);
        _device.ThrowIfFaulted();
        return output.ToArray()[0];
    }

    private double[] Run(double[] matrix, int rows, int variables, Action<DeviceTensor<double>, DeviceTensor<double>> run)
    {
        using var input = _device.Upload(matrix, rows, variables);
        using var output = _device.Allocate<double>(rows, variables);
        run(input, output);
        _device.ThrowIfFaulted();
        return output.ToArray();
    }

    private double Divergence<TFamily>(double[] eta, double[] etaOfP)
        where TFamily : struct, IExponentialFamily
    {
        using var p = _device.Upload(etaOfP, etaOfP.Length, 1);
        return Vector(eta, eta.Length, (q, output) => Kernels.KullbackLeibler<TFamily>(q, p, output));
    }

    private double LogDensity<TFamily>(double[] eta, double x)
        where TFamily : struct, IExponentialFamily
    {
        using var value = _device.Upload([x], 1, 1);
        return Vector(eta, eta.Length, (q, output) => Kernels.LogDensity<TFamily>(q, value, output));
    }

    // The trapezoidal rule in t, x = x(t): it converges exponentially for integrands that fall off at both ends.
    private void Integrate<TFamily>(double[] standard, double[] standardOfP, Func<double, double> x, Func<double, double> logDerivative, double low, double high)
        where TFamily : struct, IExponentialFamily
    {
        const int Steps = 20_000;
        var step = (high - low) / Steps;
        var eta = Eta<TFamily>(standard);
        var etaOfP = Eta<TFamily>(standardOfP);
        var values = Enumerable.Range(0, Steps).Select(i => x(low + (i + 0.5) * step)).ToArray();
        using var q = _device.Upload(Repeat(eta), 2, Steps);
        using var p = _device.Upload(Repeat(etaOfP), 2, Steps);
        using var points = _device.Upload(values, 1, Steps);
        using var output = _device.Allocate<double>(Steps);
        using var statistics = _device.Allocate<double>(2, Steps);
        Kernels.LogDensity<TFamily>(q, points, output);
        var density = output.ToArray();
        Kernels.LogDensity<TFamily>(p, points, output);
        var densityOfP = output.ToArray();
        Kernels.SufficientStatistics<TFamily>(points, statistics);
        var u = statistics.ToArray();
        _device.ThrowIfFaulted();
        double total = 0, entropy = 0, divergence = 0, first = 0, second = 0;
        for (var i = 0; i < Steps; i++)
        {
            var mass = step * Math.Exp(density[i] + logDerivative(low + (i + 0.5) * step));
            total += mass;
            entropy -= mass * density[i];
            divergence += mass * (density[i] - densityOfP[i]);
            first += mass * u[i];
            second += mass * u[Steps + i];
        }

        var mean = Matrix(eta, 2, (e, o) => Kernels.ExpectedStatistics<TFamily>(e, o));
        Assert.Equal(1, total, 1e-10);
        Assert.Equal(first, mean[0], 1e-9 * Math.Max(1, Math.Abs(first)));
        Assert.Equal(second, mean[1], 1e-9 * Math.Max(1, Math.Abs(second)));
        Assert.Equal(entropy, Vector(eta, 2, (e, o) => Kernels.Entropy<TFamily>(e, o)), 1e-9);
        Assert.Equal(divergence, Divergence<TFamily>(eta, etaOfP), 1e-9);

        static double[] Repeat(double[] column) => [.. column.SelectMany(value => Enumerable.Repeat(value, Steps))];
    }

    private struct Gradient : IExponentialFamilyVisitor
    {
        public NaturalParameterPropertyTests Test;

        public readonly void Visit<TFamily>()
            where TFamily : struct, IExponentialFamily
        {
            var rows = Rows<TFamily>();
            var test = Test;
            var eta = FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 1);
            var mean = test.Run(eta, rows, Count, (e, o) => test.Kernels.ExpectedStatistics<TFamily>(e, o));
            using var output = test._device.Allocate<double>(Count);
            for (var k = 0; k < rows; k++)
            {
                var above = Shifted(k, 1e-5);
                var below = Shifted(k, -1e-5);
                for (var i = 0; i < Count; i++)
                {
                    var difference = (above[i] - below[i]) / 2e-5;
                    Assert.True(Math.Abs(difference - mean[k * Count + i]) < 1e-6 * Math.Max(1, Math.Abs(difference)), $"{typeof(TFamily).Name}: row {k} of variable {i} is {mean[k * Count + i]}, expected {difference}.");
                }
            }

            double[] Shifted(int k, double step)
            {
                var moved = eta.ToArray();
                for (var i = 0; i < Count; i++)
                {
                    moved[k * Count + i] += step;
                }

                using var input = test._device.Upload(moved, rows, Count);
                test.Kernels.LogPartition<TFamily>(input, output);
                return output.ToArray();
            }
        }
    }

    private struct Definitions : IExponentialFamilyVisitor
    {
        public NaturalParameterPropertyTests Test;

        public readonly void Visit<TFamily>()
            where TFamily : struct, IExponentialFamily
        {
            var rows = Rows<TFamily>();
            var dimension = TFamily.DimensionOf(rows);
            var valueRows = TFamily.ValueRows(dimension);
            var kernels = Test.Kernels;
            var device = Test._device;
            using var eta = device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 1), rows, Count);
            using var etaOfP = device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 2), rows, Count);
            using var x = device.Upload(FamilySamples.Matrix<ValueElements<TFamily>, double>(valueRows, Count, 3), valueRows, Count);
            using var mean = device.Allocate<double>(rows, Count);
            using var output = device.Allocate<double>(Count);
            kernels.LogPartition<TFamily>(eta, output);
            var a = output.ToArray();
            kernels.LogPartition<TFamily>(etaOfP, output);
            var aOfP = output.ToArray();
            kernels.ExpectedStatistics<TFamily>(eta, mean);
            var expected = mean.ToArray();
            kernels.SufficientStatistics<TFamily>(x, mean);
            var u = mean.ToArray();
            kernels.LogDensity<TFamily>(eta, x, output);
            var density = output.ToArray();
            kernels.KullbackLeibler<TFamily>(eta, etaOfP, output);
            var divergence = output.ToArray();
            if (TFamily.HasEntropy)
            {
                kernels.Entropy<TFamily>(eta, output);
            }

            device.ThrowIfFaulted();
            var entropy = output.ToArray();
            var natural = eta.ToArray();
            var naturalOfP = etaOfP.ToArray();
            var values = x.ToArray();
            for (var i = 0; i < Count; i++)
            {
                double atMean = 0, atValue = 0, difference = 0;
                for (var k = 0; k < rows; k++)
                {
                    var place = k * Count + i;
                    atMean += Product(natural[place], expected[place]);
                    atValue += Product(natural[place], u[place]);
                    difference += Product(naturalOfP[place] - natural[place], expected[place]);
                }

                var logBase = typeof(TFamily) == typeof(Gaussian) || typeof(TFamily) == typeof(MultivariateGaussian) ? -0.5 * dimension * Math.Log(2 * Math.PI)
                    : typeof(TFamily) == typeof(Poisson) ? -Enumerable.Range(1, (int)values[i]).Sum(k => Math.Log(k))
                    : 0;
                Close(density[i], atValue - a[i] + logBase, "density");
                Close(divergence[i], aOfP[i] - a[i] - difference, "divergence");
                if (TFamily.HasEntropy)
                {
                    Close(entropy[i], a[i] - atMean - logBase, "entropy");
                }

                void Close(double found, double wanted, string what) =>
                    Assert.True(found == wanted || Math.Abs(found - wanted) < 2e-12 * Math.Max(1, Math.Abs(wanted)), $"{typeof(TFamily).Name}: {what} of variable {i} is {found}, expected {wanted}.");
            }

            static double Product(double a, double b) => b == 0 ? 0 : a * b;
        }
    }

    private struct Divergences : IExponentialFamilyVisitor
    {
        public NaturalParameterPropertyTests Test;

        public readonly void Visit<TFamily>()
            where TFamily : struct, IExponentialFamily
        {
            var rows = Rows<TFamily>();
            var device = Test._device;
            using var eta = device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 1), rows, Count);
            using var etaOfP = device.Upload(FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 2), rows, Count);
            using var output = device.Allocate<double>(Count);
            Test.Kernels.KullbackLeibler<TFamily>(eta, eta, output);
            Assert.All(output.ToArray(), value => Assert.InRange(value, 0, 1e-28));
            Test.Kernels.KullbackLeibler<TFamily>(eta, etaOfP, output);
            Assert.All(output.ToArray(), value => Assert.InRange(value, 1e-9, 1e3));

            // A ten-millionth apart: about 1e-14, and below zero by no more than some roundings of 1.
            var near = eta.ToArray();
            for (var i = 0; i < near.Length; i++)
            {
                near[i] *= 1 + 1e-7 * (i % 2 == 0 ? 1 : -1);
            }

            etaOfP.Upload(near);
            Test.Kernels.KullbackLeibler<TFamily>(eta, etaOfP, output);
            Assert.All(output.ToArray(), value => Assert.InRange(value, -5e-15, 1e-11));
        }
    }

    private struct RoundTrip : IExponentialFamilyVisitor
    {
        public NaturalParameterPropertyTests Test;

        public readonly void Visit<TFamily>()
            where TFamily : struct, IExponentialFamily
        {
            var rows = Rows<TFamily>();
            var test = Test;
            var eta = FamilySamples.Matrix<NaturalElements<TFamily>, double>(rows, Count, 1);
            var standard = test.Run(eta, rows, Count, (e, o) => test.Kernels.ToStandard<TFamily>(e, o));
            var back = test.Run(standard, rows, Count, (s, o) => test.Kernels.FromStandard<TFamily>(s, o));
            if (typeof(TFamily) == typeof(Categorical))
            {
                // Up to the constant, so the probabilities must come back.
                back = test.Run(back, rows, Count, (e, o) => test.Kernels.ToStandard<TFamily>(e, o));
                eta = standard;
            }

            Contract.AssertClose(back, eta, 1e-13, typeof(TFamily).Name);
        }
    }
}
