using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>
/// A mixture of Gaussians on the first principal components of handwritten digits, without their labels: <c>x_n ~ N(μ_z, Λ_z⁻¹)</c>, <c>z_n ~ π</c>, <c>π ~ Dirichlet</c>, <c>μ_k ~ N</c>,
/// <c>Λ_k ~ Wishart</c>. Of several starts the one with the least free energy is kept; the labels only score it.
/// </summary>
internal sealed class MixtureExperiment : IExperiment
{
    private const int Components = 24;
    private const int Dimension = 12;
    private const int Starts = 3;

    // A component with fewer images than this is empty.
    private const double LeastImages = 2;

    /// <inheritdoc/>
    public string Name => "mixture";

    /// <inheritdoc/>
    public string Description => "a mixture of Gaussians finds the ten digits in the first principal components of their images, without labels";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop) => Run(device, folder, Starts, stop);

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => Run(device, folder, 1, stop);

    private ExperimentResult Run(Device device, string folder, int starts, CancellationToken stop)
    {
        var digits = Digits.Load();
        double[] pixels = [.. digits.Features];
        var principal = new PrincipalComponents(pixels, Digits.Pixels);
        var x = principal.Project(pixels, Dimension);
        var fits = new List<Fit>();
        for (var seed = 1; seed <= starts; seed++)
        {
            fits.Add(Fit.Of(device, x, principal.Variances, (ulong)seed, stop));
        }

        var best = fits.MinBy(fit => fit.FreeEnergy[^1])!;
        var digitOf = Enumerable.Range(0, Components).Select(component => best.MostFrequent(digits, component)).ToArray();
        int[] kept = [.. Enumerable.Range(0, Components).Where(component => best.Images(component) >= LeastImages).OrderBy(component => digitOf[component]).ThenByDescending(best.Images)];
        return new ExperimentResult(
            Name,
            ["start", "free energy in nats", "sweeps", "components in use", "accuracy in percent"],
            [.. fits.Select((fit, i) => (double[])[i + 1, fit.FreeEnergy[^1], fit.FreeEnergy.Count, Enumerable.Range(0, Components).Count(component => fit.Images(component) >= LeastImages), 100 * fit.Accuracy(digits)])],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{digits.Count} images in their first {Dimension} principal components, {Components} components to begin with. Accuracy: every image counts as the most frequent digit of its component; the labels are read for this alone. The figures show the start with the least free energy."),
            [
                Ellipses(Path.Combine(folder, "mixture.png"), digits, x, best, kept, digitOf),
                Means(Path.Combine(folder, "mixture-means.png"), principal, best, kept),
                Responsibilities(Path.Combine(folder, "mixture-responsibilities.png"), digits, best, kept),
                RunPlots.FreeEnergy(Path.Combine(folder, "mixture-free-energy.png"), best.FreeEnergy),
                Weights(Path.Combine(folder, "mixture-weights.png"), device, best, kept, digitOf),
                RunPlots.FactorGraph(Path.Combine(folder, "mixture-graph.svg"), best.Description),
            ]);
    }

    private static Figure Ellipses(string path, Digits digits, double[] x, Fit fit, int[] kept, int[] digitOf)
    {
        using var plot = RunPlots.Create("The mixture in the first two of its dimensions", "principal component 1", "principal component 2");
        for (var digit = 0; digit < Digits.Classes; digit++)
        {
            int[] images = [.. Enumerable.Range(0, digits.Count).Where(image => digits.Labels[image] == digit)];
            var dots = plot.Add.ScatterPoints(Array.ConvertAll(images, image => x[image * Dimension]), Array.ConvertAll(images, image => x[image * Dimension + 1]), RunPlots.Colors[digit].WithAlpha(0.55));
            dots.MarkerSize = 5;
            dots.LegendText = digit.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var component in kept)
        {
            var (mean, covariance) = (fit.Mean(component), fit.Covariance(component));
            RunPlots.AddEllipse(plot, 0.5, mean[0], mean[1], covariance[0], covariance[1], covariance[Dimension + 1], RunPlots.Colors[digitOf[component]], 2);
        }

        foreach (var component in kept)
        {
            var text = plot.Add.Text(digitOf[component].ToString(CultureInfo.InvariantCulture), fit.Mean(component)[0], fit.Mean(component)[1]);
            text.Alignment = Alignment.MiddleCenter;
            text.LabelFontColor = RunPlots.Colors[digitOf[component]];
            text.LabelBackgroundColor = ScottPlot.Colors.White.WithAlpha(0.8);
            text.LabelFontSize = 18;
            text.LabelBold = true;
        }

        plot.Axes.SquareUnits();
        plot.ShowLegend(Edge.Right);
        return RunPlots.Save(
            plot, path, 860, 700, $"Images by their digit, and the ellipses that hold half of every component, by the digit that is most frequent in it. What overlaps here is apart in the other {Dimension - 2} dimensions.");
    }

    private static Figure Means(string path, PrincipalComponents principal, Fit fit, int[] kept) => RunPlots.Tiles(
        path,
        "Means of the components",
        [.. kept.Select(component => Enumerable.Range(0, Digits.Pixels).Select(pixel =>
            Math.Max(0, principal.Mean[pixel] + Enumerable.Range(0, Dimension).Sum(i => fit.Mean(component)[i] * principal.Directions[i * Digits.Pixels + pixel]))).ToArray())],
        [.. kept.Select(component => string.Create(CultureInfo.InvariantCulture, $"{fit.Images(component):F0} images"))],
        [ScottPlot.Colors.White, ScottPlot.Colors.Black],
        "The means of the components as images, with the expected number of images in each: what the mixture takes for the kinds of digits there are.");

    private static Figure Responsibilities(string path, Digits digits, Fit fit, int[] kept)
    {
        using var plot = RunPlots.Create("Responsibilities", "component", "digit");
        var shares = new double[Digits.Classes, kept.Length];
        for (var digit = 0; digit < Digits.Classes; digit++)
        {
            double images = digits.Labels.Count(label => label == digit);
            for (var column = 0; column < kept.Length; column++)
            {
                shares[digit, column] = Enumerable.Range(0, digits.Count).Where(image => digits.Labels[image] == digit).Sum(image => fit.Responsibilities[image * Components + kept[column]]) / images;
            }
        }

        RunPlots.AddShares(
            plot, shares, [.. Enumerable.Range(0, Digits.Classes).Select(digit => digit.ToString(CultureInfo.InvariantCulture))],
            [.. Enumerable.Range(1, kept.Length).Select(column => column.ToString(CultureInfo.InvariantCulture))]);
        return RunPlots.Save(plot, path, 860, 460, "Responsibilities of the components for the images of every digit, in percent of the digit's images: a row has 100.");
    }

    private static Figure Weights(string path, Device device, Fit fit, int[] kept, int[] digitOf)
    {
        using var plot = RunPlots.Create("Weights of the five largest components", "π", "density");
        var total = fit.Weights.Sum();
        var (low, high) = (1.0, 0.0);
        int[] largest = [.. kept.OrderByDescending(component => fit.Weights[component]).Take(5)];
        foreach (var component in largest)
        {
            var mean = fit.Weights[component] / total;
            var deviation = Math.Sqrt(mean * (1 - mean) / (total + 1));
            (low, high) = (Math.Min(low, Math.Max(0, mean - 4 * deviation)), Math.Max(high, mean + 4 * deviation));
        }

        for (var i = 0; i < largest.Length; i++)
        {
            // One of the weights of a Dirichlet is a Beta.
            var alpha = fit.Weights[largest[i]];
            RunPlots.AddDensity<Beta>(plot, device, [alpha, total - alpha], low, high, RunPlots.Colors[i], $"component {Array.IndexOf(kept, largest[i]) + 1}, mostly {digitOf[largest[i]]}");
        }

        plot.Axes.Margins(0, 0.05);
        plot.ShowLegend(Edge.Right);
        return RunPlots.Save(plot, path, 860, 360, "Posterior densities of the weights of the five largest components.");
    }

    /// <summary>A mixture from one start.</summary>
    private sealed class Fit
    {
        private double[] _means = [];
        private double[] _precisions = [];

        /// <summary>Free energy after every sweep, in nats.</summary>
        public List<double> FreeEnergy { get; } = [];

        /// <summary>Posterior concentrations of the weights.</summary>
        public double[] Weights { get; private set; } = [];

        /// <summary>Responsibilities <c>[n, K]</c>.</summary>
        public double[] Responsibilities { get; private set; } = [];

        public FactorGraphDescription Description { get; private set; } = null!;

        public static Fit Of(Device device, double[] x, double[] variances, ulong seed, CancellationToken stop)
        {
            var images = x.Length / Dimension;

            // Vague: a component has about a quarter of the variance of the data, and knows that as well as from so many images as there are dimensions.
            double[] precision = new double[Dimension * Dimension], inverseScale = new double[Components * Dimension * Dimension];
            for (var i = 0; i < Dimension; i++)
            {
                precision[i * (Dimension + 1)] = 1 / variances[i];
                for (var component = 0; component < Components; component++)
                {
                    inverseScale[(component * Dimension + i) * Dimension + i] = Dimension * 0.25 * variances[i];
                }
            }

            using var graph = new VariationalGraph<double>(device);
            var pi = graph.Dirichlet("π", alpha: 1.0 / Components, outcomes: Components);
            var mu = graph.MultivariateGaussian("μ", new double[Dimension], precision, plates: Components);
            var lambda = graph.Wishart("Λ", dof: Dimension, inverseScale, plates: Components);
            var z = graph.Categorical("z", pi, plates: images);
            graph.Observe(graph.Mixture("x", z, mu, lambda), x).Start(z, Seeds(x, seed));
            var fit = new Fit { Description = graph.Describe() };
            using var inference = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = 300, Tolerance = 1e-6 });
            inference.Run(check => fit.FreeEnergy.Add(check.FreeEnergy), stop);
            (fit.Weights, fit.Responsibilities) = (inference.Posterior(pi), inference.Posterior(z));
            (fit._means, fit._precisions) = (inference.Posterior(mu), inference.Posterior(lambda));
            return fit;
        }

        /// <summary>Expected number of images of a component.</summary>
        public double Images(int component)
        {
            var sum = 0.0;
            for (var i = component; i < Responsibilities.Length; i += Components)
            {
                sum += Responsibilities[i];
            }

            return sum;
        }

        public double[] Mean(int component) => _means.AsSpan(component * (Dimension + Dimension * Dimension), Dimension).ToArray();

        /// <summary>The inverse of the expected precision <c>νV</c>.</summary>
        public double[] Covariance(int component)
        {
            var wishart = _precisions.AsSpan(component * (1 + Dimension * Dimension), 1 + Dimension * Dimension);
            var precision = wishart[1..].ToArray();
            for (var i = 0; i < precision.Length; i++)
            {
                precision[i] *= wishart[0];
            }

            return PrincipalComponents.Invert(precision, Dimension);
        }

        /// <summary>The digit that most of a component's images show.</summary>
        public int MostFrequent(Digits digits, int component)
        {
            var sums = new double[Digits.Classes];
            for (var image = 0; image < digits.Count; image++)
            {
                sums[digits.Labels[image]] += Responsibilities[image * Components + component];
            }

            return Array.IndexOf(sums, sums.Max());
        }

        public double Accuracy(Digits digits)
        {
            var digitOf = Enumerable.Range(0, Components).Select(component => MostFrequent(digits, component)).ToArray();
            return Enumerable.Range(0, digits.Count).Count(image =>
            {
                var row = Responsibilities.AsSpan(image * Components, Components);
                return digitOf[System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row)] == digits.Labels[image];
            }) / (double)digits.Count;
        }

        /// <summary>
        /// Responsibilities to start with: every image mostly to the nearest of seeds, each seed an image drawn with a probability in proportion to its squared distance from the seeds before it
        /// (Arthur and Vassilvitskii 2007).
        /// </summary>
        private static double[] Seeds(double[] x, ulong seed)
        {
            const double most = 0.9;
            var random = new SplitMix64(seed);
            var images = x.Length / Dimension;
            double[] distance = new double[images], start = new double[images * Components];
            var nearest = new int[images];
            Array.Fill(distance, double.PositiveInfinity);
            var next = (int)(random.Uniform() * images);
            for (var component = 0; component < Components; component++)
            {
                for (var image = 0; image < images; image++)
                {
                    var squared = 0.0;
                    for (var i = 0; i < Dimension; i++)
                    {
                        var difference = x[image * Dimension + i] - x[next * Dimension + i];
                        squared += difference * difference;
                    }

                    if (squared < distance[image])
                    {
                        (distance[image], nearest[image]) = (squared, component);
                    }
                }

                var left = random.Uniform() * distance.Sum();
                next = 0;
                while (next < images - 1 && (left -= distance[next]) > 0)
                {
                    next++;
                }
            }

            for (var i = 0; i < start.Length; i++)
            {
                start[i] = nearest[i / Components] == i % Components ? most : (1 - most) / (Components - 1);
            }

            return start;
        }
    }
}
