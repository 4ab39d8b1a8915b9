using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>
/// Bayesian principal components of handwritten digits: more components than there is evidence for, of which automatic relevance determination (ARD) keeps some;
/// pixels that were left out are predicted.
/// </summary>
internal sealed class PcaExperiment : IExperiment
{
    private const int Images = 100;
    private const int Components = 24;
    private const double LeftOut = 0.05;

    // A component whose squared weights fall below this part of the largest is switched off.
    private const double Pruned = 1e-3;

    /// <inheritdoc/>
    public string Name => "pca";

    /// <inheritdoc/>
    public string Description => "Bayesian principal components of handwritten digits: how many the data support, and pixels that were left out predicted";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop) => Run(device, folder, 250, stop);

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => Run(device, folder, 40, stop);

    private ExperimentResult Run(Device device, string folder, int maximumSweeps, CancellationToken stop)
    {
        var digits = Digits.Load();
        var random = new SplitMix64(1);
        double[] x = [.. digits.Features.Take(Images * Digits.Pixels)], start = new double[Digits.Pixels * Components];
        var observed = new bool[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            observed[i] = random.Uniform() >= LeftOut;
        }

        // Components of the data with their gaps filled: from a random start they turn into their directions in thousands of sweeps.
        var components = new PrincipalComponents(Filled(x, observed), Digits.Pixels);
        for (var i = 0; i < start.Length; i++)
        {
            var (pixel, component) = (i / Components, i % Components);
            start[i] = Math.Sqrt(components.Variances[component]) * components.Directions[component * Digits.Pixels + pixel];
        }

        double[] vague = [.. Enumerable.Repeat(1e-3, Components)];
        var model = new BayesianPca(device, x, Digits.Pixels, new BayesianPcaPriors(1e-3, vague, vague, 1e-3, 1e-3), start, new double[start.Length * Components], observed);
        var freeEnergy = new List<double>();
        using var graph = new VariationalGraph<double>(device).Add(model);
        using var inference = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = maximumSweeps, Tolerance = 1e-7 });
        inference.Run(check => freeEnergy.Add(check.FreeEnergy), stop);

        int[] order = [.. Enumerable.Range(0, Components).OrderByDescending(component => SquaredWeights(model, component))];
        double[] squares = [.. order.Select(component => SquaredWeights(model, component))];
        var kept = squares.Count(square => square > Pruned * squares[0]);
        var (error, errorOfMean) = Prediction(model, x, observed);
        var noise = Math.Sqrt(model.TauRate / model.TauShape);
        return new ExperimentResult(
            Name,
            ["images", "components", "kept", "RMSE of pixels left out, full scale 1", "RMSE by the mean of the pixel, full scale 1", "standard deviation of the noise, full scale 1", "free energy in nats", "sweeps"],
            [[Images, Components, kept, error, errorOfMean, noise, inference.FreeEnergy, inference.Sweeps]],
            string.Create(
                CultureInfo.InvariantCulture,
                $"Pixels are 0 to 1; {100 * LeftOut:F0} % of them were left out and predicted from the others, against the mean of the pixel over the images (root mean squared error, RMSE). A component is kept when its squared weights are above {Pruned} of the largest."),
            [
                Spectrum(Path.Combine(folder, "pca-components.png"), squares, kept),
                Weights(Path.Combine(folder, "pca-weights.png"), model, order[..Math.Min(kept, 12)]),
                Scores(Path.Combine(folder, "pca-scores.png"), model, digits, order),
                RunPlots.FreeEnergy(Path.Combine(folder, "pca-free-energy.png"), freeEnergy),
                Noise(Path.Combine(folder, "pca-noise.png"), device, model),
            ]);
    }

    private static double SquaredWeights(BayesianPca model, int component)
    {
        var sum = 0.0;
        for (var pixel = 0; pixel < Digits.Pixels; pixel++)
        {
            sum += Math.Pow(model.WeightMean[pixel * Components + component], 2);
        }

        return sum;
    }

    /// <summary>The data with the mean of the pixel where it was left out.</summary>
    private static double[] Filled(double[] x, bool[] observed)
    {
        double[] sum = new double[Digits.Pixels], count = new double[Digits.Pixels];
        for (var i = 0; i < x.Length; i++)
        {
            sum[i % Digits.Pixels] += observed[i] ? x[i] : 0;
            count[i % Digits.Pixels] += observed[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, x.Length).Select(i => observed[i] ? x[i] : sum[i % Digits.Pixels] / count[i % Digits.Pixels])];
    }

    private static (double Model, double Mean) Prediction(BayesianPca model, double[] x, bool[] observed)
    {
        var filled = Filled(x, observed);
        double byModel = 0, byMean = 0;
        var missing = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (observed[i])
            {
                continue;
            }

            var (image, pixel) = (i / Digits.Pixels, i % Digits.Pixels);
            var predicted = model.MuMean[pixel];
            for (var component = 0; component < Components; component++)
            {
                predicted += model.WeightMean[pixel * Components + component] * model.ScoreMean[image * Components + component];
            }

            byModel += Math.Pow(predicted - x[i], 2);
            byMean += Math.Pow(filled[i] - x[i], 2);
            missing++;
        }

        return (Math.Sqrt(byModel / missing), Math.Sqrt(byMean / missing));
    }

    private static Figure Spectrum(string path, double[] squares, int kept)
    {
        const double floor = -8;
        using var plot = RunPlots.Create($"{kept} of {squares.Length} components are kept", "component", "squared weights");
        for (var i = 0; i < squares.Length; i++)
        {
            var bar = plot.Add.Bar(i + 1, Math.Max(floor, Math.Log10(squares[i])));
            bar.Bars[0].ValueBase = floor;
            bar.Color = i < kept ? RunPlots.Colors[0] : RunPlots.Colors[5].WithAlpha(0.4);
        }

        RunPlots.Logarithmic(plot.Axes.Left);
        plot.Axes.SetLimits(0, squares.Length + 1, floor, Math.Ceiling(Math.Log10(squares[0]) + 0.2));
        return RunPlots.Save(plot, path, 760, 400, "Squared weights of every component, largest first, on a logarithmic axis. Grey: switched off, because the data do not pay for their precision.");
    }

    private static Figure Weights(string path, BayesianPca model, int[] components) => RunPlots.Tiles(
        path,
        "Weights of the largest components",
        [.. components.Select(component => Enumerable.Range(0, Digits.Pixels).Select(pixel => model.WeightMean[pixel * Components + component]).ToArray())],
        [.. Enumerable.Range(1, components.Length).Select(number => number.ToString(CultureInfo.InvariantCulture))],
        [RunPlots.Colors[1], ScottPlot.Colors.White, RunPlots.Colors[0]],
        "Weights of the largest components as pictures: blue adds ink, red takes it away.");

    private static Figure Scores(string path, BayesianPca model, Digits digits, int[] order)
    {
        using var plot = RunPlots.Create("The first two components", "component 1", "component 2");
        RunPlots.AddDigits(
            plot,
            [.. Enumerable.Range(0, Images).Select(image => model.ScoreMean[image * Components + order[0]])],
            [.. Enumerable.Range(0, Images).Select(image => model.ScoreMean[image * Components + order[1]])],
            digits.Labels);
        return RunPlots.Save(plot, path, 640, 600, $"Posterior means of the first two components of {Images} images, each drawn as the digit it shows.");
    }

    private static Figure Noise(string path, Device device, BayesianPca model)
    {
        var mean = model.TauShape / model.TauRate;
        var deviation = Math.Sqrt(model.TauShape) / model.TauRate;
        using var plot = RunPlots.Create("Precision of the noise", "τ", "density");
        RunPlots.AddDensity<Gamma>(plot, device, [model.TauShape, model.TauRate], mean - 4 * deviation, mean + 4 * deviation, RunPlots.Colors[0], "");
        plot.Axes.Margins(0, 0.05);
        return RunPlots.Save(
            plot, path, 760, 360, string.Create(CultureInfo.InvariantCulture, $"Posterior density of the noise's precision τ, a Gamma of shape {model.TauShape:F1} and rate {model.TauRate:F1}."));
    }
}
