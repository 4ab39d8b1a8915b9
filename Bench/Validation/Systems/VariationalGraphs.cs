using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>The cases of <c>vmp</c> whose models are conjugate, stated as factor graphs.</summary>
internal static class VariationalGraphs
{
    private static readonly VariationalOptions s_untilAtRest = new() { MaximumSweeps = 100_000, Tolerance = 1e-13 };

    /// <summary>Runs a case, unless its model is not one of these.</summary>
    /// <returns>Whether it is.</returns>
    public static bool TryRun<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var graph = new VariationalGraph<T>(run.Device);
        switch (run.Case.Option("model"))
        {
            case "normal_gamma":
                NormalGamma(run, graph);
                return true;
            case "gaussian_mixture_1d":
                GaussianMixture(run, graph);
                return true;
            case "gaussian_mixture":
                MultivariateGaussianMixture(run, graph);
                return true;
            case "dirichlet_categorical":
                DirichletCategorical(run, graph);
                return true;
            case "beta_bernoulli":
                BetaBernoulli(run, graph);
                return true;
            case "poisson_gamma":
                PoissonGamma(run, graph);
                return true;
            case "lda":
                TopicModel(run, graph);
                return true;
            default:
                return false;
        }
    }

    private static void NormalGamma<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = Data(run, "x");
        var knownMean = run.Has("input/mu");
        var knownPrecision = run.Has("input/tau");
        Plates<T> mu = knownMean ? Numbers(run, "mu") : graph.Gaussian("mu", Numbers(run, "prior_mu.mean"), Numbers(run, "prior_mu.precision"));
        Plates<T> tau = knownPrecision ? Numbers(run, "tau") : graph.Gamma("tau", Numbers(run, "prior_tau.shape"), Numbers(run, "prior_tau.rate"));
        graph.Observe(graph.Gaussian("x", mu, tau, plates: x.Length), x, Flags(run, "observed"));
        using var inference = Settle(run, graph);
        if (!knownMean)
        {
            GaussianPosterior(run, inference, "mu");
        }

        if (!knownPrecision)
        {
            GammaPosterior(run, inference, "tau");
        }
    }

    private static void GaussianMixture<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = Data(run, "x");
        var pi = graph.Dirichlet("pi", Numbers(run, "prior_pi.alpha"));
        var mu = graph.Gaussian("mu", Numbers(run, "prior_mu.mean"), Numbers(run, "prior_mu.precision"));
        var tau = graph.Gamma("tau", Numbers(run, "prior_tau.shape"), Numbers(run, "prior_tau.rate"));
        var z = graph.Categorical("z", pi, plates: x.Length);
        graph.Observe(graph.Mixture("x", z, mu, tau), x).Start(z, Data(run, "initial_z.probability"));
        using var inference = Settle(run, graph);
        run.Output("q_pi.alpha", Posterior(inference, "pi"));
        GaussianPosterior(run, inference, "mu");
        GammaPosterior(run, inference, "tau");
        run.Output("q_z.probability", Posterior(inference, "z"));
    }

    private static void MultivariateGaussianMixture<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plates = Count(run, "x");
        var components = run.Case.Integer("components");
        var pi = graph.Dirichlet("pi", Numbers(run, "prior_pi.alpha"));
        var mu = graph.MultivariateGaussian("mu", Numbers(run, "prior_mu.mean"), Numbers(run, "prior_mu.precision"), components);
        var lambda = graph.Wishart("lambda", Numbers(run, "prior_lambda.dof"), Numbers(run, "prior_lambda.inverse_scale"), components);
        var z = graph.Categorical("z", pi, plates);
        graph.Observe(graph.Mixture("x", z, mu, lambda), Data(run, "x")).Start(z, Data(run, "initial_z.probability"));
        using var inference = Settle(run, graph);
        var means = Posterior(inference, "mu");
        var p = mu.Dimension;
        run.Output("q_pi.alpha", Posterior(inference, "pi"));
        run.Output("q_mu.mean", Part(means, p + p * p, 0, p));
        run.Output("q_mu.covariance", Part(means, p + p * p, p, p * p));
        run.Output("q_lambda.dof", Part(Posterior(inference, "lambda"), 1 + p * p, 0, 1));
        var inverseScale = run.Overwritten(p * p, components);
        run.Dense.AddScaled(T.CreateTruncating(-2), new DeviceMatrix<T>(lambda.Natural.Tensor, lambda.Natural.Stride, p * p, components, lambda.Natural.Stride), T.Zero, inverseScale);
        run.OutputColumns("q_lambda.inverse_scale", inverseScale);
        run.Output("q_z.probability", Posterior(inference, "z"));
    }

    private static void DirichletCategorical<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var theta = graph.Dirichlet("theta", Numbers(run, "prior_theta.alpha"), Count(run, "prior_theta.alpha"));
        graph.Observe(graph.Categorical("x", theta[Indices(run, "group")]), Outcomes(run, "x"));
        if (run.Case.Option("schedule", "") == "Stochastic")
        {
            using var inference = new VariationalInference<T>(graph, s_untilAtRest);
            inference.RunStochastic(new StochasticOptions
            {
                Batch = run.Case.Integer("batch"),
                Delay = run.Case.Number("delay"),
                Decay = run.Case.Number("decay"),
                Passes = run.Case.Integer("passes"),
            });
            run.Output("q_theta.alpha", Posterior(inference, "theta"));
        }
        else
        {
            using var inference = Settle(run, graph);
            run.Output("q_theta.alpha", Posterior(inference, "theta"));
        }
    }

    private static void BetaBernoulli<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var p = graph.Beta("p", Numbers(run, "prior_p.a"), Numbers(run, "prior_p.b"));
        graph.Observe(graph.Bernoulli("x", p[Indices(run, "group")]), Outcomes(run, "x"));
        using var inference = Settle(run, graph);
        run.Output("q_p.a", Part(Posterior(inference, "p"), 2, 0, 1));
        run.Output("q_p.b", Part(Posterior(inference, "p"), 2, 1, 1));
    }

    private static void PoissonGamma<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = Numbers(run, "prior_lambda.shape");
        var isRateKnown = run.Case.Option("rate") == "Known";
        Plates<T> rate = isRateKnown ? Numbers(run, "prior_lambda.rate") : graph.Gamma("rate", Numbers(run, "prior_rate.shape"), Numbers(run, "prior_rate.rate"));
        var lambda = graph.Gamma("lambda", shape, rate);
        graph.Observe(graph.Poisson("x", lambda[Indices(run, "group")]), Outcomes(run, "x"));
        using var inference = Settle(run, graph, isRateKnown ? ["lambda"] : ["lambda", "rate"]);
        GammaPosterior(run, inference, "lambda");
        if (!isRateKnown)
        {
            GammaPosterior(run, inference, "rate");
        }
    }

    private static void TopicModel<T>(CaseRun<T> run, VariationalGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var theta = graph.Dirichlet("theta", Numbers(run, "prior_theta.alpha"), Count(run, "prior_theta.alpha"));
        var phi = graph.Dirichlet("phi", Numbers(run, "prior_phi.alpha"), run.Case.Integer("topics"));
        var z = graph.Categorical("z", theta[Indices(run, "document")]);
        graph.Observe(graph.Mixture("word", z, phi), Outcomes(run, "word")).Start(z, Data(run, "initial_z.probability"));
        using var inference = Settle(run, graph);
        run.Output("q_theta.alpha", Posterior(inference, "theta"));
        run.Output("q_phi.alpha", Posterior(inference, "phi"));
        run.Output("q_z.probability", Posterior(inference, "z"));
    }

    private static VariationalInference<T> Settle<T>(CaseRun<T> run, VariationalGraph<T> graph, string[]? order = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inference = new VariationalInference<T>(graph, s_untilAtRest with { Order = order });
        var result = inference.Run();
        if (!result.Converged)
        {
            throw new InvalidDataException($"{run.Case.Path}: the posterior did not come to rest in {result.Sweeps} sweeps (change {result.Change}).");
        }

        run.Output("free_energy", [result.FreeEnergy]);
        return inference;
    }

    private static void GaussianPosterior<T>(CaseRun<T> run, VariationalInference<T> inference, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var posterior = Posterior(inference, name);
        run.Output($"q_{name}.mean", Part(posterior, 2, 0, 1));
        run.Output($"q_{name}.precision", Array.ConvertAll(Part(posterior, 2, 1, 1), variance => 1 / variance));
    }

    private static void GammaPosterior<T>(CaseRun<T> run, VariationalInference<T> inference, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var posterior = Posterior(inference, name);
        run.Output($"q_{name}.shape", Part(posterior, 2, 0, 1));
        run.Output($"q_{name}.rate", Part(posterior, 2, 1, 1));
    }

    private static double[] Posterior<T>(VariationalInference<T> inference, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(inference.Posterior(inference.Graph[name]), double.CreateChecked);

    /// <summary>Some numbers of every row.</summary>
    private static double[] Part(double[] rows, int width, int first, int count) => [.. rows.Chunk(width).SelectMany(row => row.AsSpan(first, count).ToArray())];

    private static int Count<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => checked((int)run.Case.File[$"input/{name}"].Shape[0]);

    private static double[] Numbers<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => run.Case.File[$"input/{name}"].Read<double>();

    private static T[] Data<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(Numbers(run, name), T.CreateTruncating);

    private static T[] Outcomes<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), T.CreateChecked);

    private static int[] Indices<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), value => checked((int)value));

    private static bool[] Flags<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), value => value != 0);
}
