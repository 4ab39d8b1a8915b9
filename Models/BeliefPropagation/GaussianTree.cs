using System.Runtime.InteropServices;

namespace Native.Models;

/// <summary>
/// A tree (or forest) of Gaussian vectors joined by linear factors, stated factor by factor; <see cref="Solve"/> is Gaussian belief propagation, exact on trees (Weiss and Freeman 2001).
/// The Kalman smoother is the special case of a chain:
/// <code>
/// var chain = new GaussianTree();
/// var state = chain.Variable(2);
/// chain.Prior(state, mean, covariance);
/// foreach (var y in observations)
/// {
///     chain.Observe(state, emission, y, emissionCovariance);
///     var next = chain.Variable(2);
///     chain.Transition(state, next, transition, transitionCovariance);
///     state = next;
/// }
/// var beliefs = chain.Solve();
/// </code>
/// Variables may be observed any number of times or not at all. Matrices are row-major.
/// </summary>
/// <remarks>In double. The graph keeps the blocks of the joint precision matrix, <c>O(variables)</c> of them; it can grow after a <see cref="Solve"/>.</remarks>
public sealed class GaussianTree
{
    private readonly List<int> _dimension = [];
    private readonly List<int> _vectorOffset = [0];
    private readonly List<int> _matrixOffset = [0];
    private readonly List<double> _potential = [];
    private readonly List<double> _precision = [];
    private readonly List<(int First, int Second, int Offset)> _edges = [];
    private readonly List<double> _coupling = [];
    private readonly Dictionary<(int, int), int> _edgeOf = [];
    private double _constant;

    /// <summary>Number of variables.</summary>
    public int Variables => _dimension.Count;

    /// <summary>Adds a variable.</summary>
    /// <param name="dimension">Its number of elements <c>d</c>, ≥ 1.</param>
    /// <returns>Its number.</returns>
    public int Variable(int dimension)
    {
        Require.Positive(dimension);
        _dimension.Add(dimension);
        _potential.AddRange(new double[dimension]);
        _precision.AddRange(new double[dimension * dimension]);
        _vectorOffset.Add(_potential.Count);
        _matrixOffset.Add(_precision.Count);
        return Variables - 1;
    }

    /// <summary>Adds the factor <c>N(x; mean, covariance)</c>.</summary>
    /// <param name="variable">The variable <c>x [d]</c>.</param>
    /// <param name="mean">Mean <c>[d]</c>, finite.</param>
    /// <param name="covariance">Covariance <c>[d, d]</c>, symmetric and positive definite.</param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">A variable or shape does not fit, or a number is not finite, or the covariance is not symmetric and positive definite; nothing is added then.</exception>
    public GaussianTree Prior(int variable, ReadOnlySpan<double> mean, ReadOnlySpan<double> covariance)
    {
        var dimension = DimensionOf(variable, nameof(variable));
        Check(mean, dimension, nameof(mean));
        Add(variable, Identity(dimension), -1, default, mean, covariance, nameof(covariance));
        return this;
    }

    /// <summary>Adds the factor <c>N(to; matrix · from + offset, covariance)</c>.</summary>
    /// <param name="from">A variable of <c>d</c> elements.</param>
    /// <param name="to">Another variable, of <c>e</c> elements.</param>
    /// <param name="matrix">Matrix <c>[e, d]</c>, finite.</param>
    /// <param name="covariance">Covariance <c>[e, e]</c>, symmetric and positive definite.</param>
    /// <param name="offset">Offset <c>[e]</c>, finite; empty for 0.</param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Prior"/>, or both variables are the same.</exception>
    public GaussianTree Transition(int from, int to, ReadOnlySpan<double> matrix, ReadOnlySpan<double> covariance, ReadOnlySpan<double> offset = default)
    {
        int d = DimensionOf(from, nameof(from)), e = DimensionOf(to, nameof(to));
        if (from == to)
        {
            throw new ArgumentException($"to: expected another variable than from, but got {to} twice.", nameof(to));
        }

        Check(matrix, e * d, nameof(matrix));
        if (!offset.IsEmpty)
        {
            Check(offset, e, nameof(offset));
        }

        var negative = new double[matrix.Length];
        for (var i = 0; i < negative.Length; i++)
        {
            negative[i] = -matrix[i];
        }

        Add(to, Identity(e), from, negative, offset.IsEmpty ? new double[e] : offset, covariance, nameof(covariance));
        return this;
    }

    /// <summary>Adds the factor <c>N(value; matrix · x, covariance)</c>: an observation.</summary>
    /// <param name="variable">The variable <c>x [d]</c>.</param>
    /// <param name="matrix">Matrix <c>[m, d]</c>, finite; <c>m</c> is the length of <paramref name="value"/>.</param>
    /// <param name="value">What was seen, <c>[m]</c>, <c>m ≥ 1</c>, finite.</param>
    /// <param name="covariance">Covariance of the noise <c>[m, m]</c>, symmetric and positive definite.</param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Prior"/>.</exception>
    public GaussianTree Observe(int variable, ReadOnlySpan<double> matrix, ReadOnlySpan<double> value, ReadOnlySpan<double> covariance)
    {
        var dimension = DimensionOf(variable, nameof(variable));
        Check(value, Math.Max(1, value.Length), nameof(value));
        Check(matrix, value.Length * dimension, nameof(matrix));
        Add(variable, matrix, -1, default, value, covariance, nameof(covariance));
        return this;
    }

    /// <summary>
    /// The exact beliefs: from the leaves to the roots every variable is summed out of the precision of its parent, which is its message; from the roots back, means and covariances.
    /// Time and memory are linear in the number of variables.
    /// </summary>
    /// <exception cref="InvalidOperationException">The factors make a loop, or leave a direction of a variable without any precision: the message names the variables.</exception>
    public GaussianTreeBeliefs Solve()
    {
        var (order, parent, parentEdge) = Walk();
        double[] precision = [.. _precision], potential = [.. _potential];
        var gains = new double[Variables][];
        var widest = _dimension.Count == 0 ? 0 : _dimension.Max();
        var crosses = new double[widest * widest];
        var inverses = new double[_precision.Count];
        var logPartition = new BlockedSum();
        logPartition.Add(_constant);
        for (var position = order.Length - 1; position >= 0; position--)
        {
            var variable = order[position];
            var d = _dimension[variable];
            Span<double> factor = Matrix(precision, variable), z = Vector(potential, variable);
            if (!GaussianMessages.SumOut(factor, z, ref logPartition))
            {
                throw new InvalidOperationException($"Variable {variable} has a direction of which no factor says anything: its precision, with all variables below it summed out, is not positive definite.");
            }

            if (parent[variable] >= 0)
            {
                gains[variable] = SendUp(variable, parent[variable], parentEdge[variable], factor, z, precision, potential);
            }

            SmallMatrix.SolveUpper(factor, d, z, 1);
            SmallMatrix.Invert(factor, d, Matrix(inverses, variable));
        }

        // potential now holds P⁻¹h, the mean given that the parent is 0, and inverses P⁻¹.
        foreach (var variable in order)
        {
            if (parent[variable] >= 0)
            {
                Span<double> mean = Vector(potential, variable), covariance = Matrix(inverses, variable);
                GaussianMessages.SendDown(gains[variable], Vector(potential, parent[variable]), Matrix(inverses, parent[variable]), mean, covariance, crosses.AsSpan(0, gains[variable].Length));
            }
        }

        return new GaussianTreeBeliefs([.. _dimension], [.. _vectorOffset], [.. _matrixOffset], potential, inverses, parent, gains, logPartition.Total);
    }

    private static double[] Identity(int dimension)
    {
        var identity = new double[dimension * dimension];
        for (var i = 0; i < dimension; i++)
        {
            identity[i * dimension + i] = 1;
        }

        return identity;
    }

    private static void Check(ReadOnlySpan<double> numbers, int count, string name)
    {
        if (numbers.Length != count)
        {
            throw new ArgumentException($"{name}: expected {count} numbers, but got {numbers.Length}.", name);
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            if (!double.IsFinite(numbers[i]))
            {
                throw new ArgumentException($"{name}[{i}]: expected a finite number, but got {numbers[i]}.", name);
            }
        }
    }

    private int DimensionOf(int variable, string name) => (uint)variable < (uint)Variables
        ? _dimension[variable]
        : throw new ArgumentOutOfRangeException(name, $"{name}: expected a variable in [0, {Variables}), but got {variable}.");

    /// <summary>Adds <c>N(r; A x + B y, R)</c>: <c>AᵀR⁻¹A</c> and its like to the precision, <c>AᵀR⁻¹r</c> to the potential.</summary>
    private void Add(int x, ReadOnlySpan<double> a, int y, ReadOnlySpan<double> b, ReadOnlySpan<double> r, ReadOnlySpan<double> covariance, string covarianceName)
    {
        var m = r.Length;
        Check(covariance, m * m, covarianceName);
        double[] factor = [.. covariance], whitened = [.. r], whitenedA = [.. a], whitenedB = [.. b];
        if (!SmallMatrix.IsSymmetric(covariance, m) || !SmallMatrix.Factorise(factor, m))
        {
            throw new ArgumentException($"{covarianceName}: expected a symmetric and positive definite matrix, but got [{string.Join(", ", covariance.ToArray())}].", covarianceName);
        }

        SmallMatrix.SolveLower(factor, m, whitened, 1);
        _constant -= 0.5 * (SmallMatrix.Dot(whitened, whitened) + m * Divergences.LogTwoPi) + SmallMatrix.LogDiagonal(factor, m);
        SmallMatrix.SolveLower(factor, m, whitenedA, _dimension[x]);
        AddTo(x, whitenedA, whitened);
        if (y >= 0)
        {
            SmallMatrix.SolveLower(factor, m, whitenedB, _dimension[y]);
            AddTo(y, whitenedB, whitened);
            var (first, second) = (Math.Min(x, y), Math.Max(x, y));
            var (left, right) = x < y ? (whitenedA, whitenedB) : (whitenedB, whitenedA);
            SmallMatrix.AddTransposedProduct(1, left, right, m, _dimension[first], _dimension[second], Coupling(first, second));
        }
    }

    private void AddTo(int variable, ReadOnlySpan<double> whitenedMatrix, ReadOnlySpan<double> whitened)
    {
        var d = _dimension[variable];
        SmallMatrix.AddTransposedProduct(1, whitenedMatrix, whitenedMatrix, whitened.Length, d, d, CollectionsMarshal.AsSpan(_precision).Slice(_matrixOffset[variable], d * d));
        SmallMatrix.AddTransposedProduct(1, whitenedMatrix, whitened, whitened.Length, d, 1, CollectionsMarshal.AsSpan(_potential).Slice(_vectorOffset[variable], d));
    }

    /// <summary>The block of the precision between two variables, the lower one's elements down.</summary>
    private Span<double> Coupling(int first, int second)
    {
        var size = _dimension[first] * _dimension[second];
        if (!_edgeOf.TryGetValue((first, second), out var edge))
        {
            edge = _edges.Count;
            _edgeOf.Add((first, second), edge);
            _edges.Add((first, second, _coupling.Count));
            _coupling.AddRange(new double[size]);
        }

        return CollectionsMarshal.AsSpan(_coupling).Slice(_edges[edge].Offset, size);
    }

    /// <summary>Takes a variable out of its parent; gives the gain <c>P⁻¹B [d, e]</c>.</summary>
    private double[] SendUp(int variable, int parent, int edge, ReadOnlySpan<double> factor, ReadOnlySpan<double> whitenedPotential, double[] precision, double[] potential)
    {
        int d = _dimension[variable], e = _dimension[parent];
        var block = CollectionsMarshal.AsSpan(_coupling).Slice(_edges[edge].Offset, d * e);
        var gain = variable < parent ? block.ToArray() : SmallMatrix.Transpose(block, e, d);
        GaussianMessages.SendUp(factor, whitenedPotential, gain, Matrix(precision, parent), Vector(potential, parent));
        return gain;
    }

    private Span<double> Vector(double[] vectors, int variable) => vectors.AsSpan(_vectorOffset[variable], _dimension[variable]);

    private Span<double> Matrix(double[] matrices, int variable) => matrices.AsSpan(_matrixOffset[variable], _dimension[variable] * _dimension[variable]);

    /// <summary>The variables from the lowest of every component on, parents before children.</summary>
    private (int[] Order, int[] Parent, int[] ParentEdge) Walk()
    {
        // The edges of every variable as a chain: the head, and for each end of an edge the next.
        var head = new int[Variables];
        var next = new int[2 * _edges.Count];
        Array.Fill(head, -1);
        for (var edge = _edges.Count - 1; edge >= 0; edge--)
        {
            var (first, second, _) = _edges[edge];
            (next[2 * edge], head[first]) = (head[first], 2 * edge);
            (next[2 * edge + 1], head[second]) = (head[second], 2 * edge + 1);
        }

        int[] order = new int[Variables], parent = new int[Variables], parentEdge = new int[Variables];
        var seen = new bool[Variables];
        var end = 0;
        for (var root = 0; root < Variables; root++)
        {
            if (seen[root])
            {
                continue;
            }

            var begin = end;
            Visit(root, -1, -1);
            for (; begin < end; begin++)
            {
                var variable = order[begin];
                for (var side = head[variable]; side >= 0; side = next[side])
                {
                    var edge = side / 2;
                    if (edge == parentEdge[variable])
                    {
                        continue;
                    }

                    var other = side % 2 == 0 ? _edges[edge].Second : _edges[edge].First;
                    if (seen[other])
                    {
                        throw new InvalidOperationException($"The factors make a loop through the variables {Loop(variable, other, parent)}; this method needs a tree.");
                    }

                    Visit(other, variable, edge);
                }
            }
        }

        return (order, parent, parentEdge);

        void Visit(int variable, int from, int edge)
        {
            seen[variable] = true;
            (parent[variable], parentEdge[variable], order[end++]) = (from, edge, variable);
        }
    }

    private static string Loop(int first, int second, int[] parent)
    {
        List<int> up = [first];
        while (parent[up[^1]] >= 0)
        {
            up.Add(parent[up[^1]]);
        }

        List<int> down = [second];
        while (!up.Contains(down[^1]))
        {
            down.Add(parent[down[^1]]);
        }

        up.RemoveRange(up.IndexOf(down[^1]) + 1, up.Count - up.IndexOf(down[^1]) - 1);
        down.RemoveAt(down.Count - 1);
        down.Reverse();
        return string.Join(" - ", [.. up, .. down, first]);
    }
}
