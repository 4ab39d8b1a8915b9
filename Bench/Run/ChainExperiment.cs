using System.Diagnostics;
using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>
/// A point that turns by π/15 a step and is seen badly: <c>z_t = R z_{t-1} + N(0, 0.05 I)</c>, <c>x_t = diag(1.3, 0.7) z_t + N(0, 10 I)</c>, <c>z₁ ~ N(0, 100 I)</c>.
/// Its posterior over 10,000 steps, exact and factorised over time, with the noises known and learned; some observations are missing.
/// </summary>
internal sealed class ChainExperiment : IExperiment
{
    private const int Times = 10_000;
    private const int Drawn = 240;
    // Of every period of steps these are not observed.
    private const int Period = 200;
    private const int MissingFrom = 100;
    private const int MissingTo = 130;
    private const double ProcessVariance = 0.05;
    private const double ObservationVariance = 10;
    private const double PriorVariance = 100;

    // 95 % of a Gaussian.
    private const double Band = 1.959964;

    private static readonly double[] Emission = [1.3, 0, 0, 0.7];

    /// <inheritdoc/>
    public string Name => "chain";

    /// <inheritdoc/>
    public string Description => "a turning point seen through noise: its path by Kalman smoothing, exact and factorised over time, with missing observations";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop)
    {
        var (truth, x) = Draw(Times);
        var observed = new bool[Times];
        for (var t = 0; t < Times; t++)
        {
            observed[t] = t % Period is < MissingFrom or >= MissingTo;
        }

        var exact = new LinearGaussianChain(device, Parameters(), x, observed);
        using var exactGraph = new VariationalGraph<double>(device).Add(exact);
        using var exactInference = new VariationalInference<double>(exactGraph);
        var exactResult = exactInference.Run(cancellation: stop);
        var milliseconds = MedianPass(exact);
        var factorised = new LinearGaussianChain(device, Parameters(), x, observed, ChainPosterior.Factorised);
        using var factorisedGraph = new VariationalGraph<double>(device).Add(factorised);
        using var factorisedInference = new VariationalInference<double>(factorisedGraph);
        var factorisedResult = factorisedInference.Run(cancellation: stop);

        // Both noises unknown: as much is known of them before as from three steps.
        using var learnedGraph = new VariationalGraph<double>(device);
        double[] unit = [1, 0, 0, 1];
        var process = learnedGraph.Wishart("process noise", dof: 3, unit);
        var noise = learnedGraph.Wishart("observation noise", dof: 3, unit);
        var learned = new LinearGaussianChain(device, Parameters(), x, observed, transitionPrecision: process, emissionPrecision: noise);
        learnedGraph.Add(learned);
        using var learnedInference = new VariationalInference<double>(learnedGraph, new VariationalOptions { MaximumSweeps = 300, Tolerance = 1e-6 });
        var learnedResult = learnedInference.Run(cancellation: stop);
        double processVariance = MeanVariance(learnedInference.Posterior(process)), noiseVariance = MeanVariance(learnedInference.Posterior(noise));
        double[][] rows = [Row(Naive(x), null, default), Row(exact.Mean, exact, exactResult), Row(factorised.Mean, factorised, factorisedResult), Row(learned.Mean, learned, learnedResult)];
        return new ExperimentResult(
            Name,
            ["RMSE in units of the state, all times", "RMSE in units of the state, not observed", "truth within 95 % band", "half width of band in units of the state", "free energy in nats", "sweeps"],
            rows,
            string.Create(
                CultureInfo.InvariantCulture,
                $"A posterior that is factorised over time has the right means once they have settled, and variances that are too small. {Times} steps of two coordinates, of which every {Period} have {MissingTo - MissingFrom} that are not observed; root mean squared error (RMSE), in the unit in which the noise of a step has the variance {ProcessVariance}. A smoothing pass forward and backward over all of them takes {milliseconds:F2} ms on one thread (median of 21). The noises that were learned have the variances {processVariance:G3} and {noiseVariance:G3} (mean of both coordinates; truth {ProcessVariance} and {ObservationVariance})."),
            [
                Coordinate(Path.Combine(folder, "chain.png"), truth, x, observed, exact),
                Plane(Path.Combine(folder, "chain-plane.png"), truth, exact),
                Density(Path.Combine(folder, "chain-density.png"), device, truth, exact, factorised),
                RunPlots.FactorGraph(Path.Combine(folder, "chain-graph.svg"), learnedGraph.Describe()),
            ])
        {
            RowNames = ["observation over its gain", "exact smoothing", "factorised over time", "exact smoothing, noises learned"],
        };

        double[] Row(ReadOnlySpan<double> mean, LinearGaussianChain? model, VariationalResult result)
        {
            double all = 0, missing = 0, gaps = 0, inside = 0, width = 0;
            for (var i = 0; i < mean.Length; i++)
            {
                var error = mean[i] - truth[i];
                all += error * error;
                missing += observed[i / 2] ? 0 : error * error;
                gaps += observed[i / 2] ? 0 : 1;
                if (model is not null)
                {
                    var half = Band * Deviation(model, i / 2, i % 2);
                    inside += Math.Abs(error) <= half ? 1 : 0;
                    width += half;
                }
            }

            var none = model is null;
            return
            [
                Math.Sqrt(all / mean.Length), none ? double.NaN : Math.Sqrt(missing / gaps), none ? double.NaN : inside / mean.Length,
                none ? double.NaN : width / mean.Length, none ? double.NaN : result.FreeEnergy, none ? double.NaN : result.Sweeps,
            ];
        }
    }

    /// <summary>The chain of the experiment.</summary>
    internal static LinearGaussianChainParameters Parameters()
    {
        var (sin, cos) = Math.SinCos(Math.PI / 15);
        return new LinearGaussianChainParameters(
            [cos, -sin, sin, cos], Emission, [0, 0], Isotropic(PriorVariance), Isotropic(ProcessVariance), Isotropic(ObservationVariance));

        static double[] Isotropic(double variance) => [1 / variance, 0, 0, 1 / variance];
    }

    /// <summary>A path and its observations, time by time: both coordinates of the state, then both of the observation.</summary>
    internal static (double[] Truth, double[] X) Draw(int times)
    {
        var random = new SplitMix64(5);
        var turn = Parameters().Transition;
        double[] z = new double[2 * times], x = new double[2 * times];
        for (var t = 0; t < times; t++)
        {
            for (var i = 0; i < 2; i++)
            {
                z[2 * t + i] = t == 0
                    ? Math.Sqrt(PriorVariance) * random.Normal()
                    : turn[2 * i] * z[2 * t - 2] + turn[2 * i + 1] * z[2 * t - 1] + Math.Sqrt(ProcessVariance) * random.Normal();
            }

            for (var i = 0; i < 2; i++)
            {
                x[2 * t + i] = Emission[3 * i] * z[2 * t + i] + Math.Sqrt(ObservationVariance) * random.Normal();
            }
        }

        return (z, x);
    }

    /// <summary>The mean of both variances that a Wishart expects: of the diagonal of <c>(νV)⁻¹</c>.</summary>
    private static double MeanVariance(double[] wishart) => (wishart[1] + wishart[4]) / (2 * wishart[0] * (wishart[1] * wishart[4] - wishart[2] * wishart[3]));

    private static double[] Naive(double[] x)
    {
        double[] mean = [.. x];
        for (var i = 0; i < mean.Length; i++)
        {
            mean[i] /= Emission[3 * (i % 2)];
        }

        return mean;
    }

    private static double Deviation(LinearGaussianChain model, int t, int coordinate) => Math.Sqrt(model.Covariance[4 * t + 3 * coordinate]);

    private static double MedianPass(LinearGaussianChain model)
    {
        var milliseconds = new double[21];
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            model.Update();
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return Statistics.Median(milliseconds);
    }

    private static Figure Coordinate(string path, double[] truth, double[] x, bool[] observed, LinearGaussianChain exact)
    {
        using var plot = RunPlots.Create("First coordinate", "time", "");
        double[] times = [.. Enumerable.Range(0, Drawn)];
        double[] low = [.. Enumerable.Range(0, Drawn).Select(t => exact.Mean[2 * t] - Band * Deviation(exact, t, 0))];
        double[] high = [.. Enumerable.Range(0, Drawn).Select(t => exact.Mean[2 * t] + Band * Deviation(exact, t, 0))];
        var band = plot.Add.FillY(times, low, high);
        band.FillColor = RunPlots.Colors[0].WithAlpha(0.25);
        band.LineWidth = 0;
        band.LegendText = "95 % of the posterior";
        int[] seen = [.. Enumerable.Range(0, Drawn).Where(t => observed[t])];
        var dots = plot.Add.ScatterPoints(Array.ConvertAll(seen, t => (double)t), Array.ConvertAll(seen, t => x[2 * t] / Emission[0]), RunPlots.Colors[5].WithAlpha(0.45));
        dots.MarkerSize = 4;
        dots.LegendText = "observation / 1.3";
        var mean = plot.Add.ScatterLine(times, [.. Enumerable.Range(0, Drawn).Select(t => exact.Mean[2 * t])], RunPlots.Colors[0]);
        mean.LineWidth = 2;
        mean.LegendText = "posterior mean";
        var line = plot.Add.ScatterLine(times, [.. Enumerable.Range(0, Drawn).Select(t => truth[2 * t])], RunPlots.Colors[1]);
        line.LineWidth = 2;
        line.LinePattern = LinePattern.DenselyDashed;
        line.LegendText = "truth";
        plot.Axes.Margins(0, 0.05);
        plot.ShowLegend(Edge.Bottom);
        return RunPlots.Save(
            plot, path, 900, 460, $"First coordinate of the first {Drawn} of {Times} steps. Nothing is observed from step {MissingFrom} to {MissingTo - 1}: the band widens there, and the path goes on turning.");
    }

    private static Figure Plane(string path, double[] truth, LinearGaussianChain exact)
    {
        const int steps = 60;
        using var plot = RunPlots.Create("Both coordinates", "first", "second");
        for (var t = 0; t < steps; t += 4)
        {
            var (a, b, c) = (exact.Covariance[4 * t], exact.Covariance[4 * t + 1], exact.Covariance[4 * t + 3]);
            RunPlots.AddEllipse(plot, 0.95, exact.Mean[2 * t], exact.Mean[2 * t + 1], a, b, c, RunPlots.Colors[0].WithAlpha(0.35), 1);
        }

        var mean = plot.Add.ScatterLine(Along(exact.Mean, 0), Along(exact.Mean, 1), RunPlots.Colors[0]);
        mean.LineWidth = 2;
        mean.LegendText = "posterior mean";
        var line = plot.Add.ScatterLine(Along(truth, 0), Along(truth, 1), RunPlots.Colors[1]);
        line.LineWidth = 2;
        line.LinePattern = LinePattern.DenselyDashed;
        line.LegendText = "truth";
        plot.Axes.SquareUnits();
        plot.ShowLegend(Edge.Bottom);
        return RunPlots.Save(plot, path, 640, 640, $"The first {steps} steps in the plane: two turns. Ellipses: where the point is with 95 %, every fourth step.");

        static double[] Along(ReadOnlySpan<double> states, int coordinate)
        {
            var values = new double[steps];
            for (var t = 0; t < steps; t++)
            {
                values[t] = states[2 * t + coordinate];
            }

            return values;
        }
    }

    private static Figure Density(string path, Device device, double[] truth, LinearGaussianChain exact, LinearGaussianChain factorised)
    {
        const int t = Period + (MissingFrom + MissingTo) / 2;
        using var plot = RunPlots.Create($"First coordinate at step {t}", "", "density");
        var (mean, deviation) = (exact.Mean[2 * t], Deviation(exact, t, 0));
        RunPlots.AddDensity<Gaussian>(plot, device, [mean, deviation * deviation], mean - 4 * deviation, mean + 4 * deviation, RunPlots.Colors[0], "exact");
        RunPlots.AddDensity<Gaussian>(
            plot, device, [factorised.Mean[2 * t], Math.Pow(Deviation(factorised, t, 0), 2)], mean - 4 * deviation, mean + 4 * deviation, RunPlots.Colors[2], "factorised over time");
        var line = plot.Add.VerticalLine(truth[2 * t], 2, RunPlots.Colors[1], LinePattern.DenselyDashed);
        line.LegendText = "truth";
        plot.Axes.Margins(0, 0.05);
        plot.ShowLegend(Edge.Bottom);
        return RunPlots.Save(plot, path, 760, 400, $"Posterior density of the first coordinate at step {t}, in the middle of a gap: the factorised posterior is too narrow, as the share of the truth in its band shows.");
    }
}
