namespace Native.Models;

/// <summary>A variable of a <see cref="DiscreteFactorGraphBuilder"/>.</summary>
public readonly struct DiscreteVariable
{
    internal DiscreteVariable(DiscreteFactorGraphBuilder owner, int index, int cardinality) => (Owner, Index, Cardinality) = (owner, index, cardinality);

    /// <summary>Number of the variable in the graph.</summary>
    public int Index { get; }

    /// <summary>Number of its states.</summary>
    public int Cardinality { get; }

    internal DiscreteFactorGraphBuilder? Owner { get; }
}

/// <summary>
/// States a <see cref="DiscreteFactorGraph"/> variable by variable and factor by factor; every shape is checked where it is stated.
/// <code>
/// var model = new DiscreteFactorGraphBuilder();
/// var rain = model.Variable(2, "rain");
/// var wet = model.Variable(2, "wet");
/// model.Factor([0.8, 0.2], rain);
/// model.Factor([0.9, 0.1, 0.2, 0.8], rain, wet); // p(wet | rain): the last variable fastest
/// model.Observe(wet, 1);
/// var graph = model.Build();
/// </code>
/// </summary>
public sealed class DiscreteFactorGraphBuilder
{
    private readonly List<int> _cardinality = [];
    private readonly List<int> _factorOffsets = [0];
    private readonly List<int> _factorVariables = [];
    private readonly List<double> _logTables = [];
    private readonly Dictionary<int, string> _variableNames = [];
    private readonly Dictionary<int, string> _factorNames = [];

    /// <summary>Adds a variable.</summary>
    /// <param name="cardinality">Number of states, ≥ 1.</param>
    /// <param name="name">Name for messages and drawings; null for its number.</param>
    public DiscreteVariable Variable(int cardinality, string? name = null)
    {
        Require.Positive(cardinality);
        var variable = new DiscreteVariable(this, _cardinality.Count, cardinality);
        _cardinality.Add(cardinality);
        if (name is not null)
        {
            _variableNames.Add(variable.Index, name);
        }

        return variable;
    }

    /// <summary>Adds an array of variables of the same kind.</summary>
    /// <param name="count">Their number, ≥ 0.</param>
    /// <param name="cardinality">Number of states of each, ≥ 1.</param>
    /// <param name="name">Their common name, to which the number in the array is added; null for the numbers in the graph.</param>
    public DiscreteVariable[] Variables(int count, int cardinality, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var variables = new DiscreteVariable[count];
        for (var i = 0; i < count; i++)
        {
            variables[i] = Variable(cardinality, name is null ? null : $"{name}[{i}]");
        }

        return variables;
    }

    /// <summary>Adds a factor with a table of non-negative numbers (probabilities, or weights of any scale); 0 forbids a combination of states.</summary>
    /// <param name="table">One entry per combination of states, row-major, the last variable fastest.</param>
    /// <param name="variables">The variables, in the order of the table.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The table does not fit the variables, an entry is negative or not finite, or a variable is of another builder or there twice.</exception>
    public DiscreteFactorGraphBuilder Factor(ReadOnlySpan<double> table, params ReadOnlySpan<DiscreteVariable> variables) => NamedFactor(null, table, variables);

    /// <inheritdoc cref="Factor"/>
    /// <param name="name">Name for messages and drawings; null for its number.</param>
    /// <param name="table">One entry per combination of states, row-major, the last variable fastest.</param>
    /// <param name="variables">The variables, in the order of the table.</param>
    public DiscreteFactorGraphBuilder NamedFactor(string? name, ReadOnlySpan<double> table, params ReadOnlySpan<DiscreteVariable> variables)
    {
        var logTable = new double[table.Length];
        for (var entry = 0; entry < table.Length; entry++)
        {
            logTable[entry] = table[entry] >= 0 && double.IsFinite(table[entry])
                ? Math.Log(table[entry])
                : throw new ArgumentException($"table[{entry}]: expected a finite number of at least 0, but got {table[entry]}.", nameof(table));
        }

        return Add(name, logTable, variables, nameof(table));
    }

    /// <summary>Adds a factor with a table of logarithms in <c>[-∞, ∞)</c>; <c>-∞</c> forbids a combination of states.</summary>
    /// <inheritdoc cref="Factor"/>
    /// <param name="logTable">One entry per combination of states, row-major, the last variable fastest.</param>
    /// <param name="variables">The variables, in the order of the table.</param>
    public DiscreteFactorGraphBuilder LogFactor(ReadOnlySpan<double> logTable, params ReadOnlySpan<DiscreteVariable> variables) => NamedLogFactor(null, logTable, variables);

    /// <inheritdoc cref="LogFactor"/>
    /// <param name="name">Name for messages and drawings; null for its number.</param>
    /// <param name="logTable">One entry per combination of states, row-major, the last variable fastest.</param>
    /// <param name="variables">The variables, in the order of the table.</param>
    public DiscreteFactorGraphBuilder NamedLogFactor(string? name, ReadOnlySpan<double> logTable, params ReadOnlySpan<DiscreteVariable> variables)
    {
        for (var entry = 0; entry < logTable.Length; entry++)
        {
            if (double.IsNaN(logTable[entry]) || double.IsPositiveInfinity(logTable[entry]))
            {
                throw new ArgumentException($"logTable[{entry}]: expected a number in [-∞, ∞), but got {logTable[entry]}.", nameof(logTable));
            }
        }

        return Add(name, logTable, variables, nameof(logTable));
    }

    /// <summary>States that a variable has been seen in a state: all others get probability 0.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="state">The state, in <c>[0, cardinality)</c>.</param>
    /// <returns>This builder.</returns>
    public DiscreteFactorGraphBuilder Observe(DiscreteVariable variable, int state)
    {
        RequireOwn(variable, nameof(variable));
        if ((uint)state >= (uint)variable.Cardinality)
        {
            throw new ArgumentOutOfRangeException(nameof(state), $"state: expected a state of variable '{NameOf(variable.Index)}' in [0, {variable.Cardinality}), but got {state}.");
        }

        var logTable = new double[variable.Cardinality];
        Array.Fill(logTable, double.NegativeInfinity);
        logTable[state] = 0;
        return Add(null, logTable, [variable], nameof(state));
    }

    /// <summary>The graph as stated so far. The builder can go on.</summary>
    public DiscreteFactorGraph Build() => new(
        [.. _cardinality], [.. _factorOffsets], [.. _factorVariables], [.. _logTables], new Dictionary<int, string>(_variableNames), new Dictionary<int, string>(_factorNames));

    private DiscreteFactorGraphBuilder Add(string? name, ReadOnlySpan<double> logTable, ReadOnlySpan<DiscreteVariable> variables, string tableArgument)
    {
        if (variables.Length is < 1 or > DiscreteFactorGraph.MaximumFactorVariables)
        {
            throw new ArgumentException($"variables: expected 1 to {DiscreteFactorGraph.MaximumFactorVariables}, but got {variables.Length}.", nameof(variables));
        }

        long entries = 1;
        for (var k = 0; k < variables.Length; k++)
        {
            RequireOwn(variables[k], nameof(variables));
            for (var j = 0; j < k; j++)
            {
                if (variables[j].Index == variables[k].Index)
                {
                    throw new ArgumentException($"variables: expected every variable at most once, but got '{NameOf(variables[k].Index)}' twice.", nameof(variables));
                }
            }

            entries = checked(entries * variables[k].Cardinality);
        }

        if (logTable.Length != entries)
        {
            var shape = string.Join(" x ", variables.ToArray().Select(variable => variable.Cardinality));
            throw new ArgumentException($"{tableArgument}: expected {shape} = {entries} entries, but got {logTable.Length}.", tableArgument);
        }

        if (name is not null)
        {
            _factorNames.Add(_factorOffsets.Count - 1, name);
        }

        foreach (var variable in variables)
        {
            _factorVariables.Add(variable.Index);
        }

        _factorOffsets.Add(_factorVariables.Count);
        _logTables.AddRange(logTable);
        return this;
    }

    private void RequireOwn(DiscreteVariable variable, string argument)
    {
        if (!ReferenceEquals(variable.Owner, this))
        {
            throw new ArgumentException($"{argument}: expected a variable of this builder, but got one of another or of none.", argument);
        }
    }

    private string NameOf(int variable) => _variableNames.GetValueOrDefault(variable) ?? $"{variable}";
}
