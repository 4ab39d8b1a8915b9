using System.Diagnostics;
using System.Globalization;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// A topic model (Blei, Ng and Jordan 2003) of 550 chapters: every chapter is a mixture of topics, every topic a distribution over words,
/// <c>θ_d ~ Dirichlet</c>, <c>φ_k ~ Dirichlet</c>, <c>z_t ~ θ_d(t)</c>, <c>w_t ~ φ_z(t)</c>. A tenth of the words is held out and predicted.
/// </summary>
internal sealed class TopicsExperiment : IExperiment
{
    private const int Topics = 12;
    private const int WordsShown = 12;
    private const int Starts = 3;
    private const double HeldOut = 0.1;
    private const double AlphaOfChapters = 0.1;
    private const double AlphaOfTopics = 0.05;

    /// <inheritdoc/>
    public string Name => "topics";

    /// <inheritdoc/>
    public string Description => "a topic model of 550 chapters of the King James Version: the words of each topic, where it stands, and held-out words predicted";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop) => Run(device, folder, Starts, 200, stop);

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => Run(device, folder, 1, 40, stop);

    private ExperimentResult Run(Device device, string folder, int starts, int maximumSweeps, CancellationToken stop)
    {
        var bible = Bible.Load();
        var random = new SplitMix64(1);
        var isHeldOut = Array.ConvertAll(bible.Word, _ => random.Uniform() < HeldOut);
        int[] tokens = [.. Enumerable.Range(0, bible.Word.Length).Where(token => !isHeldOut[token])];
        var fits = Enumerable.Range(1, starts).Select(seed => Fit.Of(device, bible, tokens, (ulong)seed, maximumSweeps, stop)).ToList();
        var best = fits.MinBy(fit => fit.FreeEnergy[^1])!;
        var perplexities = fits.ConvertAll(fit => Perplexity(bible, tokens, isHeldOut, fit));
        var perChapter = bible.Document.CountBy(document => document).ToDictionary();
        double[] share = [.. Enumerable.Range(0, Topics).Select(topic => perChapter.Sum(chapter => best.Chapters[chapter.Key * Topics + topic] * chapter.Value) / bible.Document.Length)];
        int[] order = [.. Enumerable.Range(0, Topics).OrderByDescending(topic => share[topic])];
        return new ExperimentResult(
            Name,
            ["start", "free energy in nats", "bound in nats a word", "perplexity of held-out words", "by frequency alone", "sweeps", "ms a sweep"],
            [.. fits.Zip(perplexities, (fit, perplexity) => (fit, perplexity)).Select((row, i) => (double[])
            [
                i + 1, row.fit.FreeEnergy[^1], -row.fit.FreeEnergy[^1] / tokens.Length, row.perplexity.Topics, row.perplexity.Frequency, row.fit.FreeEnergy.Count, row.fit.Milliseconds,
            ])],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{bible.Chapters.Length} chapters, {bible.Vocabulary.Length} different words, {tokens.Length} words to learn from; stop words are left out, and {100 * HeldOut:F0} % of all words held out. Perplexity: e to the mean of minus the log probability of a held-out word, which is as if so many words were equally likely; by frequency alone, the words of all chapters count. The bound is that on the log evidence (ELBO). The topics are those of the start with the least free energy; a chapter's words of a topic are expected ones."),
            [
                Books(Path.Combine(folder, "topics.png"), bible, best.Chapters, perChapter, order),
                RunPlots.FreeEnergy(Path.Combine(folder, "topics-free-energy.png"), best.FreeEnergy),
                RunPlots.FactorGraph(Path.Combine(folder, "topics-graph.svg"), best.Description),
            ])
        {
            Words = new WordTable(
                ["topic", "share", "its most frequent words", "chapter with most words of it"],
                [.. order.Select((topic, i) => (string[])
                [
                    (i + 1).ToString(CultureInfo.InvariantCulture),
                    Format.Percent(share[topic]),
                    string.Join(" ", MostFrequent(bible, best.Words, topic)),
                    bible.Chapters[perChapter.MaxBy(chapter => best.Chapters[chapter.Key * Topics + topic] * chapter.Value).Key],
                ])]),
        };
    }

    private static IEnumerable<string> MostFrequent(Bible bible, double[] words, int topic)
    {
        var count = bible.Vocabulary.Length;
        return Enumerable.Range(0, count).OrderByDescending(word => words[topic * count + word]).Take(WordsShown).Select(word => bible.Vocabulary[word]);
    }

    private static (double Topics, double Frequency) Perplexity(Bible bible, int[] tokens, bool[] isHeldOut, Fit fit)
    {
        var count = bible.Vocabulary.Length;
        var frequency = new double[count];
        Array.Fill(frequency, 1.0 / (tokens.Length + count));
        foreach (var token in tokens)
        {
            frequency[bible.Word[token]] += 1.0 / (tokens.Length + count);
        }

        double byTopics = 0, byFrequency = 0, total = 0;
        for (var token = 0; token < isHeldOut.Length; token++)
        {
            if (isHeldOut[token])
            {
                var probability = 0.0;
                for (var topic = 0; topic < Topics; topic++)
                {
                    probability += fit.Chapters[bible.Document[token] * Topics + topic] * fit.Words[topic * count + bible.Word[token]];
                }

                byTopics -= Math.Log(probability);
                byFrequency -= Math.Log(frequency[bible.Word[token]]);
                total++;
            }
        }

        return (Math.Exp(byTopics / total), Math.Exp(byFrequency / total));
    }

    private static Figure Books(string path, Bible bible, double[] chapters, Dictionary<int, int> perChapter, int[] order)
    {
        string[] books = [.. bible.Chapters.Select(chapter => chapter[..chapter.LastIndexOf(' ')]).Distinct()];
        using var plot = RunPlots.Create("Topics of every book", "topic", "");
        var shares = new double[books.Length, Topics];
        for (var book = 0; book < books.Length; book++)
        {
            int[] own = [.. Enumerable.Range(0, bible.Chapters.Length).Where(chapter => bible.Chapters[chapter][..bible.Chapters[chapter].LastIndexOf(' ')] == books[book])];
            double all = own.Sum(chapter => perChapter.GetValueOrDefault(chapter));
            for (var column = 0; column < Topics; column++)
            {
                shares[book, column] = own.Sum(chapter => chapters[chapter * Topics + order[column]] * perChapter.GetValueOrDefault(chapter)) / all;
            }
        }

        RunPlots.AddShares(plot, shares, books, [.. Enumerable.Range(1, Topics).Select(topic => topic.ToString(CultureInfo.InvariantCulture))]);
        return RunPlots.Save(plot, path, 860, 520, "The share of every topic in every book, in percent of the book's words that are not stop words. Topics are numbered as in the table.");
    }

    /// <summary>The topics from one start.</summary>
    /// <param name="FreeEnergy">Free energy after every sweep, in nats.</param>
    /// <param name="Milliseconds">Time of a sweep.</param>
    /// <param name="Chapters">Expected shares of the topics, a row per chapter.</param>
    /// <param name="Words">Expected shares of the words, a row per topic.</param>
    /// <param name="Description">The factor graph.</param>
    private sealed record Fit(List<double> FreeEnergy, double Milliseconds, double[] Chapters, double[] Words, FactorGraphDescription Description)
    {
        public static Fit Of(Device device, Bible bible, int[] tokens, ulong seed, int maximumSweeps, CancellationToken stop)
        {
            using var graph = new VariationalGraph<double>(device);
            var theta = graph.Dirichlet("θ", AlphaOfChapters, Topics, plates: bible.Chapters.Length);
            var phi = graph.Dirichlet("φ", AlphaOfTopics, bible.Vocabulary.Length, plates: Topics);
            var z = graph.Categorical("z", theta[Array.ConvertAll(tokens, token => bible.Document[token])]);
            graph.Observe(graph.Mixture("word", z, phi), Array.ConvertAll(tokens, token => (double)bible.Word[token]));
            using var inference = new VariationalInference<double>(graph, new VariationalOptions { MaximumSweeps = maximumSweeps, Tolerance = 1e-6, Seed = seed });
            var freeEnergy = new List<double>();
            var start = Stopwatch.GetTimestamp();
            inference.Run(check => freeEnergy.Add(check.FreeEnergy), stop);
            var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / freeEnergy.Count;
            return new Fit(freeEnergy, milliseconds, Normalised(inference.Posterior(theta), Topics), Normalised(inference.Posterior(phi), bible.Vocabulary.Length), graph.Describe());
        }

        /// <summary>The means of Dirichlets, a row each.</summary>
        private static double[] Normalised(double[] alpha, int width)
        {
            for (var row = 0; row < alpha.Length; row += width)
            {
                var total = 0.0;
                foreach (var value in alpha.AsSpan(row, width))
                {
                    total += value;
                }

                foreach (ref var value in alpha.AsSpan(row, width))
                {
                    value /= total;
                }
            }

            return alpha;
        }
    }
}
