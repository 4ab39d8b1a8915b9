using System.Numerics;
using Native.Bench;
using Native.Kernels;
using Native.Models;

namespace Native.Tests;

/// <summary>Small models for the tests of variational message passing.</summary>
internal static class VariationalModels
{
    /// <summary>Runs to rest, or fails.</summary>
    public static VariationalOptions UntilAtRest { get; } = new() { MaximumSweeps = 20_000, Tolerance = 1e-12 };

    /// <summary>Exactly so many sweeps.</summary>
    public static VariationalOptions Exactly(int sweeps) => new() { MaximumSweeps = sweeps, Tolerance = 0 };

    /// <summary>A Gaussian with unknown mean and precision.</summary>
    public static VariationalGraph<T> NormalGamma<T>(Device device, int plates, ulong seed = 1, double priorPrecision = 0.01)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new SplitMix64(seed);
        var graph = new VariationalGraph<T>(device);
        var mu = graph.Gaussian("mu", mean: 0, precision: priorPrecision);
        var tau = graph.Gamma("tau", shape: 1, rate: 1);
        var x = graph.Gaussian("x", mu, tau, plates);
        var values = new T[plates];
        for (var i = 0; i < plates; i++)
        {
            values[i] = T.CreateTruncating(3 + 2 * random.Normal());
        }

        return graph.Observe(x, values);
    }

    /// <summary>A mixture of multivariate Gaussians; every seventh observation is missing if asked for.</summary>
    public static VariationalGraph<T> Mixture<T>(Device device, int plates, int components, int dimension, bool missing = false, ulong seed = 3)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new SplitMix64(seed);
        var graph = new VariationalGraph<T>(device);
        double[] unit = new double[dimension * dimension], all = new double[components * dimension * dimension];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = i % (dimension * dimension) % (dimension + 1) == 0 ? 1 : 0;
        }

        Array.Copy(all, unit, unit.Length);
        var pi = graph.Dirichlet("pi", 1, components);
        var mu = graph.MultivariateGaussian("mu", new double[dimension], Array.ConvertAll(unit, u => 0.01 * u), components);
        var lambda = graph.Wishart("lambda", dimension + 1, all, components);
        var z = graph.Categorical("z", pi, plates);
        var x = graph.Mixture("x", z, mu, lambda);
        var values = new T[plates * dimension];
        var observed = new bool[plates];
        for (var n = 0; n < plates; n++)
        {
            var centre = 4 * (int)(random.Uniform() * components);
            for (var i = 0; i < dimension; i++)
            {
                values[n * dimension + i] = T.CreateTruncating(centre * (i % 2 == 0 ? 1 : -0.5) + random.Normal());
            }

            observed[n] = !missing || n % 7 != 3;
        }

        return graph.Observe(x, values, missing ? observed : []);
    }

    /// <summary>A topic model.</summary>
    public static VariationalGraph<T> Topics<T>(Device device, int documents, int words, int vocabulary, int topics, ulong seed = 4)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new SplitMix64(seed);
        var graph = new VariationalGraph<T>(device);
        var tokens = documents * words;
        var document = new int[tokens];
        var word = new T[tokens];
        for (var t = 0; t < tokens; t++)
        {
            document[t] = t / words;
            var topic = random.Uniform() < 0.8 ? document[t] % topics : (int)(random.Uniform() * topics);
            word[t] = T.CreateTruncating((topic * vocabulary / topics + (int)(random.Uniform() * vocabulary / 2)) % vocabulary);
        }

        var theta = graph.Dirichlet("theta", 0.5, topics, documents);
        var phi = graph.Dirichlet("phi", 0.1, vocabulary, topics);
        var z = graph.Categorical("z", theta[document]);
        return graph.Observe(graph.Mixture("word", z, phi), word);
    }

    /// <summary>Counts in groups, whose rates have a common prior of unknown rate.</summary>
    public static VariationalGraph<T> Counts<T>(Device device, int plates, int groups, ulong seed = 5)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new SplitMix64(seed);
        var graph = new VariationalGraph<T>(device);
        var group = new int[plates];
        var values = new T[plates];
        for (var i = 0; i < plates; i++)
        {
            group[i] = (int)(random.Uniform() * groups);
            values[i] = T.CreateTruncating(Math.Floor(random.Uniform() * 4 * (1 + group[i])));
        }

        var rate = graph.Gamma("rate", 2, 1);
        var lambda = graph.Gamma("lambda", 1.5, rate, groups);
        return graph.Observe(graph.Poisson("x", lambda[group]), values);
    }

    /// <summary>Observations of latent values, of a latent mean each and with known and unknown precisions: a chain of latent Gaussians.</summary>
    public static VariationalGraph<T> Hierarchy<T>(Device device, int groups, int each, ulong seed = 6)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new SplitMix64(seed);
        var graph = new VariationalGraph<T>(device);
        var group = new int[groups * each];
        var values = new T[group.Length];
        var centre = 0.0;
        for (var i = 0; i < group.Length; i++)
        {
            centre = i % each == 0 ? 3 * random.Normal() : centre;
            group[i] = i / each;
            values[i] = T.CreateTruncating(centre + random.Normal());
        }

        var mean = graph.Gaussian("mean", 0, 0.1);
        var between = graph.Gamma("between", 1, 1);
        var within = graph.Gamma("within", 1, 1);
        var level = graph.Gaussian("level", mean, between, groups);
        return graph.Observe(graph.Gaussian("x", level[group], within), values);
    }

    /// <summary>Every natural parameter of every latent variable.</summary>
    public static double[] Posteriors<T>(VariationalInference<T> inference)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. inference.Graph.Variables.Where(variable => !variable.IsObserved).SelectMany(inference.Posterior).Select(double.CreateChecked)];
}
