using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Models;

/// <summary>
/// The parents of a plate of factors: variables, variables chosen by an index map (<c>mu[group]</c>), or known numbers. Converts from each of them, so that a model reads as it is written.
/// </summary>
/// <remarks>
/// Without an index map, variables are taken one for one where there are as many as children, and a single one is shared by all children. Numbers are one value per plate, row after row, or one
/// value for all.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
[CollectionBuilder(typeof(Plates), nameof(Plates.Create))]
public readonly struct Plates<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Plates(VariableArray<T>? variable, int[]? index, double[]? constants, int firstChild = 0)
    {
        Variable = variable;
        Index = index;
        Constants = constants;
        FirstChild = firstChild;
    }

    /// <summary>The variables; null for numbers.</summary>
    public VariableArray<T>? Variable { get; }

    internal int[]? Index { get; }

    /// <summary>The child that the first number of <see cref="Index"/> is of.</summary>
    internal int FirstChild { get; }

    internal double[]? Constants { get; }

    internal bool IsConstant => Variable is null;

    /// <summary>Variables, one for one or one for all.</summary>
    public static implicit operator Plates<T>(VariableArray<T> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new Plates<T>(variable, null, null);
    }

    /// <summary>A known number for all.</summary>
    public static implicit operator Plates<T>(double value) => new(null, null, [value]);

    /// <summary>Known numbers, row after row.</summary>
    public static implicit operator Plates<T>(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new Plates<T>(null, null, [.. values]);
    }

    /// <summary>The known numbers, none for variables: what lets a list of numbers, <c>[0, 1, 2]</c>, be parents.</summary>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)(Constants ?? [])).GetEnumerator();

    /// <summary>The same parents of some children, by variables that begin at plate <paramref name="first"/> of these.</summary>
    internal Plates<T> Within(VariableArray<T> local, int first, PlateRange children) =>
        new(local, Array.ConvertAll(Index![children.First..(children.First + children.Count)], plate => plate - first), null, children.First);

    internal static Plates<T> At(VariableArray<T> variable, ReadOnlySpan<int> index)
    {
        for (var plate = 0; plate < index.Length; plate++)
        {
            if ((uint)index[plate] >= (uint)variable.Plates)
            {
                throw new ArgumentOutOfRangeException(nameof(index), $"index[{plate}]: expected a plate of {variable.Name} in [0, {variable.Plates}), but got {index[plate]}.");
            }
        }

        return new Plates<T>(variable, index.ToArray(), null);
    }
}

/// <summary>Known numbers from a list.</summary>
public static class Plates
{
    /// <summary>Known numbers, row after row.</summary>
    /// <param name="values">The numbers; copied.</param>
    public static Plates<T> Create<T>(ReadOnlySpan<double> values)
        where T : unmanaged, IFloatingPointIeee754<T> => values.ToArray();
}
