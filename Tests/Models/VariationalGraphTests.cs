using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Models;

namespace Native.Tests;

/// <summary>What the builder refuses and describes, factors of one's own, and what an inference says when something goes wrong.</summary>
public sealed class VariationalGraphTests : IDisposable
{
    private readonly CpuDevice _device = new(1);
    private readonly VariationalGraph<double> _graph;

    public VariationalGraphTests() => _graph = new VariationalGraph<double>(_device);

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void ShapesAndCombinationsAreCheckedWhenTheModelIsStated()
    {
        var mu = _graph.Gaussian("mu", [0, 1, 2], 1);
        var tau = _graph.Gamma("tau", 1, 1);
        var pi = _graph.Dirichlet("pi", 1, 2);
        var z = _graph.Categorical("z", pi, 5);
        var lambda = _graph.Wishart("lambda", 3, [1, 0, 0, 1]);
        Refused("Supported: Gaussian", () => _graph.Gaussian("a", mu, lambda));
        Refused("expected Gaussian variables", () => _graph.Gaussian("a", tau, 1));
        Refused("4 plates, or one for all, but got 3 (mu)", () => _graph.Gaussian("a", mu, tau, plates: 4));
        Refused("index[1]: expected a plate of mu in [0, 3), but got 3", () => _graph.Gaussian("a", mu[[0, 3]], tau));
        Refused("there is a variable mu already", () => _graph.Gaussian("mu", 0, 1));
        Refused("precision[0]: expected a finite number above 0", () => _graph.Gaussian("a", 0, -1));
        Refused("shape: expected known numbers", () => _graph.Gamma("a", tau, 1));
        Refused("alpha: expected a multiple of 2", () => _graph.Dirichlet("a", [1, 1, 1], 2));
        Refused("dof[0]: expected a finite number above 1", () => _graph.Wishart("a", 1, [1, 0, 0, 1]));
        Refused("positive definite", () => _graph.Wishart("a", 3, [1, 2, 2, 1]));
        Refused("expected parents for 1 plates", () => _graph.MultivariateGaussian("a", [0, 0, 0], lambda, 1));
        Refused("expected dimension 3", () => _graph.MultivariateGaussian("a", _graph.MultivariateGaussian("b", [0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1]), lambda));
        Refused("positive probabilities that sum to 1", () => _graph.Categorical("a", [0.5, 0.6]));
        Refused("gate: expected a Categorical", () => _graph.Mixture("a", mu, mu, tau));
        Refused("mean: expected one for each of the 2 components", () => _graph.Mixture("a", z, mu, tau));
        Refused("no components with the parameter", () => _graph.Mixture("a", z, lambda));
        using var other = new VariationalGraph<double>(_device);
        Refused("not a variable of this graph", () => other.Gaussian("a", mu, tau), () => other.Observe(mu, [1, 2, 3]));
        Refused("name: expected one of mu, tau", () => _ = _graph["nu"]);
    }

    [Fact]
    public void ObservationsAreChecked()
    {
        var x = _graph.Poisson("x", _graph.Gamma("rate", 1, 1), 3);
        Refused("values: expected 3 numbers, but got 2", () => _graph.Observe(x, [1, 2]));
        Refused("observed: expected 3 numbers, but got 1", () => _graph.Observe(x, [1, 2, 3], [true]));
        Refused("plate 1 of x: expected a count, but got 1.5", () => _graph.Observe(x, [1, 1.5, 2]));
        Refused("plate 2 of x: expected a count, but got NaN", () => _graph.Observe(x, [1, 1, double.NaN], [true, false, true]));
        _graph.Observe(x, [1, double.NaN, 2], [true, false, true]);
        Refused("observed already", () => _graph.Observe(x, [1, 1, 1]));
        var coin = _graph.Bernoulli("coin", 0.5, 2);
        Refused("expected 0 or 1, but got 2", () => _graph.Observe(coin, [1, 2]));
        var y = _graph.Categorical("y", [0.5, 0.5], 1);
        Refused("an outcome in [0, 2), but got 2", () => _graph.Observe(y, [2]));
        Refused("Wishart, which cannot be observed", () => _graph.Observe(_graph.Wishart("lambda", 3, [1, 0, 0, 1]), [1, 0, 0, 1]));
    }

    [Fact]
    public void WhatCannotBeInferredIsRefused()
    {
        var rate = _graph.Gamma("rate", 1, 1);
        _graph.Poisson("x", rate, 3);
        Refused("x is a Poisson count that is not observed", () => new VariationalInference<double>(_graph));
        Refused("options.Order: expected each of", () => new VariationalInference<double>(_graph, new VariationalOptions { Order = ["rate"] }));
        Refused("options.Tolerance", () => new VariationalInference<double>(_graph, new VariationalOptions { Tolerance = -1 }));
        Refused("options.Damping", () => new VariationalInference<double>(_graph, new VariationalOptions { Damping = 1 }));
        using var other = new VariationalGraph<double>(_device);
        var mu = other.Gaussian("mu", 0, 1, 2);
        other.Gaussian("x", mu, 1);
        other.Observe(mu, [1, 2], [true, false]);
        Refused("mu has missing values and is the parent", () => new VariationalInference<double>(other));
        using var hierarchy = VariationalModels.Hierarchy<double>(_device, 3, 1);
        using var inference = new VariationalInference<double>(hierarchy);
        Assert.Contains("in use", Assert.Throws<InvalidOperationException>(() => hierarchy.Gaussian("late", 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("without an inference", Assert.Throws<InvalidOperationException>(() => new VariationalInference<double>(hierarchy)).Message, StringComparison.Ordinal);
        Refused("expected one of mean, between, within, level, but got x", () => inference.Posterior(hierarchy["x"]));
        Refused("options.Decay", () => inference.RunStochastic(new StochasticOptions { Batch = 1, Decay = 0 }));
    }

    [Fact]
    public void APlateOfLatentParentsDoesNotFitMinibatches()
    {
        var level = _graph.Gaussian("level", _graph.Gaussian("mu", 0, 1), 1, 4);
        _graph.Observe(_graph.Gaussian("x", level, 1), [1, 2, 3, 4]);
        using var inference = new VariationalInference<double>(_graph);
        Refused("Supported: observed variables of one number of plates (4)", () => inference.RunStochastic(new StochasticOptions { Batch = 2 }));
    }

    [Fact]
    public void TheDescriptionHasNamesSizesAndEdges()
    {
        using var graph = VariationalModels.Mixture<double>(_device, 10, 2, 2);
        var description = graph.Describe();
        Assert.Equal(
            [("pi", "Dirichlet", 2, 1, false), ("mu", "MultivariateGaussian", 2, 2, false), ("lambda", "Wishart", 2, 2, false), ("z", "Categorical", 2, 10, false), ("x", "MultivariateGaussian", 2, 10, true)],
            description.Variables.Select(variable => (variable.Name, variable.Family, variable.Dimension, variable.Plates, variable.IsObserved)));
        Assert.Equal(
            ["pi prior 1: pi", "mu prior 2: mu", "lambda prior 2: lambda", "z Categorical 10: z, pi", "x mixture 10: x, z, mu, lambda"],
            description.Factors.Select(factor => $"{factor.Name} {factor.Kind} {factor.Plates}: {string.Join(", ", factor.Variables)}"));
    }

    [Theory]
    [InlineData(double.NaN, "the message of factor odd is not finite")]
    [InlineData(1e6, "its messages come from mu (prior), x (Gaussian), odd (test)")]
    public void ADistributionOutsideItsDomainIsNamedAndTheLastPosteriorsStay(double second, string reason)
    {
        using var graph = VariationalModels.NormalGamma<double>(_device, 10);
        var odd = new Odd(graph, second, 0);
        graph.Add(odd);
        using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(10));
        using var before = VariationalModels.NormalGamma<double>(_device, 10);
        using var expected = new VariationalInference<double>(before, VariationalModels.Exactly(3));
        expected.Run(cancellation: TestContext.Current.CancellationToken);
        var error = Assert.Throws<VariationalException>(() => inference.Run(check => odd.IsBad = check.Sweeps == 3, TestContext.Current.CancellationToken));
        Assert.Equal("mu", error.Variable);
        Assert.Equal(4, error.Sweep);
        Assert.Contains("variable mu left the domain of Gaussian", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(3, inference.Sweeps);
        Assert.Equal(VariationalModels.Posteriors(expected), VariationalModels.Posteriors(inference));
    }

    [Theory]
    [InlineData(5, "the free energy rose")]
    [InlineData(double.NaN, "the free energy of factor odd (test) is NaN")]
    public void ARiseOfTheFreeEnergyIsNamed(double rise, string reason)
    {
        using var graph = VariationalModels.NormalGamma<double>(_device, 10);
        var odd = new Odd(graph, 0, rise);
        graph.Add(odd);
        using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(10));
        var error = Assert.Throws<VariationalException>(() => inference.Run(check => odd.IsBad = check.Sweeps == 3, TestContext.Current.CancellationToken));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal("odd", error.Factor);
        Assert.Equal(4, error.Sweep);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void AFaultOfAParallelSweepIsNamedWhateverTheThreads(int threads)
    {
        foreach (var misdeed in Enum.GetValues<Misdeed>())
        {
            foreach (var checkEvery in (int[])[1, 3])
            {
                // In sweep 8; the last check before is that of sweep 7, or of sweep 6. Plates enough for every thread.
                var options = VariationalModels.Exactly(10) with { Schedule = VariationalSchedule.Parallel, Damping = 0.2, CheckEvery = checkEvery };
                var sweeps = checkEvery == 1 ? 7 : 6;
                using var device = new CpuDevice(threads);
                using var graph = VariationalModels.Hierarchy<double>(device, 20_000, 2);
                var faulty = new Faulty(graph, misdeed, 8);
                graph.Add(faulty);
                using var inference = new VariationalInference<double>(graph, options);
                faulty.Inference = inference;
                var error = Assert.Throws<VariationalException>(() => inference.Run(cancellation: TestContext.Current.CancellationToken));
                Assert.Equal((misdeed == Misdeed.ThrowsInItsEnergy ? "" : "level", "faulty"), (error.Variable, error.Factor));
                Assert.Contains("faulty", error.Message, StringComparison.Ordinal);
                if (misdeed == Misdeed.SendsNaN)
                {
                    Assert.Contains($"variable level left the domain of Gaussian (index {Faulty.Plate}); the message of factor faulty is not finite", error.Message, StringComparison.Ordinal);
                }
                else
                {
                    Assert.Equal("no more", error.InnerException?.Message);
                }

                // What is checked only at the end of sweep 9 is found there.
                Assert.Equal(misdeed == Misdeed.ThrowsInItsEnergy && checkEvery == 3 ? 9 : 8, error.Sweep);
                using var other = VariationalModels.Hierarchy<double>(device, 20_000, 2);
                other.Add(new Faulty(other, misdeed, int.MaxValue));
                using var expected = new VariationalInference<double>(other, options with { MaximumSweeps = sweeps });
                expected.Run(cancellation: TestContext.Current.CancellationToken);
                AssertSame(expected, inference);

                // And it goes on from there as if nothing had happened.
                faulty.Sweep = int.MaxValue;
                inference.Run(cancellation: TestContext.Current.CancellationToken);
                using var twin = VariationalModels.Hierarchy<double>(device, 20_000, 2);
                twin.Add(new Faulty(twin, misdeed, int.MaxValue));
                using var whole = new VariationalInference<double>(twin, options with { MaximumSweeps = sweeps + 10 });
                whole.Run(cancellation: TestContext.Current.CancellationToken);
                AssertSame(whole, inference);
            }
        }
    }

    [Theory]
    [InlineData(VariationalSchedule.Sequential)]
    [InlineData(VariationalSchedule.Parallel)]
    public void TheSweepOfAFaultBetweenTwoChecksIsFound(VariationalSchedule schedule)
    {
        // Checks after sweep 4 and at the end, after sweep 6: the fault of sweep 5 is noticed there. Once as it is, once from a file.
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            foreach (var isLoaded in (bool[])[false, true])
            {
                using var graph = VariationalModels.NormalGamma<double>(_device, 10);
                var odd = new Odd(graph, double.NaN, 0);
                using var inference = new VariationalInference<double>(graph.Add(odd), VariationalModels.Exactly(isLoaded ? 2 : 6) with { CheckEvery = 4, Schedule = schedule });
                if (isLoaded)
                {
                    inference.Load(path);
                    odd.IsBad = true;
                }

                double[] posteriors = VariationalModels.Posteriors(inference);
                var error = Assert.Throws<VariationalException>(() => inference.Run(
                    check =>
                    {
                        odd.IsBad = check.Sweeps == 4;
                        posteriors = VariationalModels.Posteriors(inference);
                        inference.Save(path);
                    },
                    TestContext.Current.CancellationToken));
                Assert.Equal(("mu", "odd", 5, 4), (error.Variable, error.Factor, error.Sweep, inference.Sweeps));
                Assert.Equal(posteriors, VariationalModels.Posteriors(inference));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertSame(VariationalInference<double> expected, VariationalInference<double> found)
    {
        Assert.Equal((expected.Sweeps, expected.FreeEnergy), (found.Sweeps, found.FreeEnergy));
        Assert.Equal(VariationalModels.Posteriors(expected), VariationalModels.Posteriors(found));
        Assert.Equal(expected.Graph.Factors.Select(expected.FreeEnergyOf), found.Graph.Factors.Select(found.FreeEnergyOf));
    }

    private static void Refused(string message, params Action[] actions)
    {
        foreach (var action in actions)
        {
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        }
    }

    private enum Misdeed
    {
        SendsNaN,
        Throws,
        ThrowsInItsEnergy,
    }

    /// <summary>A factor on the levels of <see cref="VariationalModels.Hierarchy"/>, which misbehaves from one sweep on, and whenever that is repeated.</summary>
    private sealed class Faulty : FactorArray<double>
    {
        public const int Plate = 12_345;

        private readonly Misdeed _misdeed;
        private readonly DeviceTensor<double> _message;

        public Faulty(VariationalGraph<double> graph, Misdeed misdeed, int sweep)
            : base(graph.Device, "faulty", "test", 1, [graph["level"]])
        {
            (_misdeed, Sweep) = (misdeed, sweep);
            var message = new double[2 * graph["level"].Plates];
            message[Plate] = double.NaN;
            _message = graph.Device.Upload(message, 2, graph["level"].Plates);
        }

        /// <summary>From which sweep on.</summary>
        public int Sweep { get; set; }

        public VariationalInference<double>? Inference { get; set; }

        private bool IsTime => Inference?.Sweeps >= Sweep;

        public override void AddMessage(VariableArray<double> target, DeviceMatrix<double> natural)
        {
            if (IsTime && _misdeed == Misdeed.Throws)
            {
                throw new ArithmeticException("no more");
            }

            if (IsTime && _misdeed == Misdeed.SendsNaN)
            {
                Device.Dense<double>().AddScaled(1, _message.AsMatrix(2, target.Plates), 1, natural);
            }
        }

        public override void FreeEnergy(DeviceMatrix<double> term)
        {
            if (IsTime && _misdeed == Misdeed.ThrowsInItsEnergy)
            {
                throw new ArithmeticException("no more");
            }

            Device.Dense<double>().Fill(term, 0);
        }

        protected override void Dispose(bool disposing) => _message.Dispose();
    }

    /// <summary>A factor of one's own on the mean of <see cref="VariationalModels.NormalGamma"/>, which misbehaves when told to.</summary>
    private sealed class Odd(VariationalGraph<double> graph, double second, double energy) : FactorArray<double>(graph.Device, "odd", "test", 1, [graph["mu"]])
    {
        public bool IsBad { get; set; }

        public override void AddMessage(VariableArray<double> target, DeviceMatrix<double> natural)
        {
            using var message = Device.Upload([0, IsBad ? second : 0], 2, 1);
            Device.Dense<double>().AddScaled(1, message, 1, natural);
        }

        public override void FreeEnergy(DeviceMatrix<double> term) => Device.Dense<double>().Fill(term, IsBad ? energy : 0);
    }
}
