using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// Semi-supervised classification of the digits over their nearest-neighbour graph, against the same perceptron without the graph and against label propagation.
/// </summary>
/// <remarks>
/// For every seed the labelled images are drawn anew and are the same for all three methods (<see cref="DigitsSplit"/>); the test labels are read only to score.
/// The graph network smooths the pixels over the neighbours twice (Wu et al. 2019) and propagates the perceptron's logits for ten rounds (<see cref="GraphClassifier{T}"/>).
/// Both networks have the same perceptron, the same first values and the same training; early stopping keeps the epoch with the least loss of the selecting labels.
/// The settings were chosen with seeds from 1000 on, which this experiment does not use.
/// </remarks>
internal sealed class DigitsExperiment : IDisposable
{
    private const int Neighbours = 10;
    private const int SmoothingRounds = 2;
    private const ulong FirstValues = 77;
    private static readonly int[] Widths = [Digits.Pixels, 64, Digits.Classes];
    private static readonly AdamOptions Optimiser = new(LearningRate: 0.01, WeightDecay: 5e-3);
    private static readonly TrainerOptions Training = new(MaximumEpochs: 200, Patience: 50, CheckEvery: 1);

    private readonly Device _device;
    private readonly Digits _digits;
    private readonly DeviceTensor<float> _pixels;
    private readonly DeviceTensor<float> _smoothed;
    private readonly DeviceGraph _neighbours;
    private readonly DeviceGraph _neighboursAndSelf;

    /// <summary>Builds the graph with our own kernels, and smooths the pixels over it.</summary>
    public DigitsExperiment(Device device, Digits digits)
    {
        _device = device;
        _digits = digits;
        _pixels = device.Upload(digits.Features, digits.Count, Digits.Pixels);
        var graph = Graph.NearestNeighbours<float>(_pixels, Neighbours);
        _neighbours = device.Upload(graph);
        _neighboursAndSelf = device.Upload(WithSelfLoops(graph));
        _smoothed = Smooth();
    }

    /// <summary>Runs the experiment.</summary>
    /// <param name="seeds">Number of seeds.</param>
    /// <param name="progress">Called with the fraction done.</param>
    /// <param name="stop">Stops between two epochs.</param>
    public DigitsOutcome Run(int seeds, Action<double> progress, CancellationToken stop)
    {
        var accuracies = new double[3][];
        for (var method = 0; method < accuracies.Length; method++)
        {
            accuracies[method] = new double[seeds];
        }

        var curves = new List<LearningCurve>();
        var confusion = new int[Digits.Classes, Digits.Classes];
        IReadOnlyList<(int, int, int)> misclassified = [];
        for (var seed = 0; seed < seeds; seed++)
        {
            var split = DigitsSplit.Draw(_digits, seed);
            var first = seed == 0;
            int[] graphNetwork;
            using (var model = new GraphClassifier<float>(_device, Widths, seed: FirstValues + (ulong)seed))
            {
                graphNetwork = Train("graph network", model, new NodeInputs<float>(_smoothed, _neighboursAndSelf), split, first ? curves : null, stop);
            }

            progress((seed + 0.7) / seeds);
            int[] perceptron;
            using (var model = new Mlp<float>(_device, Widths, Activation.ReLU, FirstValues + (ulong)seed))
            {
                perceptron = Train("MLP without the graph", model, new NodeInputs<float>(_pixels), split, first ? curves : null, stop);
            }

            progress((seed + 0.9) / seeds);
            var propagation = LabelPropagation.Predict(_neighbours, _digits, split, stop);
            accuracies[0][seed] = Percent(graphNetwork, split);
            accuracies[1][seed] = Percent(perceptron, split);
            accuracies[2][seed] = Percent(propagation, split);
            foreach (var i in split.Test)
            {
                confusion[_digits.Labels[i], graphNetwork[i]]++;
            }

            if (first)
            {
                misclassified = [.. split.Test.Where(i => graphNetwork[i] != _digits.Labels[i]).Select(i => (i, _digits.Labels[i], graphNetwork[i]))];
            }

            progress((seed + 1.0) / seeds);
        }

        return new DigitsOutcome(
            new DigitsResult(MethodResult.Of(accuracies[0]), MethodResult.Of(accuracies[1]), MethodResult.Of(accuracies[2])),
            curves,
            confusion,
            misclassified);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _smoothed.Dispose();
        _neighboursAndSelf.Dispose();
        _neighbours.Dispose();
        _pixels.Dispose();
    }

    private static Graph WithSelfLoops(Graph graph)
    {
        int[] nodes = [.. Enumerable.Range(0, graph.Nodes)];
        return new Graph(graph.Nodes, [.. graph.Source.Index, .. nodes], [.. graph.Destination.Index, .. nodes]);
    }

    private DeviceTensor<float> Smooth()
    {
        using var aggregation = new NormalisedAggregation<float>(_device, Digits.Pixels);
        var smoothed = _device.Allocate<float>(_pixels.Shape);
        _device.Dense<float>().Copy(_pixels, smoothed);
        for (var round = 0; round < SmoothingRounds; round++)
        {
            _device.Dense<float>().Copy(aggregation.Forward(_neighboursAndSelf, smoothed), smoothed);
        }

        return smoothed;
    }

    private int[] Train(string name, INodeModel<float> model, NodeInputs<float> inputs, DigitsSplit split, List<LearningCurve>? curves, CancellationToken stop)
    {
        using var optimizer = new Adam<float>(model.Parameters, Optimiser);
        using var trainer = new Trainer<float>(model, optimizer, inputs, _digits.Labels, Mask(split.Train), Mask(split.Validation), Training);
        var testAccuracy = new List<double>();
        var result = trainer.Run(curves is null ? null : _ => testAccuracy.Add(Percent(trainer.Predict(), split)), stop);
        curves?.Add(new LearningCurve(
            name,
            [.. result.History.Select(check => check.TrainingLoss)],
            [.. result.History.Select(check => check.ValidationLoss)],
            [.. testAccuracy],
            result.Best.Epoch));
        return trainer.Predict();
    }

    private bool[] Mask(int[] nodes)
    {
        var mask = new bool[_digits.Count];
        foreach (var i in nodes)
        {
            mask[i] = true;
        }

        return mask;
    }

    private double Percent(int[] predictions, DigitsSplit split) => 100 * Scores.Accuracy(predictions, _digits.Labels, split.Test);
}
