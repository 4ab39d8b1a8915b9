using System.Numerics;
using Native.Kernels;

namespace Native.Models;

public sealed partial class VariationalGraph<T>
{
    private static PlateRange All(int plates) => new(0, plates);

    private static double At(double[] values, int plate) => values[values.Length == 1 ? 0 : plate];

    private static T[] Converted(double[] values) => Array.ConvertAll(values, T.CreateTruncating);

    /// <summary>The number of plates that all parents agree on.</summary>
    private static int Resolve(string name, int plates, ReadOnlySpan<(Plates<T> Parent, int Width)> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plates);
        var count = plates;
        if (plates == 0)
        {
            count = 1;
            foreach (var (parent, width) in parents)
            {
                count = Math.Max(count, CountOf(parent, width));
            }
        }

        foreach (var (parent, width) in parents)
        {
            var own = CountOf(parent, width);
            if (own != count && (own != 1 || parent.Index is not null) || parent.Constants is { } constants && (constants.Length == 0 || constants.Length % width != 0))
            {
                var what = parent.Variable is { } variable ? $"{variable.Name}{(parent.Index is null ? "" : "[index]")}" : "known numbers";
                throw new ArgumentException($"{name}: expected parents for {count} plates, or one for all, but got {own} ({what}).", nameof(plates));
            }
        }

        return count;
    }

    private static int CountOf(Plates<T> parent, int width) => parent.Index?.Length ?? parent.Variable?.Plates ?? parent.Constants!.Length / width;

    private static double[] RequireKnown(string name, string role, Plates<T> parent, double above)
    {
        if (parent.Variable is { } variable)
        {
            throw new ArgumentException($"{role}: expected known numbers for {name}, but got the variable {variable}. {Supported}", role);
        }

        RequireNumbers(name, role, parent.Constants!, above);
        return parent.Constants!;
    }

    private static void RequireNumbers(string name, string role, double[] values, double above)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] > above) || !double.IsFinite(values[i]))
            {
                throw new ArgumentException($"{role}[{i}]: expected a finite number{(double.IsFinite(above) ? $" above {above}" : "")} for {name}, but got {values[i]}.", role);
            }
        }
    }

    private static void RequireMatrices(string name, string role, double[] matrices, int p)
    {
        for (var first = 0; first + p * p <= matrices.Length; first += p * p)
        {
            double[] matrix = matrices[first..(first + p * p)];
            double[] factor = [.. matrix];
            if (!SmallMatrix.IsSymmetric(matrix, p) || !SmallMatrix.Factorise(factor, p))
            {
                throw new ArgumentException($"{role}: expected symmetric and positive definite matrices [{p}, {p}] for {name}, but got [{string.Join(", ", matrix)}].", role);
            }
        }
    }

    private void RequireParent(string name, string role, Plates<T> parent, ExponentialFamily family)
    {
        RequireOpen();
        if (parent.Variable is not { } variable)
        {
            if (parent.Constants is null)
            {
                throw new ArgumentNullException(role, $"{role}: expected variables or known numbers for {name}, but got none.");
            }

            return;
        }

        if (!_variables.Contains(variable))
        {
            throw new ArgumentException($"{role}: {variable.Name} is not a variable of this graph.", role);
        }

        if (variable.Family != family)
        {
            throw new ArgumentException($"{role}: expected {family} variables or known numbers for {name}, but got {variable}. {Supported}", role);
        }
    }

    private static void RequireDimension(string name, string role, Plates<T> parent, int dimension)
    {
        if (parent.Variable is { } variable && variable.Dimension != dimension)
        {
            throw new ArgumentException($"{role}: expected dimension {dimension} for {name}, but got {variable}.", role);
        }
    }

    /// <summary>The dimension that known means and precisions have: a mean is one row for all where the precisions have its size.</summary>
    private static int KnownDimension(double[] mean, double[] precision, int plates)
    {
        var square = (long)mean.Length * mean.Length;
        return precision.Length == square || precision.Length == plates * square ? mean.Length : mean.Length / Math.Max(1, plates);
    }

    private PlateRange RequireGate(string name, VariableArray<T> gate, ReadOnlySpan<(string Role, VariableArray<T> Parent)> parents)
    {
        RequireOwn(gate, nameof(gate));
        if (gate.Family != ExponentialFamily.Categorical)
        {
            throw new ArgumentException($"gate: expected a Categorical for {name}, but got {gate}. {Supported}", nameof(gate));
        }

        foreach (var (role, parent) in parents)
        {
            RequireOwn(parent, role);
            if (parent.Plates != gate.Dimension && parent.Plates != 1)
            {
                throw new ArgumentException($"{role}: expected one for each of the {gate.Dimension} components of {name}, or one for all, but got {parent}.", role);
            }
        }

        return All(gate.Plates);
    }

    /// <summary>Known numbers of a parent as variables whose moments stand fast.</summary>
    private Plates<T> Known<TFamily>(string name, string role, Plates<T> parent, ExponentialFamily family, int dimension, int rows, int width)
        where TFamily : struct, IExponentialFamily
    {
        if (parent.Constants is not { } values)
        {
            return parent;
        }

        var known = new VariableArray<T, TFamily>(Device, $"{name}.{role}", family, dimension, values.Length / width, rows) { IsKnown = true };
        for (var plate = 0; plate < known.Plates; plate++)
        {
            var value = Converted(values[(plate * width)..((plate + 1) * width)]);
            var isDistribution = family != ExponentialFamily.Dirichlet || IsDistribution(value);
            if (!isDistribution || !known.IsInSupport(value))
            {
                var expected = isDistribution ? known.Expected(value) : $"positive probabilities that sum to 1, but got [{string.Join(", ", value)}]";
                throw new ArgumentException($"{role}: plate {plate} of {name}: expected {expected}.", role);
            }
        }

        return AddKnown(known, values);
    }

    private Plates<T> AddKnown(VariableArray<T> known, double[] values)
    {
        known.Observe(Converted(values), null);
        _known.Add(known);
        return known;
    }

    private static bool IsDistribution(T[] value)
    {
        var sum = 0.0;
        var isPositive = true;
        foreach (var probability in value)
        {
            isPositive &= probability > T.Zero;
            sum += double.CreateTruncating(probability);
        }

        return isPositive && Math.Abs(sum - 1) <= 1e-5;
    }

    private VariableArray<T, TFamily> Root<TFamily>(string name, ExponentialFamily family, int dimension, int plates, int rows, Func<int, int, double> natural)
        where TFamily : struct, IExponentialFamily
    {
        var prior = new double[checked(plates * rows)];
        for (var i = 0; i < prior.Length; i++)
        {
            prior[i] = natural(i / rows, i % rows);
        }

        var variable = new VariableArray<T, TFamily>(Device, name, family, dimension, plates, rows) { PriorValues = prior };
        Child(variable, new PriorFactor<T>(Device, variable));
        return variable;
    }

    private VariableArray<T> Child(VariableArray<T> variable, FactorArray<T> generator)
    {
        RequireOpen();
        if (_variables.Exists(other => other.Name == variable.Name))
        {
            throw new ArgumentException($"name: expected a new name, but there is a variable {variable.Name} already.", "name");
        }

        _variables.Add(variable);
        _factors.Add(generator);
        return variable;
    }
}
