using System.Numerics;
using Native.Models;

namespace Native.Bench;

/// <summary>The cases of <c>vmp</c> whose models are blocks of vectors and tables.</summary>
internal static class VariationalBlocks
{
    private const int MaximumSweeps = 100_000;
    private const double Tolerance = 1e-12;

    /// <summary>Runs a case, unless its model is not one of these.</summary>
    /// <returns>Whether it is.</returns>
    public static bool TryRun<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (run.Case.Option("model"))
        {
            case "discrete_mean_field":
                DiscreteMeanField(run);
                return true;
            case "linear_gaussian_chain":
                LinearGaussianChain(run);
                return true;
            case "linear_regression_ard":
                LinearRegression(run);
                return true;
            case "logistic_regression":
                LogisticRegression(run);
                return true;
            case "bayesian_pca":
                BayesianPca(run);
                return true;
            default:
                return false;
        }
    }

    private static void DiscreteMeanField<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = new DiscreteFactorGraph(Integers(run, "cardinality"), Integers(run, "factor_offsets"), Integers(run, "factor_variables"), Numbers(run, "log_tables"));
        var model = new DiscreteMeanField(run.Device, graph, Numbers(run, "initial_z.probability"));
        using var memory = Settle(run, model);
        run.Output("q_z.probability", model.Probabilities.ToArray());
    }

    private static void LinearGaussianChain<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var posterior = run.Case.Option<ChainPosterior>("posterior");
        var parameters = new LinearGaussianChainParameters(
            Numbers(run, "transition"), Numbers(run, "emission"), Numbers(run, "prior_mean"), Numbers(run, "prior_precision"), Numbers(run, "transition_precision"), Numbers(run, "emission_precision"));
        var model = new LinearGaussianChain(run.Device, parameters, Numbers(run, "x"), Flags(run, "observed"), posterior);
        using var memory = Settle(run, model);
        run.Output("q_z.mean", model.Mean.ToArray());
        run.Output("q_z.covariance", model.Covariance.ToArray());
        if (posterior == ChainPosterior.Structured)
        {
            run.Output("q_z.cross_covariance", model.CrossCovariance.ToArray());
        }
    }

    private static void LinearRegression<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var model = new BayesianLinearRegression(
            run.Device, Numbers(run, "X"), Numbers(run, "y"), Numbers(run, "prior_alpha.shape"), Numbers(run, "prior_alpha.rate"), Numbers(run, "prior_tau.shape")[0], Numbers(run, "prior_tau.rate")[0],
            Flags(run, "observed"), run.Case.Option<WeightPosterior>("posterior"));
        using var memory = Settle(run, model);
        run.Output("q_w.mean", model.WeightMean.ToArray());
        run.Output("q_w.covariance", model.WeightCovariance.ToArray());
        run.Output("q_alpha.shape", model.AlphaShape.ToArray());
        run.Output("q_alpha.rate", model.AlphaRate.ToArray());
        run.Output("q_tau.shape", [model.TauShape]);
        run.Output("q_tau.rate", [model.TauRate]);
    }

    private static void LogisticRegression<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bound = run.Case.Option<LogisticBound>("bound");
        var model = new BayesianLogisticRegression(run.Device, Numbers(run, "X"), Flags(run, "y"), Numbers(run, "prior_w.mean"), Numbers(run, "prior_w.precision"), bound);
        using var memory = Settle(run, model);
        run.Output("q_w.mean", model.WeightMean.ToArray());
        run.Output("q_w.covariance", model.WeightCovariance.ToArray());
        if (bound == LogisticBound.JaakkolaJordan)
        {
            run.Output("xi", model.Xi.ToArray());
        }
    }

    private static void BayesianPca<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var priors = new BayesianPcaPriors(
            Numbers(run, "prior_mu.precision")[0], Numbers(run, "prior_alpha.shape"), Numbers(run, "prior_alpha.rate"), Numbers(run, "prior_tau.shape")[0], Numbers(run, "prior_tau.rate")[0]);
        var columns = checked((int)run.Case.File["input/x"].Shape[1]);
        var model = new BayesianPca(run.Device, Numbers(run, "x"), columns, priors, Numbers(run, "initial_w.mean"), Numbers(run, "initial_w.covariance"), Flags(run, "observed"));
        using var memory = Settle(run, model);
        run.Output("q_w.mean", model.WeightMean.ToArray());
        run.Output("q_w.covariance", model.WeightCovariance.ToArray());
        run.Output("q_z.mean", model.ScoreMean.ToArray());
        run.Output("q_z.covariance", model.ScoreCovariance.ToArray());
        run.Output("q_mu.mean", model.MuMean.ToArray());
        run.Output("q_mu.precision", model.MuPrecision.ToArray());
        run.Output("q_alpha.shape", model.AlphaShape.ToArray());
        run.Output("q_alpha.rate", model.AlphaRate.ToArray());
        run.Output("q_tau.shape", [model.TauShape]);
        run.Output("q_tau.rate", [model.TauRate]);
    }

    /// <summary>Runs the model until it rests.</summary>
    /// <returns>The owner of its posterior.</returns>
    private static VariationalGraph<double> Settle<T>(CaseRun<T> run, VariationalBlock model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = new VariationalGraph<double>(run.Device).Add(model);
        using var inference = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = MaximumSweeps, Tolerance = Tolerance });
        if (!inference.Run().Converged)
        {
            graph.Dispose();
            throw new InvalidDataException($"{run.Case.Path}: the posterior did not come to rest in {MaximumSweeps} sweeps.");
        }

        run.Output("free_energy", [inference.FreeEnergy]);
        return graph;
    }

    private static double[] Numbers<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => run.Case.File[$"input/{name}"].Read<double>();

    private static int[] Integers<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), value => checked((int)value));

    private static bool[] Flags<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), value => value != 0);
}
