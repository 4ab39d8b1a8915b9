using System.Diagnostics;
using System.Globalization;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// Time and memory of inference against the size of the model, on logarithmic axes: a straight line of slope 1 is a cost that grows as the model does.
/// </summary>
/// <param name="largest">The largest size of every line; smaller models come first, two in every power of ten from 1,000 on.</param>
internal sealed class CostExperiment(long largest = 10_000_000) : IExperiment
{
    private const long Smallest = 1000;

    // Below, a call's fixed cost is most of its time.
    private const long SmallestFitted = 10_000;
    private const int Samples = 7;
    private const double SampleMilliseconds = 10;

    private static readonly Line[] Lines =
    [
        new("belief propagation", "edge", 1_000_000, RandomPairs),
        new("belief propagation, grid", "edge", 10_000_000, Grid),
        new("Kalman smoother", "time", 1_000_000, Chain),
        new("mixture", "point", 10_000_000, Mixture),
    ];

    /// <inheritdoc/>
    public string Name => "cost";

    /// <inheritdoc/>
    public string Description => "time of an iteration and memory of inference against the size of the model, with the slopes of both";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop)
    {
        var sizes = Sizes(largest);
        var measured = new (double Milliseconds, double Megabytes)[Lines.Length, sizes.Length];
        for (var line = 0; line < Lines.Length; line++)
        {
            for (var i = 0; i < sizes.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                measured[line, i] = sizes[i] <= Lines[line].Largest ? Measure(device, Lines[line], sizes[i]) : (double.NaN, double.NaN);
            }
        }

        double[] sizesFitted = [.. sizes.Where(size => size >= SmallestFitted).Select(size => (double)size)];
        var time = Curves(cell => cell.Milliseconds);
        var memory = Curves(cell => cell.Megabytes);
        string[] slopes = [.. Lines.Select((line, index) => $"{line.Name} {Slope(time[index])} in time and {Slope(memory[index])} in memory")];
        return new ExperimentResult(
            Name,
            ["size", .. Lines.SelectMany(line => (string[])[$"{line.Name}: ms", $"ns per {line.Unit}", "MB"])],
            [.. sizes.Select((size, i) => (double[])[size, .. Enumerable.Range(0, Lines.Length).SelectMany(line => (double[])[time[line][i], 1e6 * time[line][i] / size, memory[line][i]])])],
            $"Time of one iteration (of the smoother one pass, of the mixture one sweep and its free energy) and memory allocated for the model, its data and messages and what building it frees again included. The size is the number of edges, of times, or of points of a mixture of three Gaussians in the plane. Slopes of the logarithms from {SmallestFitted} on, where 1 is linear: {string.Join("; ", slopes)}.",
            [
                Draw(time, "Time of an iteration", "ms", sizes, Path.Combine(folder, "cost-time.png")),
                Draw(memory, "Memory", "MB", sizes, Path.Combine(folder, "cost-memory.png")),
            ]);

        double[][] Curves(Func<(double Milliseconds, double Megabytes), double> pick) =>
            [.. Enumerable.Range(0, Lines.Length).Select(line => (double[])[.. Enumerable.Range(0, sizes.Length).Select(i => pick(measured[line, i]))])];

        string Slope(double[] curve)
        {
            double[] fitted = [.. curve.Zip(sizes).Where(point => point.Second >= SmallestFitted && double.IsFinite(point.First)).Select(point => point.First)];
            return fitted.Length < 2 ? "not fitted" : LogarithmicSlope(sizesFitted.AsSpan(0, fitted.Length), fitted).ToString("F2", CultureInfo.InvariantCulture);
        }
    }

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => new CostExperiment(largest: 10_000).Run(device, folder, stop);

    /// <summary>1,000, 3,000, 10,000, … up to the largest.</summary>
    internal static long[] Sizes(long largest)
    {
        var sizes = new List<long>();
        for (var decade = Smallest; decade <= largest; decade *= 10)
        {
            sizes.Add(decade);
            if (3 * decade <= largest)
            {
                sizes.Add(3 * decade);
            }
        }

        return [.. sizes];
    }

    /// <summary>The exponent <c>b</c> of <c>y = a xᵇ</c> by least squares on the logarithms.</summary>
    internal static double LogarithmicSlope(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double meanX = 0, meanY = 0, product = 0, square = 0;
        for (var i = 0; i < x.Length; i++)
        {
            meanX += Math.Log(x[i]) / x.Length;
            meanY += Math.Log(y[i]) / x.Length;
        }

        for (var i = 0; i < x.Length; i++)
        {
            product += (Math.Log(x[i]) - meanX) * (Math.Log(y[i]) - meanY);
            square += (Math.Log(x[i]) - meanX) * (Math.Log(x[i]) - meanX);
        }

        return product / square;
    }

    private static (double Milliseconds, double Megabytes) Measure(Device device, Line line, long size)
    {
        var managed = GC.GetAllocatedBytesForCurrentThread();
        var held = device.AllocatedBytes;
        var (step, owner) = line.Create(device, size);
        using (owner)
        {
            var clock = Stopwatch.StartNew();
            step();
            step();
            var bytes = GC.GetAllocatedBytesForCurrentThread() - managed + device.AllocatedBytes - held;
            var steps = (int)Math.Clamp(SampleMilliseconds / Math.Max(1e-3, clock.Elapsed.TotalMilliseconds / 2), 1, 1000);
            var samples = new double[Samples];
            for (var sample = 0; sample < Samples; sample++)
            {
                clock.Restart();
                for (var i = 0; i < steps; i++)
                {
                    step();
                }

                samples[sample] = clock.Elapsed.TotalMilliseconds / steps;
            }

            return (Statistics.Median(samples), bytes / 1e6);
        }
    }

    /// <summary>Pairs of binary variables at random, every variable in four of them: an edge joins a variable and a factor.</summary>
    private static (Action Step, IDisposable Owner) RandomPairs(Device device, long edges)
    {
        var random = new SplitMix64(1);
        int variables = (int)(edges / 4), factors = (int)(edges / 2);
        int[] cardinality = new int[variables], offsets = new int[factors + 1], members = new int[2 * factors];
        var tables = new double[4 * factors];
        Array.Fill(cardinality, 2);
        for (var factor = 0; factor < factors; factor++)
        {
            offsets[factor + 1] = 2 * factor + 2;
            var first = factor % variables;
            members[2 * factor] = first;
            members[2 * factor + 1] = (first + 1 + (int)(random.Next() % (ulong)(variables - 1))) % variables;
            for (var entry = 0; entry < 4; entry++)
            {
                tables[4 * factor + entry] = random.Uniform() - 0.5;
            }
        }

        var inference = new BeliefPropagation<float>(device, new DiscreteFactorGraph(cardinality, offsets, members, tables), Endless);
        return (() => inference.Run(), inference);
    }

    /// <summary>A square grid of spins, four messages to each.</summary>
    private static (Action Step, IDisposable Owner) Grid(Device device, long edges)
    {
        var side = (int)Math.Sqrt(edges / 4.0);
        var inference = new IsingBeliefPropagation<float>(device, IsingExperiment.Draw(1, side, side, 1), Endless);
        return (() => inference.Run(), inference);
    }

    /// <summary>States of two numbers that turn by π/15, seen through noise.</summary>
    private static (Action Step, IDisposable Owner) Chain(Device device, long times)
    {
        var random = new SplitMix64(1);
        var (cos, sin) = (Math.Cos(Math.PI / 15), Math.Sin(Math.PI / 15));
        var parameters = new LinearGaussianChainParameters([cos, -sin, sin, cos], [1.3, 0, 0, 0.7], [0, 0], [0.01, 0, 0, 0.01], [20, 0, 0, 20], [0.1, 0, 0, 0.1]);
        double[] x = [.. Enumerable.Range(0, 2 * (int)times).Select(_ => 10 * random.Normal())];
        var chain = new LinearGaussianChain(device, parameters, x);
        return (chain.Update, chain);
    }

    /// <summary>Points in the plane around three means, by variational message passing.</summary>
    private static (Action Step, IDisposable Owner) Mixture(Device device, long points)
    {
        var random = new SplitMix64(1);
        var x = new double[2 * points];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = random.Normal() + (i / 2 % 3) switch { 0 => 4, 1 => i % 2 == 0 ? -4 : 4, _ => -4 };
        }

        var graph = new VariationalGraph<double>(device);
        var pi = graph.Dirichlet("pi", [1, 1, 1]);
        var mu = graph.MultivariateGaussian("mu", new double[6], new[] { 0.01, 0, 0, 0.01, 0.01, 0, 0, 0.01, 0.01, 0, 0, 0.01 }, 3);
        var lambda = graph.Wishart("lambda", 3, [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1], 3);
        var z = graph.Categorical("z", pi, (int)points);
        graph.Observe(graph.Mixture("x", z, mu, lambda), x);
        var inference = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = 1, Tolerance = 0 });
        return (() => inference.Run(), new Both(inference, graph));
    }

    private static BeliefPropagationOptions Endless => new() { Schedule = MessageSchedule.Flooding, MaximumIterations = 1, Tolerance = 0 };

    private static Figure Draw(double[][] curves, string title, string unit, long[] sizes, string path)
    {
        using var plot = RunPlots.Create($"{title} against the size of the model", "edges, times or points", unit);
        for (var line = 0; line < Lines.Length; line++)
        {
            int[] seen = [.. Enumerable.Range(0, sizes.Length).Where(i => curves[line][i] > 0)];
            var drawn = plot.Add.ScatterLine(Array.ConvertAll(seen, i => Math.Log10(sizes[i])), Array.ConvertAll(seen, i => Math.Log10(curves[line][i])), RunPlots.Colors[line]);
            drawn.LineWidth = 2;
            drawn.MarkerSize = 6;
            drawn.LegendText = Lines[line].Name;
        }

        RunPlots.Logarithmic(plot.Axes.Bottom);
        RunPlots.Logarithmic(plot.Axes.Left);
        plot.ShowLegend(ScottPlot.Alignment.UpperLeft);
        return RunPlots.Save(plot, path, 760, 480, $"{title}, in {unit}, against the number of edges, of times or of points; both axes are logarithmic.");
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }

    /// <summary>A curve: a model of any size, and what is timed.</summary>
    private sealed record Line(string Name, string Unit, long Largest, Func<Device, long, (Action Step, IDisposable Owner)> Create);
}
