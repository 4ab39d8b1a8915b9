using System.Numerics;

namespace Native.Models;

/// <summary>Plates from <paramref name="First"/> on.</summary>
internal readonly record struct PlateRange(int First, int Count);

/// <summary>How the plates of a factor lie on its parents: a map for each (null: one for one), the number of factors, and where every child is folded to.</summary>
internal readonly record struct PlateMaps(int[]? First, int[]? Second, int Count, int[] Fold)
{
    /// <summary>One factor per child.</summary>
    public static PlateMaps OneForOne<T>(Plates<T> first, Plates<T> second, PlateRange range)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return new PlateMaps(Map(first, range), second.Variable is null ? null : Map(second, range), range.Count, []);
    }

    /// <summary>One factor per combination of parents that children have.</summary>
    public static PlateMaps Folded<T>(Plates<T> first, Plates<T> second, PlateRange range)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var isFirstShared = IsShared(first);
        var isSecondShared = second.Variable is null || IsShared(second);
        if (isFirstShared && isSecondShared)
        {
            return new PlateMaps(null, null, 1, new int[range.Count]);
        }

        if (isSecondShared)
        {
            return new PlateMaps(null, second.Variable is null ? null : new int[first.Variable!.Plates], first.Variable!.Plates, Numbers(first, range));
        }

        if (isFirstShared)
        {
            return new PlateMaps(new int[second.Variable!.Plates], null, second.Variable!.Plates, Numbers(second, range));
        }

        int[] firsts = Numbers(first, range), seconds = Numbers(second, range);
        if (first.Variable!.Plates == second.Variable!.Plates && firsts.AsSpan().SequenceEqual(seconds))
        {
            return new PlateMaps(null, null, first.Variable.Plates, firsts);
        }

        var combinations = new Dictionary<(int, int), int>();
        List<int> firstOf = [], secondOf = [];
        var fold = new int[range.Count];
        for (var plate = 0; plate < range.Count; plate++)
        {
            if (!combinations.TryGetValue((firsts[plate], seconds[plate]), out fold[plate]))
            {
                fold[plate] = combinations.Count;
                combinations.Add((firsts[plate], seconds[plate]), fold[plate]);
                firstOf.Add(firsts[plate]);
                secondOf.Add(seconds[plate]);
            }
        }

        return new PlateMaps([.. firstOf], [.. secondOf], combinations.Count, fold);
    }

    /// <summary>The parent of every plate of a range, as numbers to read.</summary>
    public static ReadOnlySpan<int> NumbersOf<T>(Plates<T> parent, PlateRange range)
        where T : unmanaged, IFloatingPointIeee754<T> => parent.Index is { } index ? index.AsSpan(range.First - parent.FirstChild, range.Count) : Numbers(parent, range);

    private static int[] Numbers<T>(Plates<T> parent, PlateRange range)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (parent.Index is not null)
        {
            return NumbersOf(parent, range).ToArray();
        }

        var numbers = new int[range.Count];
        for (var plate = 0; plate < range.Count && parent.Variable!.Plates > 1; plate++)
        {
            numbers[plate] = range.First + plate;
        }

        return numbers;
    }

    /// <summary>Whether there is a random parent for every child.</summary>
    public static bool IsOneForOne<T>(Plates<T> parent, int plates)
        where T : unmanaged, IFloatingPointIeee754<T> => parent.Variable is { IsKnown: false } variable && parent.Index is null && plates > 1 && variable.Plates == plates;

    private static bool IsShared<T>(Plates<T> parent)
        where T : unmanaged, IFloatingPointIeee754<T> => parent.Variable!.Plates == 1;

    private static int[]? Map<T>(Plates<T> parent, PlateRange range)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        parent.Index is null && parent.Variable!.Plates == range.Count ? null : Numbers(parent, range);
}
