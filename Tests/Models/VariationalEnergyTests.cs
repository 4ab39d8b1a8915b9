using Native.Kernels.Cpu;
using Native.Models;

namespace Native.Tests;

/// <summary>The term of every factor in the free energy, alone, against numerical integration of <c>-E_q[log f]</c> and <c>E_q[log q]</c>.</summary>
public sealed class VariationalEnergyTests : IDisposable
{
    private const double LogTwoPi = 1.8378770664093454836;
    private const double Tolerance = 1e-9;

    private readonly CpuDevice _device = new(1);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    [Fact]
    public void PriorsAndAGaussian()
    {
        using var graph = new VariationalGraph<double>(_device);
        var mu = graph.Gaussian("mu", 0.5, 0.3);
        var tau = graph.Gamma("tau", 2, 1.5);
        var x = graph.Observe(graph.Gaussian("x", mu, tau, 3), [1, 2.5, -0.5])["x"];
        using var inference = Swept(graph);
        var q = new Gaussian(inference.Posterior(mu));
        var g = new Gamma(inference.Posterior(tau));
        Assert.Equal(q.Expect(m => q.LogDensity(m) - new Gaussian([0.5, 1 / 0.3]).LogDensity(m)), Term(inference, "mu"), Tolerance);
        Assert.Equal(g.Expect(t => g.LogDensity(t) - new Gamma([2, 1.5]).LogDensity(t)), Term(inference, "tau"), Tolerance);
        double logTau = g.Expect(Math.Log), meanTau = g.Expect(t => t);
        var expected = ((double[])[1, 2.5, -0.5]).Sum(value => 0.5 * (LogTwoPi - logTau) + 0.5 * meanTau * q.Expect(m => (value - m) * (value - m)));
        Assert.Equal(expected, Term(inference, "x"), Tolerance);
        Assert.True(x.IsObserved);
    }

    [Fact]
    public void ALatentGaussian()
    {
        using var graph = new VariationalGraph<double>(_device);
        var mu = graph.Gaussian("mu", 0.5, 0.3);
        var tau = graph.Gamma("tau", 2, 1.5);
        var level = graph.Gaussian("level", mu, tau);
        graph.Observe(graph.Gaussian("x", level, 4, 2), [1, 1.5]);
        using var inference = Swept(graph);
        var m = new Gaussian(inference.Posterior(mu));
        var g = new Gamma(inference.Posterior(tau));
        var l = new Gaussian(inference.Posterior(level));
        var square = l.Expect(value => m.Expect(mean => (value - mean) * (value - mean)));
        var energy = 0.5 * (g.Expect(Math.Log) - LogTwoPi) - 0.5 * g.Expect(t => t) * square;
        Assert.Equal(l.Expect(l.LogDensity) - energy, Term(inference, "level"), Tolerance);
    }

    [Fact]
    public void CountsAndGammasOfUnknownRate()
    {
        using var graph = new VariationalGraph<double>(_device);
        var rate = graph.Gamma("rate", 2, 3);
        var lambda = graph.Gamma("lambda", 1.5, rate);
        graph.Observe(graph.Poisson("x", lambda, 2), [3, 5]);
        using var inference = Swept(graph);
        var b = new Gamma(inference.Posterior(rate));
        var l = new Gamma(inference.Posterior(lambda));
        Assert.Equal(2 * l.Expect(t => t) - 8 * l.Expect(Math.Log) + Math.Log(6) + Math.Log(120), Term(inference, "x"), Tolerance);
        var logGammaOfShape = Math.Log(Math.Sqrt(Math.PI) / 2);
        var energy = l.Expect(t => b.Expect(r => 1.5 * Math.Log(r) - logGammaOfShape + 0.5 * Math.Log(t) - r * t));
        Assert.Equal(l.Expect(l.LogDensity) - energy, Term(inference, "lambda"), Tolerance);
    }

    [Fact]
    public void FlagsAndOutcomes()
    {
        using var graph = new VariationalGraph<double>(_device);
        var p = graph.Beta("p", 2, 3);
        var pi = graph.Dirichlet("pi", [2, 3]);
        graph.Observe(graph.Bernoulli("x", p, 3), [1, 0, 1]).Observe(graph.Categorical("y", pi, 3), [0, 1, 0]);
        using var inference = Swept(graph);
        var q = new Beta(inference.Posterior(p));
        var expected = -2 * q.Expect(Math.Log) - q.Expect(t => Math.Log(1 - t));
        Assert.Equal(expected, Term(inference, "x"), Tolerance);
        Assert.Equal(expected, Term(inference, "y"), Tolerance);
        var divergence = q.Expect(t => q.LogDensity(t) - new Beta([2, 3]).LogDensity(t));
        Assert.Equal(divergence, Term(inference, "p"), Tolerance);
        Assert.Equal(divergence, Term(inference, "pi"), Tolerance);
    }

    [Fact]
    public void AMultivariateGaussian()
    {
        // Wishart by Bartlett: Λ = C L Lᵀ Cᵀ, V = C Cᵀ, of independent L₁₁² ~ χ²(ν), L₂₂² ~ χ²(ν-1), L₂₁ ~ N(0, 1).
        using var graph = new VariationalGraph<double>(_device);
        var mu = graph.MultivariateGaussian("mu", [0.5, -1], [0.4, 0.1, 0.1, 0.3]);
        var lambda = graph.Wishart("lambda", 4.5, [2, 0.3, 0.3, 1]);
        double[][] data = [[1, 0.2], [-0.7, 2], [0.4, -0.3]];
        graph.Observe(graph.MultivariateGaussian("x", mu, lambda, 3), [.. data.SelectMany(row => row)]);
        using var inference = Swept(graph);
        var q = inference.Posterior(mu);
        var w = inference.Posterior(lambda);
        double c11 = Math.Sqrt(w[1]), c21 = w[3] / c11, c22 = Math.Sqrt(w[4] - c21 * c21);
        Gamma first = new([w[0] / 2, 0.5]), second = new([(w[0] - 1) / 2, 0.5]);
        var logDeterminant = 2 * Math.Log(c11 * c22) + first.Expect(Math.Log) + second.Expect(Math.Log);
        // E[L Lᵀ] is diagonal.
        double e11 = first.Expect(t => t), e22 = second.Expect(t => t) + 1;
        double[] precision = [c11 * c11 * e11, c11 * c21 * e11, c21 * c21 * e11 + c22 * c22 * e22];
        var expected = 0.0;
        foreach (var row in data)
        {
            double d0 = row[0] - q[0], d1 = row[1] - q[1];
            var square = precision[0] * (d0 * d0 + q[2]) + 2 * precision[1] * (d0 * d1 + q[3]) + precision[2] * (d1 * d1 + q[5]);
            expected += 0.5 * (2 * LogTwoPi - logDeterminant + square);
        }

        Assert.Equal(expected, Term(inference, "x"), Tolerance);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-300)]
    public void AMixtureAndItsGate(double damping)
    {
        using var graph = new VariationalGraph<double>(_device);
        var pi = graph.Dirichlet("pi", [2, 3]);
        var mu = graph.Gaussian("mu", [-1, 1], 0.5);
        var tau = graph.Gamma("tau", [2, 3], 1.5);
        var z = graph.Categorical("z", pi, 3);
        double[] x = [-1.5, 0.7, 1.1];
        graph.Observe(graph.Mixture("x", z, mu, tau), x);
        using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(3) with { Damping = damping });
        inference.Run(cancellation: TestContext.Current.CancellationToken);
        double[] m = inference.Posterior(mu), t = inference.Posterior(tau), r = inference.Posterior(z);
        var weight = new Beta(inference.Posterior(pi));
        double[] logWeight = [weight.Expect(Math.Log), weight.Expect(p => Math.Log(1 - p))];
        double gate = 0, likelihood = 0;
        for (var n = 0; n < 3; n++)
        {
            for (var k = 0; k < 2; k++)
            {
                var (q, g) = (new Gaussian([m[2 * k], m[2 * k + 1]]), new Gamma([t[2 * k], t[2 * k + 1]]));
                var own = r[2 * n + k];
                gate += own * (Math.Log(own) - logWeight[k]);
                likelihood += own * (0.5 * (LogTwoPi - g.Expect(Math.Log)) + 0.5 * g.Expect(tau => tau) * q.Expect(mean => (x[n] - mean) * (x[n] - mean)));
            }
        }

        if (damping > 0)
        {
            Assert.Equal(gate, Term(inference, "z"), Tolerance);
            Assert.Equal(likelihood, Term(inference, "x"), Tolerance);
        }

        Assert.Equal(gate + likelihood, Term(inference, "z") + Term(inference, "x"), Tolerance);
    }

    private static VariationalInference<double> Swept(VariationalGraph<double> graph)
    {
        var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(3));
        inference.Run(cancellation: TestContext.Current.CancellationToken);
        return inference;
    }

    private static double Term(VariationalInference<double> inference, string name) => inference.FreeEnergyOf(inference.Graph.Factors.Single(factor => factor.Name == name));

    /// <summary>The trapezoidal rule over the whole line; normalised by itself, so that a density needs no constant.</summary>
    private static double Expect(Func<double, double> logWeight, Func<double, double> f, double low, double high)
    {
        const int Steps = 4000;
        double sum = 0, weights = 0, peak = double.NegativeInfinity;
        for (var i = 0; i <= Steps; i++)
        {
            peak = Math.Max(peak, logWeight(low + (high - low) * i / Steps));
        }

        for (var i = 0; i <= Steps; i++)
        {
            var t = low + (high - low) * i / Steps;
            var weight = Math.Exp(logWeight(t) - peak);
            weights += weight;
            sum += weight == 0 ? 0 : weight * f(t);
        }

        return sum / weights;
    }

    private static double LogIntegral(Func<double, double> logWeight, double low, double high)
    {
        const int Steps = 4000;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            sum += Math.Exp(logWeight(low + (high - low) * i / Steps));
        }

        return Math.Log(sum * (high - low) / Steps);
    }

    private sealed class Gaussian(double[] standard)
    {
        private readonly double _deviation = Math.Sqrt(standard[1]);

        public double LogDensity(double x) => -0.5 * (LogTwoPi + Math.Log(standard[1]) + (x - standard[0]) * (x - standard[0]) / standard[1]);

        public double Expect(Func<double, double> f) => VariationalEnergyTests.Expect(LogDensity, f, standard[0] - 14 * _deviation, standard[0] + 14 * _deviation);
    }

    // In t = log x.
    private sealed class Gamma(double[] standard)
    {
        private double? _logNormaliser;

        public double LogDensity(double x) => Weight(Math.Log(x)) - Math.Log(x) - (_logNormaliser ??= LogIntegral(Weight, -60, 12));

        public double Expect(Func<double, double> f) => VariationalEnergyTests.Expect(Weight, t => f(Math.Exp(t)), -60, 12);

        private double Weight(double t) => standard[0] * t - standard[1] * Math.Exp(t);
    }

    // In t = log(x / (1 - x)).
    private sealed class Beta(double[] standard)
    {
        private double? _logNormaliser;

        public double LogDensity(double x) => (standard[0] - 1) * Math.Log(x) + (standard[1] - 1) * Math.Log(1 - x) - (_logNormaliser ??= LogIntegral(Weight, -40, 40));

        public double Expect(Func<double, double> f) => VariationalEnergyTests.Expect(Weight, t => f(1 / (1 + Math.Exp(-t))), -30, 30);

        private double Weight(double t) => -standard[0] * Math.Log(1 + Math.Exp(-t)) - standard[1] * Math.Log(1 + Math.Exp(t));
    }
}
