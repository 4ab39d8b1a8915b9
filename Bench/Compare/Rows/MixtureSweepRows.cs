using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary><c>mixture-sweep</c>: variational mixture of Gaussians with full precision matrices, a sweep over all variables with its free energy.</summary>
internal static class MixtureSweepRows
{
    private static readonly (int Components, int Dimension, int Data)[] Sizes = [(3, 2, 10_000), (40, 10, 2000)];

    /// <summary>The entries of the catalogue. The first sweep includes stating the model and folding the data.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from size in Sizes
        from kind in SweepCase.Kinds
        select new CompareEntry(
            "mixture-sweep",
            $"k{size.Components} d{size.Dimension} n{size.Data}",
            kind.Name,
            Shapes.Double,
            kind.Kind == SweepKind.Later,
            settings => new SweepCase(settings, new MixtureModel(size.Components, size.Dimension, size.Data), kind.Kind));
}

/// <summary>Data around random centres, their model and where inference starts.</summary>
internal sealed class MixtureModel : ISweepModel
{
    private const double PriorPrecision = 0.01;

    private readonly double[] _x;

    public MixtureModel(int components, int dimension, int data)
    {
        (Components, Dimension, Data) = (components, dimension, data);
        var random = new SplitMix64(1);
        double[] centres = new double[components * dimension], x = new double[data * dimension], r = new double[data * components];
        foreach (ref var centre in centres.AsSpan())
        {
            centre = 4 * random.Normal();
        }

        for (var n = 0; n < data; n++)
        {
            var component = (int)(random.Uniform() * components);
            for (var i = 0; i < dimension; i++)
            {
                x[n * dimension + i] = centres[component * dimension + i] + random.Normal();
            }

            var total = 0.0;
            for (var k = 0; k < components; k++)
            {
                total += r[n * components + k] = 0.1 + random.Uniform();
            }

            for (var k = 0; k < components; k++)
            {
                r[n * components + k] /= total;
            }
        }

        (_x, Responsibilities) = (x, r);
    }

    public int Components { get; }

    public int Dimension { get; }

    public int Data { get; }

    /// <summary>Where the gates start, <c>[N, K]</c>.</summary>
    public double[] Responsibilities { get; }

    // Per component and register of data: multiply-adds of the logit and of the sums; 19 instructions of the multipliers for an exponential of what is not positive and for its share.
    public Work Work => Work.OfInstructions(Components * (Dimension * (Dimension + 3) + 19), Data);

    /// <summary>The model stated for the engine.</summary>
    public VariationalGraph<double> State(Device device)
    {
        var graph = new VariationalGraph<double>(device);
        var pi = graph.Dirichlet("pi", 1, Components);
        var mu = graph.MultivariateGaussian("mu", new double[Components * Dimension], Identity(PriorPrecision), Components);
        double[] scales = [.. Enumerable.Repeat(Identity(1), Components).SelectMany(matrix => matrix)];
        var lambda = graph.Wishart("lambda", Dimension + 1, scales, Components);
        var z = graph.Categorical("z", pi, Data);
        graph.Observe(graph.Mixture("x", z, mu, lambda), _x);
        return graph.Start(z, Responsibilities);
    }

    /// <summary>The model as a plain loop, at its start.</summary>
    public PlainMixture Peer()
    {
        var peer = new PlainMixture(_x, Components, Dimension, 1, new double[Dimension], Identity(PriorPrecision), Dimension + 1, Identity(1));
        peer.Start(Responsibilities);
        return peer;
    }

    IPlainSweeps ISweepModel.Peer() => Peer();

    /// <summary>The largest difference of the free energy and of the means after some sweeps from the start.</summary>
    public double Difference(Device device, int sweeps = 5)
    {
        using var graph = State(device);
        using var inference = new VariationalInference<double>(graph, SweepCase.OneSweep with { MaximumSweeps = sweeps });
        inference.Run();
        var peer = Peer();
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            peer.Sweep();
        }

        var size = Dimension + Dimension * Dimension;
        double[] means = [.. inference.Posterior(graph["mu"]).Where((_, i) => i % size < Dimension)];
        return Math.Max(Shapes.Difference<double>(means, peer.Means), Shapes.Difference<double>([inference.FreeEnergy], [peer.FreeEnergy]));
    }

    private double[] Identity(double scale)
    {
        var matrix = new double[Dimension * Dimension];
        for (var i = 0; i < Dimension; i++)
        {
            matrix[i * Dimension + i] = scale;
        }

        return matrix;
    }
}
