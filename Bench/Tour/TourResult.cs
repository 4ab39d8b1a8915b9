using System.Text.Json.Serialization;

namespace Native.Bench;

/// <summary>The JSON of the tour.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Seconds">Wall-clock time of the whole tour.</param>
/// <param name="SelfCheck">The kernels against the reference device.</param>
/// <param name="Digits">The graph network on the digits.</param>
/// <param name="Inference">Short forms of the experiments of <c>run</c> on inference.</param>
/// <param name="Figures">The figures' files.</param>
internal sealed record TourResult(string Device, double Seconds, SelfCheckResult SelfCheck, DigitsResult Digits, IReadOnlyList<ExperimentResult> Inference, IReadOnlyList<string> Figures);

/// <summary>Test accuracies of the three methods.</summary>
/// <param name="GraphNetwork">The graph network.</param>
/// <param name="Mlp">The same multilayer perceptron without the graph.</param>
/// <param name="LabelPropagation">Label propagation.</param>
internal sealed record DigitsResult(MethodResult GraphNetwork, MethodResult Mlp, MethodResult LabelPropagation)
{
    /// <summary>The methods by the names shown.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, MethodResult Result)> Methods =>
        [("graph network", GraphNetwork), ("MLP without the graph", Mlp), ("label propagation", LabelPropagation)];

    /// <summary>Whether the graph helped: at least four points above the perceptron, and not below label propagation by more than one standard error.</summary>
    [JsonIgnore]
    public bool GraphHelps
    {
        get
        {
            var (difference, error) = GraphNetwork.Difference(LabelPropagation);
            return GraphNetwork.Mean - Mlp.Mean >= 4 && difference >= -error;
        }
    }
}

/// <summary>Test accuracy of a method, in percent.</summary>
/// <param name="Mean">Mean over the seeds.</param>
/// <param name="Spread">Standard deviation over the seeds.</param>
/// <param name="Seeds">The accuracy of every seed.</param>
internal sealed record MethodResult(double Mean, double Spread, IReadOnlyList<double> Seeds)
{
    /// <summary>Sums up the accuracies of the seeds.</summary>
    public static MethodResult Of(IReadOnlyList<double> seeds) => new(Statistics.Mean([.. seeds]), Statistics.StandardDeviation([.. seeds]), seeds);

    /// <summary>The mean difference to another method seed by seed, and its standard error.</summary>
    public (double Mean, double StandardError) Difference(MethodResult other)
    {
        double[] differences = [.. Seeds.Zip(other.Seeds, (mine, theirs) => mine - theirs)];
        return (Statistics.Mean(differences), Statistics.StandardDeviation(differences) / Math.Sqrt(differences.Length));
    }
}

/// <summary>How one model learned.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="TrainLoss">Mean loss of the training nodes after each epoch, in nats.</param>
/// <param name="ValidationLoss">Mean loss of the selecting nodes.</param>
/// <param name="TestAccuracy">Accuracy on the test nodes in percent: drawn for the reader, never used.</param>
/// <param name="BestEpoch">The epoch whose parameters were kept.</param>
internal sealed record LearningCurve(string Name, double[] TrainLoss, double[] ValidationLoss, double[] TestAccuracy, int BestEpoch);

/// <summary>What the report shows of the experiment.</summary>
/// <param name="Result">The accuracies.</param>
/// <param name="Curves">How the networks of the first seed learned.</param>
/// <param name="Confusion">Test nodes of all seeds by digit (row) and prediction of the graph network (column).</param>
/// <param name="Misclassified">Test nodes of the first seed that the graph network got wrong: image, digit, prediction.</param>
internal sealed record DigitsOutcome(
    DigitsResult Result,
    IReadOnlyList<LearningCurve> Curves,
    int[,] Confusion,
    IReadOnlyList<(int Image, int Digit, int Prediction)> Misclassified);
