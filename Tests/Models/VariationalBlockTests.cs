using CsCheck;
using Native.Bench;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>Blocks of variational inference: reference cases, descent, energy terms against numerical integration, exact solutions.</summary>
public class VariationalBlockTests
{
    private static readonly CpuDevice Device = new(1);

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
                using var graph = new VariationalGraph<double>(Device).Add(model);
                using var inference = Inference(graph, 40);
                Assert.True(double.IsFinite(inference.Run(cancellation: Stop).FreeEnergy));
                Assert.True(inference.Rises == 0);
            }
        },
        iter: 60);

    [Fact]
    public void SweepsAllocateNothing()
    {
        foreach (var model in RandomModels(new Random(3)))
        {
            using var graph = new VariationalGraph<double>(Device).Add(model);
            using var inference = Inference(graph, 60);
            inference.Run(cancellation: Stop);
            var before = GC.GetAllocatedBytesForCurrentThread();
            inference.Run(cancellation: Stop);
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
        var chain = new LinearGaussianChain(Device, Chain(transition, emission, [1, -2], 0.01, 20, 0.1), x, observed);
        Assert.Equal(-beliefs.LogPartition, Run(chain, 1).FreeEnergy, 1e-9);
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void StructuredChainsOfEveryOrderEqualATree(int d)
    {
        // Correlated noises, two numbers seen at a time, every seventh missing; long enough that sums are cut.
        const int N = 300;
        var random = new Random(d);
        double[] transition = Normals(random, d * d, 0.4), emission = Normals(random, 2 * d, 1), mean = Normals(random, d, 1), x = Normals(random, 2 * N, 3);
        double[] prior = Covariance(random, d), process = Covariance(random, d), noise = Covariance(random, 2);
        bool[] observed = [.. Enumerable.Range(0, N).Select(t => t % 7 != 3)];
        var tree = new GaussianTree();
        for (var t = 0; t < N; t++)
        {
            tree.Variable(d);
            _ = t == 0 ? tree.Prior(0, mean, prior) : tree.Transition(t - 1, t, transition, process);
            if (observed[t])
            {
                tree.Observe(t, emission, x.AsSpan(2 * t, 2), noise);
            }
        }

        var beliefs = tree.Solve();
        var chain = new LinearGaussianChain(Device, new(transition, emission, mean, Inverse(prior, d), Inverse(process, d), Inverse(noise, 2)), x, observed);
        Assert.Equal(-beliefs.LogPartition, Run(chain, 1).FreeEnergy, 1e-9);
        for (var t = 0; t < N; t++)
        {
            AssertClose(beliefs.Mean(t), chain.Mean.Slice(d * t, d));
            AssertClose(beliefs.Covariance(t), chain.Covariance.Slice(d * d * t, d * d));
            if (t + 1 < N)
            {
                AssertClose(beliefs.CrossCovariance(t, t + 1), chain.CrossCovariance.Slice(d * d * t, d * d));
            }
        }

        // A single time is its prior and its observation.
        var alone = new LinearGaussianChain(Device, new(transition, emission, mean, Inverse(prior, d), Inverse(process, d), Inverse(noise, 2)), x.AsSpan(0, 2));
        var single = new GaussianTree();
        single.Variable(d);
        single.Prior(0, mean, prior).Observe(0, emission, x.AsSpan(0, 2), noise);
        var belief = single.Solve();
        Assert.Equal(-belief.LogPartition, Run(alone, 1).FreeEnergy, 1e-10);
        AssertClose(belief.Mean(0), alone.Mean);
        AssertClose(belief.Covariance(0), alone.Covariance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void LogsOfPivotsOfAnySizeAddUp(int d)
    {
        // Unlike units: products of the pivots of two times are beyond the range of double, and of a hundred times within it. The scales change the density of x by theirs.
        const int N = 100;
        var random = new Random(d);
        var x = Normals(random, N, 1);
        double[] transition = new double[d * d], emission = new double[d], precision = new double[d * d];
        (transition[0], emission[0], precision[0]) = (0.5, 1, 1);
        for (var i = 1; i < d; i++)
        {
            precision[i * (d + 1)] = 1;
        }

        var expected = Run(new LinearGaussianChain(Device, new(transition, emission, new double[d], precision, precision, [1]), x), 1).FreeEnergy;
        foreach (var scale in (double[])[1e-80, 1e80])
        {
            double[] scaled = [.. precision.Select(value => value * scale * scale)], seen = [.. x.Select(value => value / scale)];
            var chain = new LinearGaussianChain(Device, new(transition, emission, new double[d], scaled, scaled, [scale * scale]), seen);
            Assert.Equal(expected - N * Math.Log(scale), Run(chain, 1).FreeEnergy, 1e-12 * N * Math.Abs(Math.Log(scale)));
        }
    }

    [Fact]
    public void TheFactorisedChainHasTheExactMeansAndALooserBound()
    {
        var parameters = Chain([0.9, 0.1, -0.2, 0.8], [1, 0, 0.5, 1], [0, 1], 1, 2, 3);
        var x = Normals(new Random(5), 40, 1);
        var exact = new LinearGaussianChain(Device, parameters, x);
        var factorised = new LinearGaussianChain(Device, parameters, x, posterior: ChainPosterior.Factorised);
        var least = Run(exact, 1).FreeEnergy;
        var result = Run(factorised, 10_000, 1e-13);
        Assert.True(result.Converged);
        AssertClose(exact.Mean, factorised.Mean);
        Assert.True(result.FreeEnergy > least);
    }

    [Theory]
    [InlineData(0.3, 0.5)]
    [InlineData(-2, 9)]
    [InlineData(4, 400)]
    [InlineData(1.5, 0)]
    public void TheEnergyOfALogisticRowEqualsNumericalIntegration(double mean, double variance)
    {
        var expected = OverGaussian(mean, variance, Softplus, 400_000);
        Assert.Equal(-expected, BayesianLogisticRegression.ExpectedLogLikelihood(false, mean, variance), 1e-11 * (1 + Math.Abs(expected)));
        Assert.Equal(mean - expected, BayesianLogisticRegression.ExpectedLogLikelihood(true, mean, variance), 1e-11 * (1 + Math.Abs(expected)));

        static double Softplus(double a) => Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a)));
    }

    [Fact]
    public void TheEnergyOfALinearCombinationEqualsNumericalIntegration()
    {
        // One row, one weight: E over w of (y - xw)² and over τ of log τ and τ, both by Simpson's rule.
        var model = new BayesianLinearRegression(Device, [0.7], [1.9], [2], [1.5], 3, 2);
        Run(model, 5);
        var square = OverGaussian(model.WeightMean[0], model.WeightCovariance[0], w => Math.Pow(1.9 - 0.7 * w, 2));
        Assert.Equal(OverGamma(model.TauShape, model.TauRate, tau => 0.5 * Math.Log(tau / (2 * Math.PI)) - 0.5 * tau * square), model.ExpectedLogLikelihood, 1e-10);
    }

    [Fact]
    public void TheEnergyOfAnInnerProductEqualsNumericalIntegration()
    {
        // One entry, one component: E over w, z and μ of (x - wz - μ)² on a grid.
        var model = new BayesianPca(Device, [1.3], 1, new BayesianPcaPriors(0.5, [2], [1], 3, 2), [0.8], [0.3]);
        Run(model, 3);
        double weight = model.WeightMean[0], varianceOfWeight = model.WeightCovariance[0], score = model.ScoreMean[0], varianceOfScore = model.ScoreCovariance[0];
        double mu = model.MuMean[0], varianceOfMu = 1 / model.MuPrecision[0];
        var square = OverGaussian(weight, varianceOfWeight, w => OverGaussian(score, varianceOfScore, z => Math.Pow(1.3 - w * z - mu, 2) + varianceOfMu, 400), 400);
        Assert.Equal(OverGamma(model.TauShape, model.TauRate, tau => 0.5 * Math.Log(tau / (2 * Math.PI)) - 0.5 * tau * square), model.ExpectedLogLikelihood, 1e-10);
    }

    [Theory]
    [InlineData(true, 0.3, 0.5, 0.9)]
    [InlineData(false, -2, 9, 0)]
    [InlineData(true, -4, 2, 6)]
    [InlineData(false, 1.5, 0, 1.5)]
    public void TheEnergyOfARowOfTheLogisticBoundEqualsNumericalIntegration(bool label, double mean, double variance, double xi)
    {
        // log σ(ξ) + (z - ξ)/2 - λ(ξ)(z² - ξ²) of z = ±a, with λ by its definition.
        var lambda = xi == 0 ? 0.125 : (1 / (1 + Math.Exp(-xi)) - 0.5) / (2 * xi);
        var expected = OverGaussian(mean, variance, a => Bound(label ? a : -a));
        var actual = BayesianLogisticRegression.ExpectedLogLikelihoodBound(label, mean, variance, xi);
        Assert.Equal(expected, actual, 1e-11 * (1 + Math.Abs(expected)));
        Assert.True(actual <= BayesianLogisticRegression.ExpectedLogLikelihood(label, mean, variance) + 1e-14);

        double Bound(double z) => -Math.Log(1 + Math.Exp(-xi)) + (z - xi) / 2 - lambda * (z * z - xi * xi);
    }

    [Fact]
    public void TheEnergyOfAWeightUnderItsRelevanceEqualsNumericalIntegration()
    {
        double[] x = [0.7, -0.2, 1.1, 0.4, -0.6, 0.9], y = [1.9, 0.3, -0.4];
        foreach (var posterior in Enum.GetValues<WeightPosterior>())
        {
            var regression = new BayesianLinearRegression(Device, x, y, [2, 0.6], [1.5, 0.8], 3, 2, posterior: posterior);
            Run(regression, 3);
            for (var i = 0; i < 2; i++)
            {
                var square = OverGaussian(regression.WeightMean[i], regression.WeightCovariance[3 * i], w => w * w);
                Assert.Equal(OverGamma(regression.AlphaShape[i], regression.AlphaRate[i], alpha => LogNormal(alpha, square)), regression.ExpectedLogWeightPrior(i), 1e-10);
            }
        }

        var pca = new BayesianPca(Device, x, 2, new BayesianPcaPriors(0.5, [2, 1.4], [1, 0.7], 3, 2), [0.8, 0.1, -0.5, 0.3], [0.3, 0, 0, 0.3, 0.3, 0, 0, 0.3]);
        Run(pca, 3);
        for (var k = 0; k < 2; k++)
        {
            // Both columns share the precision of the component.
            double first = OverGaussian(pca.WeightMean[k], pca.WeightCovariance[3 * k], w => w * w), second = OverGaussian(pca.WeightMean[2 + k], pca.WeightCovariance[4 + 3 * k], w => w * w);
            Assert.Equal(OverGamma(pca.AlphaShape[k], pca.AlphaRate[k], alpha => LogNormal(alpha, first) + LogNormal(alpha, second)), pca.ExpectedLogWeightPrior(k), 1e-10);
        }

        static double LogNormal(double precision, double square) => 0.5 * Math.Log(precision / (2 * Math.PI)) - 0.5 * precision * square;
    }

    [Theory]
    [InlineData(ChainPosterior.Structured)]
    [InlineData(ChainPosterior.Factorised)]
    public void TheEnergiesOfAChainEqualNumericalIntegrationAndAddUp(ChainPosterior posterior)
    {
        // One number a time, three times, the second not observed.
        const double A = 0.8, C = 1.3, M = 0.5, Prior = 0.7, Process = 2.1, Noise = 1.6;
        double[] x = [0.9, double.NaN, -1.2];
        var chain = new LinearGaussianChain(Device, new LinearGaussianChainParameters([A], [C], [M], [Prior], [Process], [Noise]), x, [true, false, true], posterior);
        var freeEnergy = Run(chain, 2).FreeEnergy;
        double[] mean = [.. chain.Mean], variance = [.. chain.Covariance], cross = [.. chain.CrossCovariance];
        var entropy = 1.5 * Math.Log(2 * Math.PI * Math.E) + 0.5 * Math.Log(variance[0]);
        var energy = chain.ExpectedLogPrior;
        Assert.Equal(OverGaussian(mean[0], variance[0], z => LogNormal(z - M, Prior)), chain.ExpectedLogPrior, 1e-10);
        for (var t = 0; t < 3; t++)
        {
            Assert.Equal(t == 1 ? 0 : OverGaussian(mean[t], variance[t], z => LogNormal(x[t] - C * z, Noise)), chain.ExpectedLogEmission(t), 1e-10);
            energy += chain.ExpectedLogEmission(t);
        }

        for (var t = 0; t < 2; t++)
        {
            // z_{t+1} given z_t, and z_t.
            double slope = cross[t] / variance[t], rest = variance[t + 1] - slope * cross[t];
            var expected = OverGaussian(mean[t], variance[t], z => OverGaussian(mean[t + 1] + slope * (z - mean[t]), rest, next => LogNormal(next - A * z, Process), 400), 400);
            Assert.Equal(expected, chain.ExpectedLogTransition(t), 1e-10);
            Assert.Equal(posterior == ChainPosterior.Structured, cross[t] != 0);
            entropy += 0.5 * Math.Log(rest);
            energy += chain.ExpectedLogTransition(t);
        }

        Assert.Equal(-energy - entropy, freeEnergy, 1e-12);
        Assert.Equal("time", Assert.Throws<ArgumentOutOfRangeException>(() => chain.ExpectedLogTransition(2)).ParamName);

        static double LogNormal(double difference, double precision) => 0.5 * Math.Log(precision / (2 * Math.PI)) - 0.5 * precision * difference * difference;
    }

    [Fact]
    public void TheEnergyOfAStepOfTwoNumbersEqualsCubature()
    {
        // By the joint Gaussian of two neighbours: differences at the points m ± √(2d) L e_i of a cubature rule that is exact for squares.
        var parameters = Chain([0.9, 0.4, -0.2, 0.8], [1, 0.3, 0.5, 1], [0, 1], 1, 2, 3);
        var chain = new LinearGaussianChain(Device, parameters, Normals(new Random(6), 8, 1));
        Run(chain, 1);
        ReadOnlySpan<double> v = chain.Covariance.Slice(4, 4), next = chain.Covariance.Slice(8, 4), cross = chain.CrossCovariance.Slice(4, 4);
        double[] joint = [v[0], v[1], cross[0], cross[1], v[2], v[3], cross[2], cross[3], cross[0], cross[2], next[0], next[1], cross[1], cross[3], next[2], next[3]];
        Assert.True(SmallMatrix.Factorise(joint, 4));
        var sum = 0.0;
        for (var point = 0; point < 8; point++)
        {
            var z = new double[4];
            for (var i = 0; i < 4; i++)
            {
                z[i] = chain.Mean[2 + i] + (i >= point / 2 ? (point % 2 == 0 ? 2 : -2) * joint[4 * i + point / 2] : 0);
            }

            double r0 = z[2] - 0.9 * z[0] - 0.4 * z[1], r1 = z[3] + 0.2 * z[0] - 0.8 * z[1];
            sum += Math.Log(2 / (2 * Math.PI)) - (r0 * r0 + r1 * r1);
        }

        Assert.Equal(sum / 8, chain.ExpectedLogTransition(1), 1e-12);
    }

    [Theory]
    [InlineData(ChainPosterior.Structured)]
    [InlineData(ChainPosterior.Factorised)]
    public void NoisesOfAChainAreFoundTogetherWithIt(ChainPosterior posterior)
    {
        // One number a time, every fourth not observed; both noises are Wishart, of one dimension a Gamma of shape dof/2 and rate inverse scale/2.
        const double A = 0.8, C = 1.3;
        var x = Normals(new Random(8), 30, 1.5);
        bool[] observed = [.. Enumerable.Range(0, 30).Select(t => t % 4 != 3)];
        using var graph = new VariationalGraph<double>(Device);
        var process = graph.Wishart("process", 3.0, [1.5]);
        var noise = graph.Wishart("noise", 2.5, [0.8]);
        var chain = new LinearGaussianChain(Device, new LinearGaussianChainParameters([A], [C], [0.5], [0.7], [], []), x, observed, posterior, process, noise);
        graph.Add(chain);
        using var inference = Inference(graph, 10_000, 1e-13);
        Assert.True(inference.Run(cancellation: Stop).Converged);
        Assert.Equal(0, inference.Rises);

        // Where it rests: dof + n, inverse scale + the expected squares.
        double[] mean = [.. chain.Mean], variance = [.. chain.Covariance], cross = [.. chain.CrossCovariance];
        double steps = 0, emissions = 0, energy = chain.ExpectedLogPrior, entropy = 0;
        for (var t = 0; t < 30; t++)
        {
            steps += t == 29 ? 0 : Math.Pow(mean[t + 1] - A * mean[t], 2) + variance[t + 1] - 2 * A * cross[t] + A * A * variance[t];
            emissions += observed[t] ? Math.Pow(x[t] - C * mean[t], 2) + C * C * variance[t] : 0;
            energy += chain.ExpectedLogEmission(t) + (t == 29 ? 0 : chain.ExpectedLogTransition(t));
            entropy += 0.5 * Math.Log(2 * Math.PI * Math.E * (t == 0 ? variance[0] : variance[t] - cross[t - 1] * cross[t - 1] / variance[t - 1]));
        }

        var (q, r) = (inference.Posterior(process), inference.Posterior(noise));
        Assert.Equal(3 + 29, q[0], 1e-9);
        Assert.Equal(1 / (1.5 + steps), q[1], 1e-9);
        Assert.Equal(2.5 + observed.Count(seen => seen), r[0], 1e-9);
        Assert.Equal(1 / (0.8 + emissions), r[1], 1e-9);

        // The terms of the free energy.
        Assert.Equal(-energy - entropy, inference.FreeEnergyOf(chain), 1e-9);
        var square = Math.Pow(mean[1] - A * mean[0], 2) + variance[1] - 2 * A * cross[0] + A * A * variance[0];
        Assert.Equal(OverGamma(q[0] / 2, 1 / (2 * q[1]), precision => 0.5 * Math.Log(precision / (2 * Math.PI)) - 0.5 * precision * square), chain.ExpectedLogTransition(0), 1e-9);
        square = Math.Pow(x[0] - C * mean[0], 2) + C * C * variance[0];
        Assert.Equal(OverGamma(r[0] / 2, 1 / (2 * r[1]), precision => 0.5 * Math.Log(precision / (2 * Math.PI)) - 0.5 * precision * square), chain.ExpectedLogEmission(0), 1e-9);
    }

    [Fact]
    public void NoisesOfALongChainAreThoseOfItsData()
    {
        // Two coordinates that turn and fade; noises of precisions 4 and 1, correlated in the process.
        const int N = 4000;
        var random = new Random(9);
        double[] transition = [0.8, -0.3, 0.3, 0.8], steps = Normals(random, 2 * N, 0.5), x = Normals(random, 2 * N, 1), z = [0, 0];
        for (var t = 0; t < N; t++)
        {
            z = [0.8 * z[0] - 0.3 * z[1] + steps[2 * t], 0.3 * z[0] + 0.8 * z[1] + steps[2 * t] + steps[2 * t + 1]];
            (x[2 * t], x[2 * t + 1]) = (x[2 * t] + z[0], x[2 * t + 1] + z[1]);
        }

        using var graph = new VariationalGraph<double>(Device);
        var process = graph.Wishart("process", 3.0, [1, 0, 0, 1]);
        var noise = graph.Wishart("noise", 3.0, [1, 0, 0, 1]);
        graph.Add(new LinearGaussianChain(Device, new LinearGaussianChainParameters(transition, [1, 0, 0, 1], [0, 0], [1, 0, 0, 1], [], []), x, transitionPrecision: process, emissionPrecision: noise));
        using var inference = Inference(graph, 1000, 1e-6);
        Assert.True(inference.Run(cancellation: Stop).Converged);

        // The inverse of the process's covariance 0.25 [[1, 1], [1, 2]] is 4 [[2, -1], [-1, 1]].
        AssertNear([8, -4, -4, 4], inference.Posterior(process));
        AssertNear([1, 0, 0, 1], inference.Posterior(noise));
        var before = GC.GetAllocatedBytesForCurrentThread();
        inference.Run(cancellation: Stop);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void AssertNear(double[] expected, double[] posterior)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(expected[i], posterior[0] * posterior[1 + i], 0.12 * expected.Max());
            }
        }
    }

    [Fact]
    public void MeanFieldBoundsTheLogPartitionOfIsing()
    {
        var random = new Random(2);
        double[] field = [.. Enumerable.Range(0, 20).Select(_ => 0.2 * random.NextDouble() - 0.1)], couplings = [.. Enumerable.Range(0, 20).Select(_ => 0.5 * random.NextDouble())];
        var ising = new IsingModel(4, 5, field, couplings, couplings);
        var model = new DiscreteMeanField(Device, ising.ToFactorGraph());
        var result = Run(model, 10_000, 1e-10);
        Assert.True(result.Converged);
        var exact = ising.ExactLogPartition();
        Assert.InRange(-result.FreeEnergy, exact - 10, exact);
    }

    [Fact]
    public void ImpossibleStatesCountAsNothingWhereQGivesThemNoWeight()
    {
        // x₀ = x₁ for sure: from a start that agrees, mean field stays there.
        var graph = new DiscreteFactorGraph([2, 2], [0, 2], [0, 1], [0, double.NegativeInfinity, double.NegativeInfinity, 0]);
        var model = new DiscreteMeanField(Device, graph, [1, 0, 1, 0]);
        Assert.Equal(0, model.ExpectedLogFactor(0));
        Assert.Equal(0, Run(model, 10).FreeEnergy);
        Assert.Equal([1.0, 0, 1, 0], model.Probabilities.ToArray());

        var lost = Assert.Throws<VariationalException>(() => Run(new DiscreteMeanField(Device, graph), 1));
        Assert.Contains("variable '0'", lost.Message, StringComparison.Ordinal);
        Assert.Contains("Sweep 1", lost.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(DiscreteMeanField), lost.Factor);
    }

    [Fact]
    public void ASweepThatFailsLeavesTheLastOne()
    {
        // Rises in the third sweep: the first two stay, and the next sweep is the third again.
        var rising = new Rising(Device);
        using var graph = new VariationalGraph<double>(Device).Add(rising);
        using var inference = Inference(graph, 2);
        inference.Run(cancellation: Stop);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.Contains("Sweep 3", Assert.Throws<VariationalException>(() => inference.Run(cancellation: Stop)).Message, StringComparison.Ordinal);
            Assert.Equal((2, -2.0, 2), (rising.Value, inference.FreeEnergy, inference.Sweeps));
        }

        // x₀ is updated before x₁ finds no state: x₁ = x₂ for sure, and both are uniform.
        var builder = new DiscreteFactorGraphBuilder();
        var x = builder.Variables(3, 2);
        builder.LogFactor([0, 2], x[0]).LogFactor([0, double.NegativeInfinity, double.NegativeInfinity, 0], x[1], x[2]);
        var field = new DiscreteMeanField(Device, builder.Build());
        using var fieldGraph = new VariationalGraph<double>(Device).Add(field);
        using var fieldInference = Inference(fieldGraph, 1);
        Assert.Throws<VariationalException>(() => fieldInference.Run(cancellation: Stop));
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], field.Probabilities.ToArray());
        Assert.Equal((0, double.NaN), (fieldInference.Sweeps, fieldInference.FreeEnergy));
    }

    [Fact]
    public void ASavedStateGoesOnBitwise()
    {
        var path = Path.GetTempFileName();
        try
        {
            foreach (var (model, twin) in RandomModels(new Random(4)).Zip(RandomModels(new Random(4))))
            {
                using var graph = new VariationalGraph<double>(Device).Add(model);
                using var inference = Inference(graph, 3);
                inference.Run(cancellation: Stop);
                inference.Save(path);
                using var twinGraph = new VariationalGraph<double>(Device).Add(twin);
                using var resumed = Inference(twinGraph, 3);
                resumed.Load(path);
                Assert.Equal(inference.Run(cancellation: Stop), resumed.Run(cancellation: Stop));
                Assert.Equal(model.State[0].Value.ToArray(), twin.State[0].Value.ToArray());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AGraphTakesABlockOnceAndNoMinibatches()
    {
        var model = new DiscreteMeanField(Device, new DiscreteFactorGraph([2], [0, 1], [0], [0, 1]));
        using var graph = new VariationalGraph<double>(Device).Add(model);
        Assert.Contains(nameof(DiscreteMeanField), Assert.Throws<ArgumentException>(() => graph.Add(model)).Message, StringComparison.Ordinal);
        using var inference = Inference(graph, 1);
        Assert.Contains(nameof(DiscreteMeanField), Assert.Throws<ArgumentException>(() => inference.RunStochastic(new StochasticOptions { Batch = 1 }, cancellation: Stop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadArgumentsAreNamed()
    {
        Assert.Contains("y[1]", Assert.Throws<ArgumentException>(() => new BayesianLinearRegression(Device, [1, 2], [1, double.NaN], [1], [1], 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("tauRate", Assert.Throws<ArgumentException>(() => new BayesianLinearRegression(Device, [1, 2], [1, 1], [1], [1], 1, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("priorPrecision", Assert.Throws<ArgumentException>(() => new BayesianLogisticRegression(Device, [1, 2], [true], [0, 0], [1, 2, 2, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("variance", Assert.Throws<InvalidOperationException>(() => BayesianLogisticRegression.ExpectedLogLikelihood(true, 0, 1e30)).Message, StringComparison.Ordinal);
        Assert.Contains("initial", Assert.Throws<ArgumentException>(() => new DiscreteMeanField(Device, new DiscreteFactorGraph([2], [0, 1], [0], [0, 0]), [0.5, 0.6])).Message, StringComparison.Ordinal);
        Assert.Contains("x:", Assert.Throws<ArgumentException>(() => new BayesianPca(Device, [1, 2, 3], 2, new BayesianPcaPriors(1, [1], [1], 1, 1), [1, 1], [1, 1])).Message, StringComparison.Ordinal);
        using var graph = new VariationalGraph<double>(Device);
        Assert.Contains("transitionPrecision", Assert.Throws<ArgumentException>(() => new LinearGaussianChain(
            Device, Chain([1, 0, 0, 1], [1, 0, 0, 1], [0, 0], 1, 1, 1), [1, 2], transitionPrecision: graph.Wishart("one", 2.0, [1]))).Message, StringComparison.Ordinal);
        Assert.Contains("parameters.Transition", Assert.Throws<ArgumentException>(() => new LinearGaussianChain(Device, Chain([1, 0, 0], [1, 0, 0, 1], [0, 0], 1, 1, 1), [1, 2])).Message, StringComparison.Ordinal);
    }

    private static VariationalInference<double> Inference(VariationalGraph<double> graph, int sweeps, double tolerance = 0) =>
        new(graph, new VariationalOptions { MaximumSweeps = sweeps, Tolerance = tolerance });

    /// <summary>Runs a model alone; its posterior stays.</summary>
    private static VariationalResult Run(VariationalBlock model, int sweeps, double tolerance = 0)
    {
        using var inference = Inference(new VariationalGraph<double>(Device).Add(model), sweeps, tolerance);
        return inference.Run(cancellation: Stop);
    }

    private static IEnumerable<VariationalBlock> RandomModels(Random random)
    {
        int n = random.Next(2, 12), d = random.Next(1, 4), k = random.Next(1, 3);
        bool[] rows = [.. Enumerable.Range(0, n).Select(_ => random.Next(5) != 0)], entries = [.. Enumerable.Range(0, n * d).Select(_ => random.Next(6) != 0)];
        double[] x = Normals(random, n * d, 2), y = Normals(random, n, 2), shape = Positives(random, d), rate = Positives(random, d);
        foreach (var posterior in Enum.GetValues<WeightPosterior>())
        {
            yield return new BayesianLinearRegression(Device, x, y, shape, rate, 1 + random.NextDouble(), 0.5 + random.NextDouble(), rows, posterior);
        }

        var priors = new BayesianPcaPriors(0.1 + random.NextDouble(), Positives(random, k), Positives(random, k), 1 + random.NextDouble(), 0.5 + random.NextDouble());
        yield return new BayesianPca(Device, x, d, priors, Normals(random, d * k, 1), [.. Enumerable.Range(0, d * k * k).Select(i => i % (k * k) % (k + 1) == 0 ? 0.3 : 0)], entries);
        double[] identity = [.. Enumerable.Range(0, d * d).Select(i => i % (d + 1) == 0 ? 0.5 : 0)];
        yield return new BayesianLogisticRegression(Device, x, rows, Normals(random, d, 1), identity, LogisticBound.JaakkolaJordan);
        yield return new BayesianLogisticRegression(Device, x, rows, Normals(random, d, 1), identity);
        var parameters = Chain(Normals(random, 4, 0.6), Normals(random, 4, 1), [0, 1], 0.5, 1 + random.NextDouble(), 2);
        yield return new LinearGaussianChain(Device, parameters, Normals(random, 2 * n, 2), rows);
        yield return new LinearGaussianChain(Device, parameters, Normals(random, 2 * n, 2), rows, ChainPosterior.Factorised);

        var builder = new DiscreteFactorGraphBuilder();
        var variables = Enumerable.Range(0, 5).Select(_ => builder.Variables(1, random.Next(1, 4))[0]).ToArray();
        var cardinality = builder.Build().Cardinality.ToArray();
        for (var f = 0; f < 8; f++)
        {
            var members = Enumerable.Range(0, 5).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray();
            builder.LogFactor(Normals(random, members.Aggregate(1, (size, member) => size * cardinality[member]), 2), [.. members.Select(member => variables[member])]);
        }

        yield return new DiscreteMeanField(Device, builder.Build());
    }

    private static LinearGaussianChainParameters Chain(double[] transition, double[] emission, double[] mean, double prior, double process, double noise) =>
        new(transition, emission, mean, [prior, 0, 0, prior], [process, 0, 0, process], [noise, 0, 0, noise]);

    private static double[] Covariance(Random random, int d)
    {
        var root = Normals(random, d * d, 0.5);
        return [.. Enumerable.Range(0, d * d).Select(i => (i % (d + 1) == 0 ? 0.5 : 0) + SmallMatrix.Dot(root.AsSpan(i / d * d, d), root.AsSpan(i % d * d, d)))];
    }

    private static double[] Inverse(double[] matrix, int d)
    {
        double[] factor = [.. matrix], inverse = new double[d * d];
        Assert.True(SmallMatrix.Factorise(factor, d));
        SmallMatrix.Invert(factor, d, inverse);

        // Exactly symmetric, as precisions have to be.
        return [.. Enumerable.Range(0, d * d).Select(i => 0.5 * (inverse[i] + inverse[i % d * d + i / d]))];
    }

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

    /// <summary>The expectation under a Gaussian.</summary>
    private static double OverGaussian(double mean, double variance, Func<double, double> f, int intervals = 4000) => variance == 0
        ? f(mean)
        : Simpson(u => f(mean + Math.Sqrt(variance) * u) * Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI), -12, 12, intervals);

    /// <summary>The expectation under a Gamma of shape and rate, over the logarithm of the variable.</summary>
    private static double OverGamma(double shape, double rate, Func<double, double> f) =>
        Simpson(t => Math.Exp(shape * t - rate * Math.Exp(t)) * f(Math.Exp(t)), -30, 6, 40_000) / Simpson(t => Math.Exp(shape * t - rate * Math.Exp(t)), -30, 6, 40_000);

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

    /// <summary>A block whose free energy falls by 1 a sweep, and rises in the third.</summary>
    private sealed class Rising(CpuDevice device) : VariationalBlock(device, "rising", 1)
    {
        public double Value => Parameters[0];

        public override void Update() => Parameters[0]++;

        private protected override double ComputeFreeEnergy() => Value < 3 ? -Value : 0;
    }
}
