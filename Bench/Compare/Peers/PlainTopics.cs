using System.Runtime.CompilerServices;

namespace Native.Bench;

/// <summary>
/// Latent Dirichlet allocation as a plain coordinate-ascent loop in double, no SIMD, nothing allocated in a sweep: <c>θ_d ~ Dirichlet(α)</c>, <c>φ_k ~ Dirichlet(β)</c>, a topic for every token
/// (Blei, Ng and Jordan 2003), as its updates are written: an exponential per token and topic.
/// </summary>
internal sealed unsafe class PlainTopics : IPlainSweeps
{
    private readonly int[] _documents;
    private readonly int[] _words;
    private readonly int _topics;
    private readonly int _vocabulary;
    private readonly double _alpha;
    private readonly double _beta;
    private readonly double[] _thetaCounts;
    private readonly double[] _phiCounts;
    private readonly double[] _logTheta;
    private readonly double[] _logPhi;
    private readonly double[] _r;

    /// <summary>A topic model of tokens.</summary>
    public PlainTopics(int[] documents, int[] words, int documentCount, int topics, int vocabulary, double alpha, double beta)
    {
        (_documents, _words, _topics, _vocabulary, _alpha, _beta) = (documents, words, topics, vocabulary, alpha, beta);
        (Theta, _thetaCounts, _logTheta) = (new double[documentCount * topics], new double[documentCount * topics], new double[documentCount * topics]);
        (Phi, _phiCounts, _logPhi) = (new double[vocabulary * topics], new double[vocabulary * topics], new double[vocabulary * topics]);
        _r = new double[topics];
    }

    /// <summary>Concentrations of <c>q(θ)</c>, <c>[documents, K]</c>.</summary>
    public double[] Theta { get; }

    /// <summary>Concentrations of <c>q(φ)</c>, <c>[V, K]</c>.</summary>
    public double[] Phi { get; }

    /// <summary><c>F</c> after the last sweep.</summary>
    public double FreeEnergy { get; private set; }

    /// <summary>Starts with responsibilities <c>[tokens, K]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Start(double[] responsibilities)
    {
        Array.Clear(_thetaCounts);
        Array.Clear(_phiCounts);
        for (var t = 0; t < _words.Length; t++)
        {
            for (var k = 0; k < _topics; k++)
            {
                _thetaCounts[_documents[t] * _topics + k] += responsibilities[t * _topics + k];
                _phiCounts[_words[t] * _topics + k] += responsibilities[t * _topics + k];
            }
        }
    }

    /// <summary>Updates every <c>θ_d</c>, then every <c>φ_k</c>, then the topics of all tokens.</summary>
    public void Sweep()
    {
        FreeEnergy = 0;
        for (var document = 0; document < Theta.Length / _topics; document++)
        {
            FreeEnergy += Update(_thetaCounts, Theta, _logTheta, document * _topics, _topics, 1, _alpha);
        }

        for (var k = 0; k < _topics; k++)
        {
            FreeEnergy += Update(_phiCounts, Phi, _logPhi, k, _vocabulary, _topics, _beta);
        }

        FreeEnergy -= UpdateTokens();
    }

    // One Dirichlet variable, whose outcomes lie a stride apart; gives its divergence from the prior.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Update(double[] counts, double[] concentrations, double[] logs, int first, int outcomes, int stride, double prior)
    {
        var total = 0.0;
        for (var i = 0; i < outcomes; i++)
        {
            total += concentrations[first + i * stride] = prior + counts[first + i * stride];
        }

        var ofTotal = PlainFunctions.Digamma(total);
        var divergence = PlainFunctions.LogGamma(total) - PlainFunctions.LogGamma(outcomes * prior) + outcomes * PlainFunctions.LogGamma(prior);
        for (var at = first; at < first + outcomes * stride; at += stride)
        {
            logs[at] = PlainFunctions.Digamma(concentrations[at]) - ofTotal;
            divergence += counts[at] * logs[at] - PlainFunctions.LogGamma(concentrations[at]);
        }

        return divergence;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double UpdateTokens()
    {
        Array.Clear(_thetaCounts);
        Array.Clear(_phiCounts);
        var evidence = 0.0;
        fixed (double* r = _r, logTheta = _logTheta, logPhi = _logPhi, thetaCounts = _thetaCounts, phiCounts = _phiCounts)
        fixed (int* documents = _documents, words = _words)
        {
            for (var t = 0; t < _words.Length; t++)
            {
                int document = documents[t] * _topics, word = words[t] * _topics;
                for (var k = 0; k < _topics; k++)
                {
                    r[k] = logTheta[document + k] + logPhi[word + k];
                }

                var (maximum, sum) = PlainFunctions.SoftmaxInPlace(r, _topics, 1);
                evidence += maximum + Math.Log(sum);
                for (var k = 0; k < _topics; k++)
                {
                    thetaCounts[document + k] += r[k];
                    phiCounts[word + k] += r[k];
                }
            }
        }

        return evidence;
    }
}
