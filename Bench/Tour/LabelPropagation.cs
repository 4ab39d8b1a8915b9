using Native.Kernels;

namespace Native.Bench;

/// <summary>
/// Label propagation with local and global consistency (Zhou et al. 2004): <c>F ← α S F + (1-α) Y</c>, <c>Y</c> the one-hot training labels and
/// <c>S F</c> the mean over the nearest neighbours (all have the same in-degree, so the row-normalised graph is the symmetrically normalised one up to the out-degree).
/// </summary>
internal static class LabelPropagation
{
    private const int Iterations = 100;
    private static readonly float[] Alphas = [0.2f, 0.5f, 0.8f, 0.9f, 0.95f, 0.99f];

    /// <summary>Propagates the training labels; the labels that select choose <c>α</c>, the first of the best.</summary>
    /// <param name="graph">The nearest-neighbour graph.</param>
    /// <param name="digits">The images.</param>
    /// <param name="split">Who is labelled.</param>
    /// <param name="stop">Stops between two values of <c>α</c>.</param>
    /// <returns>The predicted digit of every image.</returns>
    public static int[] Predict(DeviceGraph graph, Digits digits, DigitsSplit split, CancellationToken stop)
    {
        var device = graph.Device;
        var seeds = new float[digits.Count * Digits.Classes];
        foreach (var i in split.Train)
        {
            seeds[i * Digits.Classes + digits.Labels[i]] = 1;
        }

        using var labels = device.Upload(seeds, digits.Count, Digits.Classes);
        using var scores = device.Allocate<float>(digits.Count, Digits.Classes);
        using var means = device.Allocate<float>(digits.Count, Digits.Classes);
        int[] best = [];
        var bestAccuracy = -1.0;
        foreach (var alpha in Alphas)
        {
            stop.ThrowIfCancellationRequested();
            device.Dense<float>().Copy(labels, scores);
            for (var i = 0; i < Iterations; i++)
            {
                device.Messages<float>().Aggregate<Mean>(graph, scores, null, means);
                device.Dense<float>().Copy(labels, scores);
                device.Dense<float>().AddScaled(alpha, means, 1 - alpha, scores);
            }

            var predictions = Scores.Predictions(scores.ToArray());
            var accuracy = Scores.Accuracy(predictions, digits.Labels, split.Validation);
            if (accuracy > bestAccuracy)
            {
                (best, bestAccuracy) = (predictions, accuracy);
            }
        }

        return best;
    }
}
