namespace Native.Bench;

/// <summary>
/// Who is labelled: ten images of every class, drawn by a seed. Seven of them train; three select (when to stop, how far to propagate).
/// All others are the test nodes, whose labels are read only to score a finished model.
/// </summary>
internal sealed class DigitsSplit
{
    /// <summary>Labelled images of every class.</summary>
    public const int LabelsPerClass = 10;

    /// <summary>Those of them that select.</summary>
    public const int SelectingPerClass = 3;

    private DigitsSplit(int[] train, int[] validation, int[] test)
    {
        Train = train;
        Validation = validation;
        Test = test;
    }

    /// <summary>Images that train.</summary>
    public int[] Train { get; }

    /// <summary>Images that select.</summary>
    public int[] Validation { get; }

    /// <summary>Images that score.</summary>
    public int[] Test { get; }

    /// <summary>Draws the labelled images.</summary>
    public static DigitsSplit Draw(Digits digits, int seed)
    {
        var random = new Random(seed);
        var train = new List<int>();
        var validation = new List<int>();
        var test = new List<int>();
        for (var label = 0; label < Digits.Classes; label++)
        {
            int[] members = [.. Enumerable.Range(0, digits.Count).Where(i => digits.Labels[i] == label)];
            random.Shuffle(members);
            validation.AddRange(members[..SelectingPerClass]);
            train.AddRange(members[SelectingPerClass..LabelsPerClass]);
            test.AddRange(members[LabelsPerClass..]);
        }

        return new DigitsSplit([.. train], [.. validation], [.. test]);
    }
}
