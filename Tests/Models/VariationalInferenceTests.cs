using System.Numerics;
using CsCheck;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>The engine of variational message passing: anchors, laws, schedules, states.</summary>
public sealed partial class VariationalInferenceTests : IDisposable
{
    private readonly CpuDevice _device = new(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    [Fact]
    public void AGaussianOfUnknownMeanAndPrecisionHasTheExactBound()
    {
        using var graph = VariationalModels.NormalGamma<double>(_device, 100_000);
        using var inference = new VariationalInference<double>(graph, VariationalModels.UntilAtRest);
        var result = inference.Run(cancellation: Stop);
        Assert.True(result.Converged);
        Assert.Equal(-211291.895193073, -result.FreeEnergy, 1e-7);
        var mu = inference.Posterior(graph["mu"]);
        Assert.Equal(3.00824974859, mu[0], 1e-11);
        Assert.Equal(4.00556504e-05, mu[1], 1e-13);
        var tau = inference.Posterior(graph["tau"]);
        Assert.Equal(50001, tau[0], 1e-9);
        Assert.Equal(200282.337935743, tau[1], 1e-6);
    }

    [Fact]
    public void FloatComesToTheSamePosteriors()
    {
        using var graph = VariationalModels.Mixture<float>(_device, 2000, 3, 2);
        using var exact = VariationalModels.Mixture<double>(_device, 2000, 3, 2);
        using var inference = new VariationalInference<float>(graph, new VariationalOptions { MaximumSweeps = 2000, Seed = 1 });
        using var reference = new VariationalInference<double>(exact, VariationalModels.UntilAtRest with { Seed = 1 });
        var result = inference.Run(cancellation: Stop);
        Assert.True(result.Converged, $"{result}");
        Assert.True(reference.Run(cancellation: Stop).Converged);
        Assert.Equal(reference.FreeEnergy, inference.FreeEnergy, 1e-4 * Math.Abs(reference.FreeEnergy));
        AssertClose(Array.ConvertAll(reference.Posterior(exact["mu"]), Math.Abs), Array.ConvertAll(inference.Posterior(graph["mu"]), x => Math.Abs((double)x)), 2e-3);
    }

    [Fact]
    public void SequentialSweepsNeverRaiseTheFreeEnergy()
    {
        // The engine itself throws when F rises.
        var models = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 60], Gen.Int[1, 4], Gen.Int[1, 3], Gen.ULong, Gen.Bool.Select(damped => damped ? 0.3 : 0), Gen.Bool);
        models.Sample(
            (kind, plates, components, dimension, seed, damping, missing) =>
            {
                using var device = new CpuDevice(1);
                using var graph = Model<double>(device, kind, plates, components, dimension, missing, seed);
                using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(12) with { Damping = damping, Seed = seed });
                var before = double.PositiveInfinity;
                inference.Run(
                    check =>
                    {
                        Assert.True(check.FreeEnergy <= before + 1e-9 * (1 + Math.Abs(before)), $"sweep {check.Sweeps}: {before} to {check.FreeEnergy}");
                        before = check.FreeEnergy;
                    },
                    Stop);
                Assert.Equal(0, inference.Rises);
            },
            iter: 60, threads: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void OnePassOverTheDataIsWhatMessagesOneByOneAre(int kind)
    {
        // A weight of the old value that rounds away keeps the engine from letting the mixture own its gate.
        var options = VariationalModels.Exactly(7) with { Seed = 8 };
        using var graph = Model<double>(_device, kind, 50, 3, 2, missing: kind == 1, 9);
        using var other = Model<double>(_device, kind, 50, 3, 2, missing: kind == 1, 9);
        using var inference = new VariationalInference<double>(graph, options);
        using var general = new VariationalInference<double>(other, options with { Damping = 1e-300 });
        AssertClose(VariationalModels.Posteriors(general), VariationalModels.Posteriors(inference), 1e-12);
        inference.Run(cancellation: Stop);
        general.Run(cancellation: Stop);
        Assert.Equal(general.FreeEnergy, inference.FreeEnergy, 1e-10 * Math.Abs(general.FreeEnergy));
        AssertClose(VariationalModels.Posteriors(general), VariationalModels.Posteriors(inference), 1e-10);
    }

    [Fact]
    public void APlateIsALoop()
    {
        double[] x = [1.2, -0.3, 4, 2.5, 0.1, 3.3];
        int[] group = [0, 1, 2, 0, 1, 2];
        using var graph = new VariationalGraph<double>(_device);
        var mu = graph.Gaussian("mu", [0, 1, 2], [0.1, 0.2, 0.3]);
        var tau = graph.Gamma("tau", [1, 2, 3], 2);
        graph.Observe(graph.Gaussian("x", mu[group], tau[group]), x);
        using var inference = new VariationalInference<double>(graph, VariationalModels.UntilAtRest);
        inference.Run(cancellation: Stop);
        var energy = 0.0;
        for (var g = 0; g < 3; g++)
        {
            using var single = new VariationalGraph<double>(_device);
            var m = single.Gaussian("mu", g, 0.1 * (g + 1));
            var t = single.Gamma("tau", g + 1, 2);
            single.Observe(single.Gaussian("x", m, t, 2), [x[g], x[g + 3]]);
            using var one = new VariationalInference<double>(single, VariationalModels.UntilAtRest);
            energy += one.Run(cancellation: Stop).FreeEnergy;
            AssertClose(one.Posterior(m), inference.Posterior(mu).AsSpan(2 * g, 2).ToArray(), 1e-11);
            AssertClose(one.Posterior(t), inference.Posterior(tau).AsSpan(2 * g, 2).ToArray(), 1e-11);
        }

        Assert.Equal(energy, inference.FreeEnergy, 1e-10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void ResumedInferenceIsBitwiseEqual(int kind)
    {
        Resumed<double>(kind, damping: 0);
        Resumed<float>(kind, damping: 0);
        Resumed<double>(kind, damping: 0.2);
        Resumed<double>(kind, damping: 0, checkEvery: 3);
        Resumed<double>(kind, damping: 0.2, checkEvery: 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void ResultsDoNotDependOnThreads(int kind)
    {
        double[]? expected = null;
        foreach (var threads in (int[])[1, 2, 5])
        {
            using var device = new CpuDevice(threads);
            using var graph = Model<double>(device, kind, 9000, 4, 3, missing: false, 12);
            using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(3));
            inference.Run(cancellation: Stop);
            double[] found = [inference.FreeEnergy, .. VariationalModels.Posteriors(inference)];
            expected ??= found;
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void TheReferenceDeviceAgrees()
    {
        using var reference = new ReferenceDevice();
        for (var kind = 0; kind < 5; kind++)
        {
            using var graph = Model<double>(_device, kind, 40, 3, 2, missing: true, 13);
            using var other = Model<double>(reference, kind, 40, 3, 2, missing: true, 13);
            using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(5));
            using var oracle = new VariationalInference<double>(other, VariationalModels.Exactly(5));
            Assert.Equal(oracle.Run(cancellation: Stop).FreeEnergy, inference.Run(cancellation: Stop).FreeEnergy, 1e-9);
            AssertClose(VariationalModels.Posteriors(oracle), VariationalModels.Posteriors(inference), 1e-9);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void DampedAndParallelSchedulesComeToTheSamePosterior(double damping)
    {
        using var graph = VariationalModels.NormalGamma<double>(_device, 30);
        using var inference = new VariationalInference<double>(graph, VariationalModels.UntilAtRest);
        inference.Run(cancellation: Stop);
        foreach (var schedule in Enum.GetValues<VariationalSchedule>())
        {
            using var other = VariationalModels.NormalGamma<double>(_device, 30);
            using var damped = new VariationalInference<double>(other, VariationalModels.UntilAtRest with { Damping = damping, Schedule = schedule });
            Assert.True(damped.Run(cancellation: Stop).Converged);
            AssertClose(VariationalModels.Posteriors(inference), VariationalModels.Posteriors(damped), 1e-9);
        }
    }

    [Fact]
    public void PosteriorsOfOneBatchArePriorsOfTheNext()
    {
        double[] first = [1, 0, 1, 1], second = [0, 1, 1];
        using var all = Coins([.. first, .. second]);
        using var start = Coins(first);
        using var next = Coins(second);
        using var whole = new VariationalInference<double>(all);
        using var before = new VariationalInference<double>(start);
        using var after = new VariationalInference<double>(next);
        whole.Run(cancellation: Stop);
        before.Run(cancellation: Stop);
        after.ContinueFrom(before);
        after.Run(cancellation: Stop);
        Assert.Equal(whole.Posterior(all["p"]), after.Posterior(next["p"]));
        Assert.Equal(whole.FreeEnergy, before.FreeEnergy + after.FreeEnergy, 1e-12);

        VariationalGraph<double> Coins(double[] x)
        {
            var graph = new VariationalGraph<double>(_device);
            return graph.Observe(graph.Bernoulli("x", graph.Beta("p", 2, 3), x.Length), x);
        }
    }

    [Fact]
    public void GatesAreThoseOfAnEarlierInferenceUnlessAStartIsGiven()
    {
        double[] start = [.. Enumerable.Repeat(new[] { 0.25, 0.75 }, 60).SelectMany(row => row)];
        using var first = VariationalModels.Mixture<double>(_device, 60, 2, 2);
        using var second = VariationalModels.Mixture<double>(_device, 60, 2, 2);
        using var third = VariationalModels.Mixture<double>(_device, 60, 2, 2);
        using var earlier = new VariationalInference<double>(first, VariationalModels.Exactly(20));
        using var later = new VariationalInference<double>(second);
        using var started = new VariationalInference<double>(third.Start(third["z"], start));
        earlier.Run(cancellation: Stop);
        later.ContinueFrom(earlier);
        started.ContinueFrom(earlier);
        AssertClose(earlier.Posterior(first["z"]), later.Posterior(second["z"]), 1e-12);
        AssertClose(start, started.Posterior(third["z"]), 1e-12);
    }

    [Fact]
    public void RunsReportAndCanBeCancelled()
    {
        using var graph = VariationalModels.Hierarchy<double>(_device, 5, 4);
        using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(100));
        using var source = new CancellationTokenSource();
        List<int> sweeps = [];
        Assert.Throws<OperationCanceledException>(() => inference.Run(
            check =>
            {
                sweeps.Add(check.Sweeps);
                if (check.Sweeps == 3)
                {
                    source.Cancel();
                }
            },
            source.Token));
        Assert.Equal([1, 2, 3], sweeps);
        Assert.Equal(3, inference.Sweeps);
    }

    [Fact]
    public void WhatIsSavedAfterACancellationBetweenTwoChecksGoesOnBitwise()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            // Told to stop in sweep 5, between the checks of sweeps 4 and 8: ends there, checked.
            var options = VariationalModels.Exactly(20) with { CheckEvery = 4 };
            using var source = new CancellationTokenSource();
            using var graph = VariationalModels.Hierarchy<double>(_device, 5, 4);
            var stopping = new Stopping(graph, source);
            using var stopped = new VariationalInference<double>(graph.Add(stopping), options);
            stopping.Inference = stopped;
            Assert.Throws<OperationCanceledException>(() => stopped.Run(cancellation: source.Token));
            using var begun = VariationalModels.Hierarchy<double>(_device, 5, 4);
            using var five = new VariationalInference<double>(begun.Add(new Stopping(begun, source)), options with { MaximumSweeps = 5 });
            Assert.Equal((five.Run(cancellation: Stop).FreeEnergy, 5), (stopped.FreeEnergy, stopped.Sweeps));
            stopped.Save(path);
            using var other = VariationalModels.Hierarchy<double>(_device, 5, 4);
            using var resumed = new VariationalInference<double>(other.Add(new Stopping(other, source)), options);
            resumed.Load(path);
            Assert.Equal(stopped.FreeEnergy, resumed.FreeEnergy);
            Assert.Equal(stopped.Run(cancellation: Stop), resumed.Run(cancellation: Stop));
            Assert.Equal(VariationalModels.Posteriors(stopped), VariationalModels.Posteriors(resumed));

            // All of it is as if it had never stopped.
            using var third = VariationalModels.Hierarchy<double>(_device, 5, 4);
            using var whole = new VariationalInference<double>(third.Add(new Stopping(third, source)), options with { MaximumSweeps = 25 });
            Assert.Equal(whole.Run(cancellation: Stop).FreeEnergy, resumed.FreeEnergy);
            Assert.Equal(VariationalModels.Posteriors(whole), VariationalModels.Posteriors(resumed));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Resumed<T>(int kind, double damping, int checkEvery = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            // Four sweeps end between two checks of every third, and are checked at their end.
            var options = VariationalModels.Exactly(4) with { Damping = damping, CheckEvery = checkEvery };
            using var graph = Model<T>(_device, kind, 40, 3, 2, missing: true, 10);
            using var whole = new VariationalInference<T>(graph, options);
            whole.Run(cancellation: Stop);
            whole.Save(path);
            using var other = Model<T>(_device, kind, 40, 3, 2, missing: true, 10);
            using var resumed = new VariationalInference<T>(other, options with { Seed = 99 });
            resumed.Load(path);
            Assert.Equal(whole.FreeEnergy, resumed.FreeEnergy);
            var expected = whole.Run(cancellation: Stop);
            Assert.Equal(expected, resumed.Run(cancellation: Stop));
            Assert.Equal(VariationalModels.Posteriors(whole), VariationalModels.Posteriors(resumed));
            using var foreign = VariationalModels.NormalGamma<T>(_device, 3);
            using var stranger = new VariationalInference<T>(foreign);
            Assert.Contains("expected the state of mu, tau", Assert.Throws<InvalidDataException>(() => stranger.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static VariationalGraph<T> Model<T>(Device device, int kind, int plates, int components, int dimension, bool missing, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T> => kind switch
        {
            0 => VariationalModels.Mixture<T>(device, plates, components, dimension, missing: false, seed),
            1 => VariationalModels.Mixture<T>(device, plates, components, dimension, missing, seed),
            2 => VariationalModels.Topics<T>(device, 1 + plates / 10, 10, 5 * dimension, components, seed),
            3 => VariationalModels.Counts<T>(device, plates, components, seed),
            _ => VariationalModels.Hierarchy<T>(device, components, 1 + plates / components, seed),
        };

    /// <summary>A factor that says nothing, and cancels in sweep 5.</summary>
    private sealed class Stopping(VariationalGraph<double> graph, CancellationTokenSource source) : FactorArray<double>(graph.Device, "stopping", "test", 1, [graph["mean"]])
    {
        public VariationalInference<double>? Inference { get; set; }

        public override void AddMessage(VariableArray<double> target, DeviceMatrix<double> natural)
        {
            if (Inference?.Sweeps == 5)
            {
                source.Cancel();
            }
        }

        public override void FreeEnergy(DeviceMatrix<double> term) => Device.Dense<double>().Fill(term, 0);
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        var size = expected.Select(Math.Abs).Append(1).Max();
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= tolerance * size, $"element {i}: expected {expected[i]}, found {found[i]}");
        }
    }
}
