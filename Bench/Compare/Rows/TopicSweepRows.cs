using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary><c>topic-sweep</c>: latent Dirichlet allocation, a sweep over all variables with its free energy.</summary>
internal static class TopicSweepRows
{
    private static readonly int[] Documents = [200, 10_000];

    /// <summary>The entries of the catalogue. The first sweep includes stating the model and folding the tokens.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from documents in Documents
        from kind in SweepCase.Kinds
        select new CompareEntry(
            "topic-sweep",
            $"{documents}x{TopicModel.Length} v{TopicModel.Vocabulary} k{TopicModel.Topics}",
            kind.Name,
            Shapes.Double,
            kind.Kind == SweepKind.Later,
            settings => new SweepCase(settings, new TopicModel(documents), kind.Kind));
}

/// <summary>Documents of random topics, their model and where inference starts.</summary>
internal sealed class TopicModel : ISweepModel
{
    public const int Length = 100;
    public const int Vocabulary = 60;
    public const int Topics = 3;

    private const double Alpha = 0.5;
    private const double Beta = 0.1;

    private readonly int _documentCount;
    private readonly int[] _documents;
    private readonly int[] _words;

    public TopicModel(int documents)
    {
        _documentCount = documents;
        var random = new SplitMix64(1);
        _documents = new int[documents * Length];
        _words = new int[_documents.Length];
        Responsibilities = new double[_documents.Length * Topics];
        for (var t = 0; t < _words.Length; t++)
        {
            // Most words of a document are of its own topic, which has half of the words.
            _documents[t] = t / Length;
            var topic = random.Uniform() < 0.7 ? _documents[t] % Topics : (int)(random.Uniform() * Topics);
            _words[t] = (topic * Vocabulary / Topics + (int)(random.Uniform() * Vocabulary / 2)) % Vocabulary;
            var total = 0.0;
            for (var k = 0; k < Topics; k++)
            {
                total += Responsibilities[t * Topics + k] = 0.1 + random.Uniform();
            }

            for (var k = 0; k < Topics; k++)
            {
                Responsibilities[t * Topics + k] /= total;
            }
        }
    }

    public int Data => _words.Length;

    /// <summary>Where the gates start, <c>[tokens, K]</c>.</summary>
    public double[] Responsibilities { get; }

    // Were tokens in the lanes and their rows there for nothing: two products per topic, the quotient, its bound, and the product of the normalisers.
    public Work Work => Work.OfInstructions(2 * Topics + 3, Data);

    /// <summary>The model stated for the engine.</summary>
    public VariationalGraph<double> State(Device device)
    {
        var graph = new VariationalGraph<double>(device);
        var theta = graph.Dirichlet("theta", Alpha, Topics, _documentCount);
        var phi = graph.Dirichlet("phi", Beta, Vocabulary, Topics);
        var z = graph.Categorical("z", theta[_documents]);
        graph.Observe(graph.Mixture("word", z, phi), Array.ConvertAll(_words, word => (double)word));
        return graph.Start(z, Responsibilities);
    }

    /// <summary>The model as a plain loop, at its start.</summary>
    public PlainTopics Peer()
    {
        var peer = new PlainTopics(_documents, _words, _documentCount, Topics, Vocabulary, Alpha, Beta);
        peer.Start(Responsibilities);
        return peer;
    }

    IPlainSweeps ISweepModel.Peer() => Peer();

    /// <summary>The largest difference of the free energy and of the concentrations of the topics after some sweeps from the start.</summary>
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

        var phi = inference.Posterior(graph["phi"]);
        double[] expected = [.. phi.Select((_, i) => peer.Phi[i % Vocabulary * Topics + i / Vocabulary])];
        return Math.Max(
            Shapes.Difference<double>(inference.Posterior(graph["theta"]), peer.Theta),
            Math.Max(Shapes.Difference<double>(phi, expected), Shapes.Difference<double>([inference.FreeEnergy], [peer.FreeEnergy])));
    }
}
