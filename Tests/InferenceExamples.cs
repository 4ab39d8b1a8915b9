using Native.Bench;
using Native.Kernels.Cpu;
using Native.Models;
using Native.Tests;

namespace Native.Examples;

// The examples are those of the documentation, and have no test's cancellation token.
#pragma warning disable xUnit1051

/// <summary>The code in docs/INFERENCE.md, word for word, run. It changes the current folder, so no other test runs beside it.</summary>
[Collection(nameof(Alone))]
public class InferenceExamples
{
    [Fact]
    public void Clouds()
    {
        double[] centre = [-3, 0, 3, 1, 0, 4];
        var random = new SplitMix64(1);
        double[] points = [.. Enumerable.Range(0, 600).Select(i => centre[2 * (i / 2 % 3) + i % 2] + random.Normal())];

        using var device = new CpuDevice(threads: 1);
        using var model = new VariationalGraph<double>(device);
        double[] vague = [0.01, 0, 0, 0.01], unit = [1, 0, 0, 1];
        var weight = model.Dirichlet("weight", alpha: 1, outcomes: 3);
        var mean = model.MultivariateGaussian("mean", mean: new double[2], precision: vague, plates: 3);
        var precision = model.Wishart("precision", dof: 3, inverseScale: [.. unit, .. unit, .. unit], plates: 3);
        var cloud = model.Categorical("cloud", weight, plates: points.Length / 2);
        model.Observe(model.Mixture("point", cloud, mean, precision), points);

        using var inference = new VariationalInference<double>(model, new VariationalOptions { Tolerance = 1e-6 });
        VariationalResult result = inference.Run();
        double[] means = inference.Posterior(mean); // for each cloud: mean (2 numbers), covariance (4)

        Assert.True(result.Converged);
        double[] found = [.. Enumerable.Range(0, 3).OrderBy(k => means[6 * k]).SelectMany(k => (double[])[means[6 * k], means[6 * k + 1]])];
        Assert.All(found.Zip((double[])[-3, 0, 0, 4, 3, 1]), pair => Assert.Equal(pair.Second, pair.First, 0.4));
    }

    [Fact]
    public void Counts()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var device = new CpuDevice(threads: 1);

        int[] machine = [0, 0, 1, 1, 2, 2];
        double[] counts = [3, 5, 12, 9, 0, 1];
        bool[] seen = [true, true, true, true, false, true];
        using var model = new VariationalGraph<double>(device);
        var rate = model.Gamma("rate", shape: 1, rate: 0.1, plates: 3);
        model.Observe(model.Poisson("count", rate[machine]), counts, seen);
        using var inference = new VariationalInference<double>(model);
        inference.Run();
        double[] rates = inference.Posterior(rate); // shape and rate of each: 9 2.1, 22 2.1, 2 1.1

        Assert.All(rates.Zip((double[])[9, 2.1, 22, 2.1, 2, 1.1]), pair => Assert.Equal(pair.Second, pair.First, 1e-9));

        using var later = new VariationalGraph<double>(device);
        later.Observe(later.Poisson("count", later.Gamma("rate", shape: 1, rate: 0.1, plates: 3)[machine]), counts, seen);
        using var next = new VariationalInference<double>(later);

        next.ContinueFrom(inference);
        next.Run();

        Assert.All(next.Posterior(later["rate"]).Zip((double[])[17, 4.1, 43, 4.1, 3, 2.1]), pair => Assert.Equal(pair.Second, pair.First, 1e-9));

        var before = Directory.GetCurrentDirectory();
        var folder = Directory.CreateTempSubdirectory("inference");
        Directory.SetCurrentDirectory(folder.FullName);
        try
        {
            inference.Run(check => Console.WriteLine($"sweep {check.Sweeps}: {check.FreeEnergy} nats"), cancellation);
            inference.Save("state.safetensors");
            inference.Load("state.safetensors");

            Assert.Equal(rates, inference.Posterior(rate));
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            folder.Delete(recursive: true);
        }

        inference.RunStochastic(new StochasticOptions { Batch = 2, Passes = 20, Delay = 1, Decay = 0.7 });

        Assert.All(inference.Posterior(rate), number => Assert.True(number > 0));
    }
}
