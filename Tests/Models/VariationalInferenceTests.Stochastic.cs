using Native.Bench;
using Native.Models;

namespace Native.Tests;

public sealed partial class VariationalInferenceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AStochasticStepOnAllDataIsASweep(int kind)
    {
        using var graph = Model<double>(_device, kind, 60, 3, 2, missing: false, 14);
        using var other = Model<double>(_device, kind, 60, 3, 2, missing: false, 14);
        using var stochastic = new VariationalInference<double>(graph, VariationalModels.Exactly(1));
        string[] latent = [.. other.Variables.Where(variable => !variable.IsObserved && variable.Name != "z").Select(variable => variable.Name)];
        using var sweep = new VariationalInference<double>(other, VariationalModels.Exactly(2) with { Order = [.. latent, "z"] });

        // Of size 1, and the gates at its end too: a sweep after it is the second one.
        stochastic.RunStochastic(new StochasticOptions { Batch = other["z"].Plates, LocalSweeps = 1, Delay = 0, Decay = 1 }, cancellation: Stop);
        stochastic.Run(cancellation: Stop);
        sweep.Run(cancellation: Stop);
        foreach (var name in latent)
        {
            AssertClose(sweep.Posterior(other[name]), stochastic.Posterior(graph[name]), 1e-11);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 4)]
    public void AStepOnHalfOfTheDataIsSweepsOverThatHalfTwice(bool isTopics, int localSweeps)
    {
        // The first step has the size 1. Its half stands for all: as if every observation (with topics, every document) were there twice.
        using var graph = Halves([0, 1]);
        using var other = Halves([0, 0]);
        string[] global = isTopics ? ["phi"] : ["pi", "mu", "tau"], local = isTopics ? ["theta"] : [];
        using var stochastic = new VariationalInference<double>(graph);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => stochastic.RunStochastic(
            new StochasticOptions { Batch = graph["z"].Plates / 2, LocalSweeps = localSweeps, Delay = 0, Decay = 1 }, (_, _) => source.Cancel(), source.Token));
        Assert.Equal(1, stochastic.StochasticSteps);

        // Gates, from their start on, and local variables again and again, the global ones only at the end: what a sweep makes of them is put back by a start.
        Dictionary<string, double[]> expected = global.Concat(local).ToDictionary(name => name, name => Array.Empty<double>());
        double[]? theta = null;
        for (var sweep = 0; sweep < localSweeps; sweep++)
        {
            using var again = Halves([0, 0]);
            if (theta is not null)
            {
                again.Start(again["theta"], theta);
            }

            using var inference = new VariationalInference<double>(again, VariationalModels.Exactly(1) with { Order = sweep == 0 ? [.. local, .. global, "z"] : ["z", .. local, .. global] });
            inference.Run(cancellation: Stop);
            theta = isTopics ? inference.Posterior(again["theta"]) : null;
            foreach (var name in expected.Keys)
            {
                expected[name] = inference.Posterior(again[name]);
            }
        }

        foreach (var name in global)
        {
            AssertClose(expected[name], stochastic.Posterior(graph[name]), 1e-12);
        }

        if (isTopics)
        {
            // The documents of the other half are as they were.
            var half = expected["theta"].Length / 2;
            double[] found = stochastic.Posterior(graph["theta"]);
            AssertClose(expected["theta"][..half], found[..half], 1e-12);
            Assert.Equal(Enumerable.Repeat(0.5, half), found[half..]);
        }

        VariationalGraph<double> Halves(int[] halves)
        {
            const int Each = 24;
            var model = new VariationalGraph<double>(_device);
            List<double> values = [], starts = [];
            foreach (var half in halves)
            {
                var random = new SplitMix64((ulong)half);
                for (var i = 0; i < Each; i++)
                {
                    var first = 0.1 + 0.8 * random.Uniform();
                    values.Add(isTopics ? Math.Floor(5 * random.Uniform()) : random.Normal() + (i % 2 == 0 ? 4 : 0));
                    starts.AddRange([first, 1 - first]);
                }
            }

            if (isTopics)
            {
                // Four documents of six tokens in each half. Topics start apart.
                var weights = model.Dirichlet("theta", 0.5, 2, 8);
                var topics = model.Dirichlet("phi", 0.1, 5, 2);
                var topic = model.Categorical("z", weights[[.. Enumerable.Range(0, 2 * Each).Select(token => token / 6)]]);
                model.Observe(model.Mixture("word", topic, topics), [.. values]).Start(topics, [1, 2, 3, 1, 2, 2, 1, 1, 3, 2]);
                return model.Start(topic, [.. starts]);
            }

            var share = model.Dirichlet("pi", 1, 2);
            var mean = model.Gaussian("mu", [0, 3], 0.1, 2);
            var precision = model.Gamma("tau", 1, 1, 2);
            var gate = model.Categorical("z", share, 2 * Each);
            return model.Observe(model.Mixture("x", gate, mean, precision), [.. values]).Start(gate, [.. starts]);
        }
    }

    [Fact]
    public void MinibatchesEndWhereDocumentsDo()
    {
        // Documents of 7 tokens, 20 at a time: two a step. Every document has its own tokens and its prior, whatever the step sizes.
        using var graph = VariationalModels.Topics<double>(_device, 9, 7, 12, 3);
        using var inference = new VariationalInference<double>(graph);
        var steps = 0;
        inference.RunStochastic(new StochasticOptions { Batch = 20, Passes = 3 }, (step, _) => steps = step, Stop);
        Assert.Equal(3 * 5, steps);
        var theta = inference.Posterior(graph["theta"]);
        for (var document = 0; document < 9; document++)
        {
            Assert.Equal(3 * 0.5 + 7, theta[(3 * document)..(3 * document + 3)].Sum(), 1e-12);
        }

        // Where a document is more than a minibatch, its weights are global.
        using var other = VariationalModels.Topics<double>(_device, 9, 7, 12, 3);
        using var global = new VariationalInference<double>(other);
        global.RunStochastic(new StochasticOptions { Batch = 5, Passes = 1 }, (step, _) => steps = step, Stop);
        Assert.Equal(13, steps);
    }

    [Fact]
    public void WithoutTokensADocumentsWeightsAreThePrior()
    {
        // Documents 0, 3, 4 and 7 have none, and start elsewhere; tokens of the others are a minibatch each.
        int[] document = [1, 1, 2, 2, 5, 5, 6, 6];
        using var graph = new VariationalGraph<double>(_device);
        var theta = graph.Dirichlet("theta", 0.5, 2, 8);
        var phi = graph.Dirichlet("phi", 0.1, 3, 2);
        var z = graph.Categorical("z", theta[document]);
        graph.Observe(graph.Mixture("word", z, phi), [0, 1, 2, 0, 1, 2, 0, 1]).Start(theta, [.. Enumerable.Repeat(7.0, 16)]);
        using var inference = new VariationalInference<double>(graph);
        inference.RunStochastic(new StochasticOptions { Batch = 3 }, cancellation: Stop);
        double[] weights = inference.Posterior(theta);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(1 + document.Count(other => other == i), weights[2 * i] + weights[2 * i + 1], 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void CancelledBeforeItsFirstStepItChangesNothing(int kind)
    {
        // The gates of the start among it, by which the first sweep goes.
        using var graph = Model<double>(_device, kind, 60, 3, 2, missing: false, 14);
        using var other = Model<double>(_device, kind, 60, 3, 2, missing: false, 14);
        using var cancelled = new VariationalInference<double>(graph, VariationalModels.Exactly(1));
        using var fresh = new VariationalInference<double>(other, VariationalModels.Exactly(1));
        Assert.Throws<OperationCanceledException>(() => cancelled.RunStochastic(new StochasticOptions { Batch = 20 }, cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(fresh.Run(cancellation: Stop), cancelled.Run(cancellation: Stop));
    }

    [Fact]
    public void AllGatesFollowMinibatchesUndamped()
    {
        double[]? expected = null;
        foreach (var damping in (double[])[0, 0.5])
        {
            using var graph = VariationalModels.Mixture<double>(_device, 200, 3, 2);
            using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(1) with { Damping = damping });
            inference.RunStochastic(new StochasticOptions { Batch = 50 }, cancellation: Stop);
            double[] found = VariationalModels.Posteriors(inference);
            expected ??= found;
            AssertClose(expected, found, 1e-11);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void StepsAllocateNothing(int kind)
    {
        using var graph = Model<double>(_device, kind, 200, 3, 2, missing: false, 15);
        using var inference = new VariationalInference<double>(graph);
        var options = new StochasticOptions { Batch = 50, Passes = 3 };
        long before = 0, allocated = 0;
        inference.RunStochastic(options, Count, Stop);
        before = 0;
        inference.RunStochastic(options, Count, Stop);
        Assert.Equal(0, allocated);

        // Between two steps of the second run.
        void Count(int step, double rho)
        {
            var now = GC.GetAllocatedBytesForCurrentThread();
            allocated = before == 0 ? 0 : allocated + now - before;
            before = now;
        }
    }

    [Fact]
    public void TopicsOfMinibatchesComeNearThoseOfAllData()
    {
        using var graph = VariationalModels.Topics<double>(_device, 300, 50, 20, 2);
        using var inference = new VariationalInference<double>(graph, VariationalModels.Exactly(1));
        inference.RunStochastic(new StochasticOptions { Batch = 500, Passes = 10 }, cancellation: Stop);
        var energy = inference.Run(cancellation: Stop).FreeEnergy;
        using var settled = new VariationalInference<double>(VariationalModels.Topics<double>(_device, 300, 50, 20, 2), VariationalModels.Exactly(500));
        var least = settled.Run(cancellation: Stop).FreeEnergy;
        Assert.True(energy < least + 2e-3 * Math.Abs(least), $"{energy} against {least}");
    }

    [Fact]
    public void MinibatchesComeNearThePosteriorOfAllData()
    {
        // Centres 0 and 4 on the first axis; a start that leans to the right side, for from a symmetric one small steps take long.
        using var graph = VariationalModels.Mixture<double>(_device, 3000, 2, 2);
        graph.Start(graph["z"], [.. Enumerable.Range(0, 3000).SelectMany(plate => graph["x"].ValuesOf(plate)[0] > 2 ? new[] { 0.3, 0.7 } : [0.7, 0.3])]);
        using var inference = new VariationalInference<double>(graph, VariationalModels.UntilAtRest);
        inference.RunStochastic(new StochasticOptions { Batch = 300, Passes = 20 }, cancellation: Stop);
        var means = inference.Posterior(graph["mu"]);
        Assert.True(double.IsNaN(inference.FreeEnergy));
        Assert.True(inference.Run(cancellation: Stop).Converged);
        var settled = inference.Posterior(graph["mu"]);
        foreach (var i in (int[])[0, 1, 6, 7])
        {
            Assert.Equal(settled[i], means[i], 0.05);
            Assert.Equal(i switch { 6 => 4, 7 => -2, _ => 0 }, settled[i], 0.1);
        }
    }
}
