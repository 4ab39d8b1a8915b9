using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>
/// The log partition of grids of 10 × 10 spins by loopy belief propagation and by mean field, against the transfer matrix: <c>θ_i ~ U(-0.1, 0.1)</c>, <c>J_ij ~ U(0, c)</c>,
/// belief propagation with damping ½.
/// </summary>
/// <param name="models">How many models of every strength.</param>
internal sealed class IsingExperiment(int models = 25) : IExperiment
{
    private const int Side = 10;
    private const int RandomStarts = 10;

    private static readonly (double Strength, double Published, double PublishedMeanField)[] Settings = [(5, 10.3, 31.6), (10, 21.5, 66.9), (50, 77.2, 472.6)];

    /// <inheritdoc/>
    public string Name => "ising";

    /// <inheritdoc/>
    public string Description => "log partition of 10 x 10 grids of spins by loopy belief propagation and mean field, against the exact one; marginals of both as pictures";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop)
    {
        var rows = new List<double[]>();
        foreach (var (strength, published, publishedMeanField) in Settings)
        {
            // In the order of the columns.
            var squares = new double[7];
            var converged = 0;
            for (var seed = 1; seed <= models; seed++)
            {
                stop.ThrowIfCancellationRequested();
                var model = Draw((ulong)seed, Side, Side, strength);
                var exact = model.ExactLogPartition();
                squares[0] += Square(LogPartition(device, model, 10, out _) - exact);
                squares[1] += Square(LogPartition(device, model, 1000, out var rests) - exact);
                squares[2] += Square(LogPartitionInTurn(device, model, 1000) - exact);
                converged += rests ? 1 : 0;

                var graph = model.ToFactorGraph();
                var random = new SplitMix64((ulong)seed);
                var uniform = MeanField(device, graph, _ => 0.5, stop);
                var best = double.NegativeInfinity;
                for (var start = 0; start < RandomStarts; start++)
                {
                    var bound = MeanField(device, graph, _ => random.Uniform(), stop);
                    best = Math.Max(best, bound);
                    squares[4] += Square(bound - exact) / RandomStarts;
                }

                squares[3] += Square(uniform - exact);
                squares[5] += Square(best - exact);
                squares[6] += Square(MeanField(device, graph, _ => 1, stop) - exact);
            }

            var errors = Array.ConvertAll(squares, sum => Math.Sqrt(sum / models));
            rows.Add([strength, .. errors[..3], published, converged, .. errors[3..], publishedMeanField]);
        }

        return new ExperimentResult(
            Name,
            [
                "coupling c", "BP, 10 iterations", "BP, 1000 iterations", "BP, 1000, in turn", "published, 1000 iterations", "models at rest",
                "mean field, uniform start", "random start", $"best of {RandomStarts} random", "all spins up", "published, mean field",
            ],
            rows,
            $"Root mean squared error of the log partition, in nats, over {models} models. Belief propagation (BP) has damping 1/2; all messages at once (flooding), or in turn, spin after spin: at rest both are fixed points, but not always the same ones. "
            + $"The models at rest are counted after 1000 iterations all at once. Mean field updates spin after spin until it rests; its bound depends on the start, and since no coupling is negative the best start is all spins up, which leaves out their mirror image, log 2. "
            + "Published for the same distribution of models; of mean field without its start.",
            Marginals(device, folder, stop));
    }

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => new IsingExperiment(models: 2).Run(device, folder, stop);

    /// <summary>Draws a model: all fields row by row, then for every spin the coupling to the right and the one down, where there is a neighbour.</summary>
    internal static IsingModel Draw(ulong seed, int rows, int columns, double strength)
    {
        var random = new SplitMix64(seed);
        double[] field = new double[rows * columns], right = new double[rows * columns], down = new double[rows * columns];
        for (var i = 0; i < field.Length; i++)
        {
            field[i] = 0.2 * random.Uniform() - 0.1;
        }

        for (var i = 0; i < field.Length; i++)
        {
            right[i] = i % columns < columns - 1 ? strength * random.Uniform() : 0;
            down[i] = i + columns < field.Length ? strength * random.Uniform() : 0;
        }

        return new IsingModel(rows, columns, field, right, down);
    }

    private static double LogPartition(Device device, IsingModel model, int iterations, out bool converged)
    {
        using var inference = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { Damping = 0.5, MaximumIterations = iterations });
        converged = inference.Run().Converged;
        return inference.LogPartition();
    }

    /// <summary>The same messages one after the other, and minus the Bethe free energy where they have come to rest.</summary>
    private static double LogPartitionInTurn(Device device, IsingModel model, int iterations)
    {
        var messages = new double[4 * model.Field.Length];
        for (var iteration = 0; iteration < iterations && PlainBeliefPropagation.Grid(model, messages, messages, 0.5) > 1e-12; iteration++)
        {
        }

        using var inference = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { MaximumIterations = 0 });
        inference.Start(messages);
        return inference.LogPartition();
    }

    /// <summary>The bound of mean field at rest, from the probability of +1 of every spin.</summary>
    private static double MeanField(Device device, DiscreteFactorGraph graph, Func<int, double> up, CancellationToken stop)
    {
        var start = new double[2 * graph.Variables];
        for (var spin = 0; spin < graph.Variables; spin++)
        {
            start[2 * spin + 1] = up(spin);
            start[2 * spin] = 1 - start[2 * spin + 1];
        }

        using var model = new VariationalGraph<double>(device).Add(new DiscreteMeanField(device, graph, start));
        using var inference = new VariationalInference<double>(model);
        return -inference.Run(cancellation: stop).FreeEnergy;
    }

    /// <summary>A larger grid near the critical coupling, where neighbours agree in islands.</summary>
    private static Figure[] Marginals(Device device, string folder, CancellationToken stop)
    {
        const int Large = 128;
        var random = new SplitMix64(1);
        var spins = Large * Large;
        double[] field = [.. Enumerable.Range(0, spins).Select(_ => 0.6 * random.Uniform() - 0.3)], coupling = [.. Enumerable.Repeat(0.34, spins)];
        var model = new IsingModel(Large, Large, field, coupling, coupling);
        const string Setting = "field uniform in (-0.3, 0.3), every coupling 0.34";
        using var inference = new IsingBeliefPropagation<float>(device, model, new BeliefPropagationOptions { Damping = 0.5 });
        var result = inference.Run(cancellation: stop);
        var meanField = new DiscreteMeanField(device, model.ToFactorGraph());
        using var graph = new VariationalGraph<double>(device).Add(meanField);
        using var sweeps = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = 200, Tolerance = 1e-6 });
        var settled = sweeps.Run(cancellation: stop);
        double[] up = [.. Enumerable.Range(0, spins).Select(spin => meanField.Probability(spin)[1])];
        return
        [
            Picture(inference.Marginals(), "by belief propagation", Path.Combine(folder, "ising.png"), $"Beliefs of {Large} x {Large} spins after {result.Iterations} iterations ({End(result.Converged)}): {Setting}."),
            Picture(up, "by mean field", Path.Combine(folder, "ising-mean-field.png"), $"Mean field on the same spins, from uniform probabilities, after {settled.Sweeps} sweeps ({End(settled.Converged)}). It takes islands for certain where belief propagation does not."),
        ];

        static string End(bool rests) => rests ? "at rest" : "not at rest";

        static Figure Picture(double[] marginals, string how, string path, string caption)
        {
            using var plot = RunPlots.Create($"Probability of +1 {how}", "column", "row");
            var cells = new double[Large, Large];
            for (var i = 0; i < marginals.Length; i++)
            {
                cells[i / Large, i % Large] = marginals[i];
            }

            var map = plot.Add.Heatmap(cells);
            map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([RunPlots.Colors[0], Colors.White, RunPlots.Colors[1]]);
            map.ManualRange = new ScottPlot.Range(0, 1);
            plot.Add.ColorBar(map);
            plot.HideGrid();
            plot.Axes.SetLimits(-0.5, Large - 0.5, -0.5, Large - 0.5);

            // Row 0 is drawn at the top, as a matrix is written.
            int[] marks = [.. Enumerable.Range(0, Large / 16).Select(mark => 16 * mark)];
            plot.Axes.Left.SetTicks(Array.ConvertAll(marks, row => Large - 1.0 - row), Array.ConvertAll(marks, row => row.ToString(CultureInfo.InvariantCulture)));
            return RunPlots.Save(plot, path, 660, 560, caption);
        }
    }

    private static double Square(double x) => x * x;
}
