using System.Numerics.Tensors;

namespace Native.Bench;

/// <summary>Predictions and how good they are.</summary>
internal static class Scores
{
    /// <summary>The class of the largest score of every row, the first of equals.</summary>
    /// <param name="scores">Scores <c>[N, 10]</c>.</param>
    public static int[] Predictions(ReadOnlySpan<float> scores)
    {
        var predictions = new int[scores.Length / Digits.Classes];
        for (var i = 0; i < predictions.Length; i++)
        {
            predictions[i] = TensorPrimitives.IndexOfMax(scores.Slice(i * Digits.Classes, Digits.Classes));
        }

        return predictions;
    }

    /// <summary>The fraction of some nodes whose prediction is their label.</summary>
    public static double Accuracy(int[] predictions, int[] labels, int[] nodes)
    {
        var right = 0;
        foreach (var i in nodes)
        {
            right += predictions[i] == labels[i] ? 1 : 0;
        }

        return (double)right / nodes.Length;
    }
}
