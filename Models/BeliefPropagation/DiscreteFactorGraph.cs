using System.Globalization;
using System.Text;

namespace Native.Models;

/// <summary>
/// A factor graph over discrete variables: <c>p(x) ∝ Π_a exp(logTable_a(x_a))</c>, with variables of any cardinality and tables over any number of them
/// (at most <see cref="MaximumFactorVariables"/> each). Validated once, when built, by <see cref="DiscreteFactorGraphBuilder"/> or from arrays.
/// </summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public sealed class DiscreteFactorGraph
{
    /// <summary>Most variables that one factor may have.</summary>
    public const int MaximumFactorVariables = Native.Kernels.MessageKernels<double>.MaximumFactorVariables;

    private readonly int[] _cardinality;
    private readonly int[] _factorOffsets;
    private readonly int[] _factorVariables;
    private readonly long[] _tableOffsets;
    private readonly double[] _logTables;
    private readonly int[] _variableOffsets;
    private readonly int[] _variableFactors;
    private readonly IReadOnlyDictionary<int, string> _variableNames;
    private readonly IReadOnlyDictionary<int, string> _factorNames;
    private FactorGraphTraversal? _traversal;

    /// <summary>Builds a graph from arrays.</summary>
    /// <param name="cardinality">Number of states of every variable, <c>[V]</c>, each ≥ 1.</param>
    /// <param name="factorOffsets"><c>[F + 1]</c>: factor <c>a</c> has the variables <c>factorVariables[factorOffsets[a] … factorOffsets[a + 1])</c>.</param>
    /// <param name="factorVariables">The variables of all factors, one factor after another; at least one per factor, each at most once in a factor.</param>
    /// <param name="logTables">The log tables of all factors, one after another: each row-major, its last variable fastest; every entry in <c>[-∞, ∞)</c>.</param>
    /// <exception cref="ArgumentException">Something does not fit; the message names the argument, the factor or variable, what was expected and what came.</exception>
    public DiscreteFactorGraph(ReadOnlySpan<int> cardinality, ReadOnlySpan<int> factorOffsets, ReadOnlySpan<int> factorVariables, ReadOnlySpan<double> logTables)
        : this([.. cardinality], [.. factorOffsets], [.. factorVariables], [.. logTables], new Dictionary<int, string>(), new Dictionary<int, string>())
    {
    }

    internal DiscreteFactorGraph(
        int[] cardinality, int[] factorOffsets, int[] factorVariables, double[] logTables, IReadOnlyDictionary<int, string> variableNames, IReadOnlyDictionary<int, string> factorNames)
    {
        (_cardinality, _factorOffsets, _factorVariables, _logTables) = (cardinality, factorOffsets, factorVariables, logTables);
        (_variableNames, _factorNames) = (variableNames, factorNames);
        for (var variable = 0; variable < cardinality.Length; variable++)
        {
            if (cardinality[variable] < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(cardinality), $"cardinality[{variable}]: expected at least 1, but got {cardinality[variable]}.");
            }
        }

        if (factorOffsets.Length == 0 || factorOffsets[0] != 0 || factorOffsets[^1] != factorVariables.Length)
        {
            throw new ArgumentException($"factorOffsets: expected offsets from 0 to the {factorVariables.Length} factorVariables, but got [{string.Join(", ", factorOffsets.Take(3))}…].", nameof(factorOffsets));
        }

        _tableOffsets = new long[factorOffsets.Length];
        for (var factor = 0; factor < Factors; factor++)
        {
            _tableOffsets[factor + 1] = checked(_tableOffsets[factor] + EntriesOf(factor));
        }

        if (_tableOffsets[^1] != logTables.Length)
        {
            throw new ArgumentException($"logTables: expected the {_tableOffsets[^1]} entries of all tables, but got {logTables.Length}.", nameof(logTables));
        }

        for (var factor = 0; factor < Factors; factor++)
        {
            foreach (var entry in LogTable(factor))
            {
                if (double.IsNaN(entry) || double.IsPositiveInfinity(entry))
                {
                    throw new ArgumentException($"logTables: expected entries in [-∞, ∞), but factor '{FactorName(factor)}' has {entry}.", nameof(logTables));
                }
            }
        }

        _variableOffsets = new int[cardinality.Length + 1];
        foreach (var variable in factorVariables)
        {
            _variableOffsets[variable + 1]++;
        }

        for (var variable = 0; variable < cardinality.Length; variable++)
        {
            _variableOffsets[variable + 1] += _variableOffsets[variable];
        }

        _variableFactors = new int[factorVariables.Length];
        int[] next = [.. _variableOffsets];
        for (var factor = 0; factor < Factors; factor++)
        {
            foreach (var variable in VariablesOf(factor))
            {
                _variableFactors[next[variable]++] = factor;
            }
        }
    }

    /// <summary>Number of variables <c>V</c>.</summary>
    public int Variables => _cardinality.Length;

    /// <summary>Number of factors <c>F</c>.</summary>
    public int Factors => _factorOffsets.Length - 1;

    /// <summary>Number of states of every variable, <c>[V]</c>.</summary>
    public ReadOnlySpan<int> Cardinality => _cardinality;

    /// <summary>Number of entries of all tables.</summary>
    public long TableEntries => _tableOffsets[^1];

    /// <summary>True when there is no loop: every component is a tree, on which belief propagation is exact.</summary>
    public bool IsForest => Traversal.Loop is null;

    internal FactorGraphTraversal Traversal => _traversal ??= new FactorGraphTraversal(this);

    /// <summary>The variables of a factor, in the order of its table.</summary>
    /// <param name="factor">A factor in <c>[0, F)</c>.</param>
    public ReadOnlySpan<int> VariablesOf(int factor) => _factorVariables.AsSpan(_factorOffsets[factor].._factorOffsets[factor + 1]);

    /// <summary>The factors of a variable, in increasing order.</summary>
    /// <param name="variable">A variable in <c>[0, V)</c>.</param>
    public ReadOnlySpan<int> FactorsOf(int variable) => _variableFactors.AsSpan(_variableOffsets[variable].._variableOffsets[variable + 1]);

    /// <summary>The log table of a factor, row-major, its last variable fastest.</summary>
    /// <param name="factor">A factor in <c>[0, F)</c>.</param>
    public ReadOnlySpan<double> LogTable(int factor) => _logTables.AsSpan((int)_tableOffsets[factor], (int)(_tableOffsets[factor + 1] - _tableOffsets[factor]));

    /// <summary>Name of a variable: the one given to it, or its number.</summary>
    /// <param name="variable">A variable in <c>[0, V)</c>.</param>
    public string VariableName(int variable) => _variableNames.GetValueOrDefault(variable) ?? variable.ToString(CultureInfo.InvariantCulture);

    /// <summary>Name of a factor: the one given to it, or its number.</summary>
    /// <param name="factor">A factor in <c>[0, F)</c>.</param>
    public string FactorName(int factor) => _factorNames.GetValueOrDefault(factor) ?? factor.ToString(CultureInfo.InvariantCulture);

    /// <summary>The sum of the log table entries at an assignment: the log probability up to the log partition.</summary>
    /// <param name="states">A state of every variable, <c>[V]</c>.</param>
    /// <exception cref="ArgumentException">The states are too few or too many, or one is out of range.</exception>
    public double LogScore(ReadOnlySpan<int> states)
    {
        if (states.Length != Variables)
        {
            throw new ArgumentException($"states: expected {Variables}, one per variable, but got {states.Length}.", nameof(states));
        }

        for (var variable = 0; variable < states.Length; variable++)
        {
            if ((uint)states[variable] >= (uint)_cardinality[variable])
            {
                throw new ArgumentOutOfRangeException(nameof(states), $"states[{variable}]: expected a state in [0, {_cardinality[variable]}), but got {states[variable]}.");
            }
        }

        var score = new BlockedSum();
        for (var factor = 0; factor < Factors; factor++)
        {
            var entry = 0;
            foreach (var variable in VariablesOf(factor))
            {
                entry = entry * _cardinality[variable] + states[variable];
            }

            score.Add(LogTable(factor)[entry]);
        }

        return score.Total;
    }

    /// <summary>The graph in Graphviz' DOT language: variables are circles, factors are squares.</summary>
    public string ToDot()
    {
        var dot = new StringBuilder("graph factors {\n  node [fontname=\"sans-serif\"];\n");
        for (var variable = 0; variable < Variables; variable++)
        {
            dot.Append(CultureInfo.InvariantCulture, $"  v{variable} [shape=circle, label=\"{Escape(VariableName(variable))}\"];\n");
        }

        for (var factor = 0; factor < Factors; factor++)
        {
            dot.Append(CultureInfo.InvariantCulture, $"  f{factor} [shape=square, style=filled, fillcolor=lightgrey, label=\"{Escape(FactorName(factor))}\"];\n");
            foreach (var variable in VariablesOf(factor))
            {
                dot.Append(CultureInfo.InvariantCulture, $"  f{factor} -- v{variable};\n");
            }
        }

        return dot.Append("}\n").ToString();

        static string Escape(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    /// <summary>Checks the variables of a factor, and counts the entries of its table.</summary>
    private long EntriesOf(int factor)
    {
        int begin = _factorOffsets[factor], end = _factorOffsets[factor + 1];
        if (end > _factorVariables.Length || end - begin is < 1 or > MaximumFactorVariables)
        {
            throw new ArgumentException($"factorOffsets: expected 1 to {MaximumFactorVariables} variables, but factor '{FactorName(factor)}' has {end - begin}.", "factorOffsets");
        }

        long entries = 1;
        for (var k = begin; k < end; k++)
        {
            var variable = _factorVariables[k];
            if ((uint)variable >= (uint)_cardinality.Length)
            {
                throw new ArgumentOutOfRangeException("factorVariables", $"factorVariables[{k}]: expected a variable in [0, {_cardinality.Length}), but got {variable}.");
            }

            if (_factorVariables.AsSpan(begin..k).Contains(variable))
            {
                throw new ArgumentException($"factorVariables: expected every variable at most once in a factor, but factor '{FactorName(factor)}' has '{VariableName(variable)}' twice.", "factorVariables");
            }

            entries = checked(entries * _cardinality[variable]);
        }

        return entries;
    }
}
