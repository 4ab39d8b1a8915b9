using System.Globalization;
using Native.Kernels;
using Native.Models;
using ScottPlot;

namespace Native.Bench;

/// <summary>
/// The log partition of grids of 10 × 10 spins by loopy belief propagation, against the transfer matrix: <c>θ_i ~ U(-0.1, 0.1)</c>, <c>J_ij ~ U(0, c)</c>, damping ½.
/// </summary>
internal sealed class IsingExperiment : IExperiment
{
    private const int Side = 10;
    private const int Models = 25;

    private static readonly (double Strength, double Published)[] Settings = [(5, 10.3), (10, 21.5), (50, 77.2)];

    /// <inheritdoc/>
    public string Name => "ising";

    /// <inheritdoc/>
    public string Description => "log partition of 10 x 10 grids of spins by loopy belief propagation, against the exact one; marginals as a picture";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop)
    {
        var rows = new List<double[]>();
        foreach (var (strength, published) in Settings)
        {
            double few = 0, many = 0, inTurn = 0;
            var converged = 0;
            for (var seed = 1; seed <= Models; seed++)
            {
                stop.ThrowIfCancellationRequested();
                var model = Draw((ulong)seed, Side, Side, strength);
                var exact = model.ExactLogPartition();
                few += Square(LogPartition(device, model, 10, out _) - exact);
                many += Square(LogPartition(device, model, 1000, out var rests) - exact);
                converged += rests ? 1 : 0;
                inTurn += Square(LogPartitionInTurn(device, model, 1000) - exact);
            }

            rows.Add([strength, Math.Sqrt(few / Models), Math.Sqrt(many / Models), Math.Sqrt(inTurn / Models), published, converged]);
        }

        return new ExperimentResult(
            Name,
            ["coupling c", "RMSE, 10 iterations", "RMSE, 1000 iterations", "RMSE, 1000, in turn", "published, 1000 iterations", "models at rest"],
            rows,
            $"Root mean squared error (RMSE) of the log partition, in nats, over {Models} models; damping 1/2. All messages at once (flooding), or in turn, spin after spin: at rest both are fixed points, but not always the same ones. The last column counts the models at rest after 1000 iterations all at once. Published for the same distribution of models.",
            [Marginals(device, Path.Combine(folder, "ising.png"))]);
    }

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

    /// <summary>A larger grid near the critical coupling, where neighbours agree in islands.</summary>
    private static Figure Marginals(Device device, string path)
    {
        const int Large = 128;
        var random = new SplitMix64(1);
        var spins = Large * Large;
        double[] field = [.. Enumerable.Range(0, spins).Select(_ => 0.6 * random.Uniform() - 0.3)], coupling = [.. Enumerable.Repeat(0.34, spins)];
        using var inference = new IsingBeliefPropagation<float>(device, new IsingModel(Large, Large, field, coupling, coupling), new BeliefPropagationOptions { Damping = 0.5 });
        var result = inference.Run();
        var marginals = inference.Marginals();
        using var plot = RunPlots.Create("Probability of +1", "column", "row");
        var cells = new double[Large, Large];
        for (var i = 0; i < spins; i++)
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
        var end = result.Converged ? "at rest" : "not at rest";
        return RunPlots.Save(plot, path, 660, 560, $"Beliefs of {Large} x {Large} spins after {result.Iterations} iterations ({end}): field uniform in (-0.3, 0.3), every coupling 0.34.");
    }

    private static double Square(double x) => x * x;
}
