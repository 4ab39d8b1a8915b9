namespace Native.Bench;

/// <summary>The few statistics the reports need.</summary>
internal static class Statistics
{
    /// <summary>The middle value; the mean of the two middle ones for an even count.</summary>
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    /// <summary>The value below which the given fraction lies, interpolated between the two nearest.</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double fraction)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        var position = fraction * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The mean.</summary>
    public static double Mean(IReadOnlyCollection<double> values) => values.Sum() / values.Count;

    /// <summary>The standard deviation of the sample (divisor n − 1); 0 for a single value.</summary>
    public static double StandardDeviation(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
        {
            return 0;
        }

        var mean = Mean(values);
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
