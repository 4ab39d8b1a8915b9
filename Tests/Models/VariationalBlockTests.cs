using CsCheck;
using Native.Bench;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>Blocks of variational inference: reference cases, descent, energy terms against numerical integration, exact solutions.</summary>
public class VariationalBlockTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bayesian_pca", 2)]
    [InlineData("discrete_mean_field", 2)]
    [InlineData("linear_gaussian_chain", 4)]
    [InlineData("linear_regression_ard", 3)]
    [InlineData("logistic_regression", 2)]
    public void EveryCaseOfTheModelPasses(string model, int cases)
    {
        using var device = new ReferenceDevice();
        var files = CaseFiles.Find([CasePaths.Folder("vmp")]).Where(file => ReferenceCase.Load(file).Option("model") == model).ToList();
        Assert.Equal(cases, files.Count);
        Assert.All(files.SelectMany(file => CaseRunner.Run(file, device)), result => Assert.True(result.Status == CaseStatus.Passed, $"{result.Name}: {result.Reason} ({result.Error})"));
    }

    [Fact]
    public void NoSweepOfRandomModelsRaisesTheFreeEnergy() => Gen.Int[0, int.MaxValue].Sample(
        seed =>
        {
            // A rise throws.
            var random = new Random(seed);
            foreach (var model in RandomModels(random))
            {
                model.Run(40, 0, cancellation: Stop);
                Assert.True(double.IsFinite(model.FreeEnergy));
                Assert.True(model.Rises == 0);
            }
        },
        iter: 60);

    [Fact]
    public void SweepsAllocateNothing()
    {
        foreach (var model in RandomModels(new Random(3)))
        {
            model.Run(60, 0, cancellation: Stop);
            var before = GC.GetAllocatedBytesForCurrentThread();
            model.Sweep();
            Assert.True(GC.GetAllocatedBytesForCurrentThread() == before, model.GetType().Name);
        }
    }

    [Fact]
    public void TheStructuredChainEqualsATree()
    {
        // Rotation by π/15, observed through diag(1.3, 0.7); every fifth observation is missing.
        const int N = 50;
        var (cos, sin) = (Math.Cos(Math.PI / 15), Math.Sin(Math.PI / 15));
        double[] transition = [cos, -sin, sin, cos], emission = [1.3, 0, 0, 0.7];
        var random = new Random(11);
        var x = Normals(random, 2 * N, 5);
        var observed = new bool[N];
        var tree = new GaussianTree();
        for (var t = 0; t < N; t++)
        {
            tree.Variable(2);
            _ = t == 0 ? tree.Prior(0, [1, -2], [100, 0, 0, 100]) : tree.Transition(t - 1, t, transition, [0.05, 0, 0, 0.05]);
            observed[t] = t % 5 != 4;
            if (observed[t])
            {
                tree.Observe(t, emission, x.AsSpan(2 * t, 2), [10, 0, 0, 10]);
            }
            else
            {
                x[2 * t] = double.NaN;
            }
        }

        var beliefs = tree.Solve();
        var chain = new LinearGaussianChain(Chain(transition, emission, [1, -2], 0.01, 20, 0.1), x, observed);
        chain.Sweep();
        Assert.Equal(-beliefs.LogPartition, chain.FreeEnergy, 1e-9);
        for (var t = 0; t < N; t++)
        {
            AssertClose(beliefs.Mean(t), chain.Mean.Slice(2 * t, 2));
            AssertClose(beliefs.Covariance(t), chain.Covariance.Slice(4 * t, 4));
            if (t + 1 < N)
            {
                AssertClose(beliefs.CrossCovariance(t, t + 1), chain.CrossCovariance.Slice(4 * t, 4));
            }
        }
    }

    [Fact]
    public void TheFactorisedChainHasTheExactMeansAndALooserBound()
    {
        var parameters = Chain([0.9, 0.1, -0.2, 0.8], [1, 0, 0.5, 1], [0, 1], 1, 2, 3);
        var x = Normals(new Random(5), 40, 1);
        var exact = new LinearGaussianChain(parameters, x);
        var factorised = new LinearGaussianChain(parameters, x, posterior: ChainPosterior.Factorised);
        exact.Sweep();
        Assert.True(factorised.Run(tolerance: 1e-13, cancellation: Stop));
        AssertClose(exact.Mean, factorised.Mean);
        Assert.True(factorised.FreeEnergy > exact.FreeEnergy);
    }

    [Theory]
    [InlineData(0.3, 0.5)]
    [InlineData(-2, 9)]
    [InlineData(4, 400)]
    [InlineData(1.5, 0)]
    public void TheEnergyOfALogisticRowEqualsNumericalIntegration(double mean, double variance)
    {
        var expected = Simpson(u => u == 0 && variance == 0 ? 0 : Softplus(mean + Math.Sqrt(variance) * u) * Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI), -12, 12, 400_000);
        expected = variance == 0 ? Softplus(mean) : expected;
        Assert.Equal(-expected, BayesianLogisticRegression.ExpectedLogLikelihood(false, mean, variance), 1e-11 * (1 + Math.Abs(expected)));
        Assert.Equal(mean - expected, BayesianLogisticRegression.ExpectedLogLikelihood(true, mean, variance), 1e-11 * (1 + Math.Abs(expected)));

        static double Softplus(double a) => Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a)));
    }

    [Fact]
    public void TheEnergyOfALinearCombinationEqualsNumericalIntegration()
    {
        // One row, one weight: E over w of (y - xw)² and over τ of log τ and τ, both by Simpson's rule.
        var model = new BayesianLinearRegression([0.7], [1.9], [2], [1.5], 3, 2);
        model.Run(5, 0, cancellation: Stop);
        double m = model.WeightMean[0], s = Math.Sqrt(model.WeightCovariance[0]), a = model.TauShape, b = model.TauRate;
        var square = Simpson(u => Math.Pow(1.9 - 0.7 * (m + s * u), 2) * Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI), -12, 12, 4000);
        var normaliser = Simpson(t => Math.Exp(a * t - b * Math.Exp(t)), -30, 6, 40_000);
        var expected = Simpson(t => Math.Exp(a * t - b * Math.Exp(t)) * (0.5 * (t - Math.Log(2 * Math.PI)) - 0.5 * Math.Exp(t) * square), -30, 6, 40_000) / normaliser;
        Assert.Equal(expected, model.ExpectedLogLikelihood, 1e-10);
    }

    [Fact]
    public void TheEnergyOfAnInnerProductEqualsNumericalIntegration()
    {
        // One entry, one component: E over w, z and μ of (x - wz - μ)² on a grid.
        var model = new BayesianPca([1.3], 1, new BayesianPcaPriors(0.5, [2], [1], 3, 2), [0.8], [0.3]);
        model.Run(3, 0, cancellation: Stop);
        double w = model.WeightMean[0], sw = Math.Sqrt(model.WeightCovariance[0]), z = model.ScoreMean[0], sz = Math.Sqrt(model.ScoreCovariance[0]);
        double mu = model.MuMean[0], varianceOfMu = 1 / model.MuPrecision[0], a = model.TauShape, b = model.TauRate;
        var square = Simpson(
            u => Density(u) * Simpson(v => Density(v) * (Math.Pow(1.3 - (w + sw * u) * (z + sz * v) - mu, 2) + varianceOfMu), -12, 12, 400), -12, 12, 400);
        var normaliser = Simpson(t => Math.Exp(a * t - b * Math.Exp(t)), -30, 6, 40_000);
        var expected = Simpson(t => Math.Exp(a * t - b * Math.Exp(t)) * (0.5 * (t - Math.Log(2 * Math.PI)) - 0.5 * Math.Exp(t) * square), -30, 6, 40_000) / normaliser;
        Assert.Equal(expected, model.ExpectedLogLikelihood, 1e-10);

        static double Density(double u) => Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI);
    }

    [Fact]
    public void MeanFieldBoundsTheLogPartitionOfIsing()
    {
        var random = new Random(2);
        double[] field = [.. Enumerable.Range(0, 20).Select(_ => 0.2 * random.NextDouble() - 0.1)], couplings = [.. Enumerable.Range(0, 20).Select(_ => 0.5 * random.NextDouble())];
        var ising = new IsingModel(4, 5, field, couplings, couplings);
        var model = new DiscreteMeanField(ising.ToFactorGraph());
        Assert.True(model.Run(cancellation: Stop));
        var exact = ising.ExactLogPartition();
        Assert.InRange(-model.FreeEnergy, exact - 10, exact);
    }

    [Fact]
    public void ImpossibleStatesCountAsNothingWhereQGivesThemNoWeight()
    {
        // x₀ = x₁ for sure: from a start that agrees, mean field stays there.
        var graph = new DiscreteFactorGraph([2, 2], [0, 2], [0, 1], [0, double.NegativeInfinity, double.NegativeInfinity, 0]);
        var model = new DiscreteMeanField(graph, [1, 0, 1, 0]);
        Assert.Equal(0, model.ExpectedLogFactor(0));
        model.Run(cancellation: Stop);
        Assert.Equal(0, model.FreeEnergy);
        Assert.Equal([1.0, 0, 1, 0], model.Probabilities.ToArray());

        var lost = Assert.Throws<InvalidOperationException>(() => new DiscreteMeanField(graph).Sweep());
        Assert.Contains("variable '0'", lost.Message, StringComparison.Ordinal);
        Assert.Contains("sweep 1", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadArgumentsAreNamed()
    {
        Assert.Contains("y[1]", Assert.Throws<ArgumentException>(() => new BayesianLinearRegression([1, 2], [1, double.NaN], [1], [1], 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("tauRate", Assert.Throws<ArgumentException>(() => new BayesianLinearRegression([1, 2], [1, 1], [1], [1], 1, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("priorPrecision", Assert.Throws<ArgumentException>(() => new BayesianLogisticRegression([1, 2], [true], [0, 0], [1, 2, 2, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("variance", Assert.Throws<InvalidOperationException>(() => BayesianLogisticRegression.ExpectedLogLikelihood(true, 0, 1e30)).Message, StringComparison.Ordinal);
        Assert.Contains("initial", Assert.Throws<ArgumentException>(() => new DiscreteMeanField(new DiscreteFactorGraph([2], [0, 1], [0], [0, 0]), [0.5, 0.6])).Message, StringComparison.Ordinal);
        Assert.Contains("x:", Assert.Throws<ArgumentException>(() => new BayesianPca([1, 2, 3], 2, new BayesianPcaPriors(1, [1], [1], 1, 1), [1, 1], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("parameters.Transition", Assert.Throws<ArgumentException>(() => new LinearGaussianChain(Chain([1, 0, 0], [1, 0, 0, 1], [0, 0], 1, 1, 1), [1, 2])).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<VariationalBlock> RandomModels(Random random)
    {
        int n = random.Next(2, 12), d = random.Next(1, 4), k = random.Next(1, 3);
        bool[] rows = [.. Enumerable.Range(0, n).Select(_ => random.Next(5) != 0)], entries = [.. Enumerable.Range(0, n * d).Select(_ => random.Next(6) != 0)];
        double[] x = Normals(random, n * d, 2), y = Normals(random, n, 2), shape = Positives(random, d), rate = Positives(random, d);
        foreach (var posterior in Enum.GetValues<WeightPosterior>())
        {
            yield return new BayesianLinearRegression(x, y, shape, rate, 1 + random.NextDouble(), 0.5 + random.NextDouble(), rows, posterior);
        }

        var priors = new BayesianPcaPriors(0.1 + random.NextDouble(), Positives(random, k), Positives(random, k), 1 + random.NextDouble(), 0.5 + random.NextDouble());
        yield return new BayesianPca(x, d, priors, Normals(random, d * k, 1), [.. Enumerable.Range(0, d * k * k).Select(i => i % (k * k) % (k + 1) == 0 ? 0.3 : 0)], entries);
        double[] identity = [.. Enumerable.Range(0, d * d).Select(i => i % (d + 1) == 0 ? 0.5 : 0)];
        yield return new BayesianLogisticRegression(x, rows, Normals(random, d, 1), identity, LogisticBound.JaakkolaJordan);
        yield return new BayesianLogisticRegression(x, rows, Normals(random, d, 1), identity);
        var parameters = Chain(Normals(random, 4, 0.6), Normals(random, 4, 1), [0, 1], 0.5, 1 + random.NextDouble(), 2);
        yield return new LinearGaussianChain(parameters, Normals(random, 2 * n, 2), rows);
        yield return new LinearGaussianChain(parameters, Normals(random, 2 * n, 2), rows, ChainPosterior.Factorised);

        var builder = new DiscreteFactorGraphBuilder();
        var variables = Enumerable.Range(0, 5).Select(_ => builder.Variables(1, random.Next(1, 4))[0]).ToArray();
        var cardinality = builder.Build().Cardinality.ToArray();
        for (var f = 0; f < 8; f++)
        {
            var members = Enumerable.Range(0, 5).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray();
            builder.LogFactor(Normals(random, members.Aggregate(1, (size, member) => size * cardinality[member]), 2), [.. members.Select(member => variables[member])]);
        }

        yield return new DiscreteMeanField(builder.Build());
    }

    private static LinearGaussianChainParameters Chain(double[] transition, double[] emission, double[] mean, double prior, double process, double noise) =>
        new(transition, emission, mean, [prior, 0, 0, prior], [process, 0, 0, process], [noise, 0, 0, noise]);

    private static double[] Normals(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];

    private static double[] Positives(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 0.5 + random.NextDouble())];

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-9);
        }
    }

    private static double Simpson(Func<double, double> f, double from, double to, int intervals)
    {
        var step = (to - from) / intervals;
        var sum = f(from) + f(to);
        for (var i = 1; i < intervals; i++)
        {
            sum += (i % 2 == 0 ? 2 : 4) * f(from + i * step);
        }

        return sum * step / 3;
    }
}
