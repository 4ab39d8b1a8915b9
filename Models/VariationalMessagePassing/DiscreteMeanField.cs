using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Mean field on a discrete factor graph: <c>q(x) = Π_v q_v(x_v)</c>, each update <c>q_v(s) ∝ exp(Σ_a E[log f_a | x_v = s])</c> with the expectation over the other variables of the factor,
/// variable 0, 1, … (Wainwright and Jordan 2008, section 5.3). <c>F = Σ q log q - Σ_a E[log f_a]</c>, so that <c>-F ≤ log Z</c>.
/// <c>0 · (-∞)</c> counts as 0: a table entry of probability 0 matters only where <c>q</c> gives it weight.
/// </summary>
public sealed class DiscreteMeanField : VariationalBlock
{
    private readonly DiscreteFactorGraph _graph;
    private readonly int[] _offset;
    private readonly double[] _message;
    private readonly int[] _states = new int[DiscreteFactorGraph.MaximumFactorVariables];

    /// <summary>Starts from uniform probabilities, or from the given ones.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="initial">The states of all variables, one variable after another, each adding up to 1; empty for uniform. Symmetric models need a start that is not.</param>
    /// <exception cref="ArgumentException">A number is not a probability, or those of a variable do not add up to 1; the message names it.</exception>
    public DiscreteMeanField(Device device, DiscreteFactorGraph graph, ReadOnlySpan<double> initial = default)
        : base(device, nameof(DiscreteMeanField), Count(graph))
    {
        _graph = graph;
        _offset = new int[graph.Variables + 1];
        var widest = 0;
        for (var variable = 0; variable < graph.Variables; variable++)
        {
            widest = Math.Max(widest, graph.Cardinality[variable]);
            _offset[variable + 1] = _offset[variable] + graph.Cardinality[variable];
        }

        _message = new double[widest];
        if (!initial.IsEmpty)
        {
            Finite(initial, Parameters.Length, nameof(initial)).CopyTo(Parameters);
        }

        for (var variable = 0; variable < graph.Variables; variable++)
        {
            var q = Of(variable);
            if (initial.IsEmpty)
            {
                q.Fill(1.0 / q.Length);
                continue;
            }

            var sum = 0.0;
            foreach (var probability in q)
            {
                sum += probability >= 0 ? probability : double.NaN;
            }

            if (!(Math.Abs(sum - 1) <= 1e-6))
            {
                throw new ArgumentException($"initial: expected probabilities that add up to 1, but variable '{graph.VariableName(variable)}' has [{string.Join(", ", q.ToArray())}].", nameof(initial));
            }
        }
    }

    /// <summary>The probabilities of all states, one variable after another.</summary>
    public ReadOnlySpan<double> Probabilities => Parameters;

    /// <summary>The probabilities of a variable.</summary>
    /// <param name="variable">A variable of the graph.</param>
    public ReadOnlySpan<double> Probability(int variable) => Of(variable);

    /// <summary>The energy term of one factor, <c>E_q[log f_a]</c>.</summary>
    /// <param name="factor">A factor of the graph.</param>
    public double ExpectedLogFactor(int factor) => Expect(factor, -1);

    /// <inheritdoc/>
    public override void Update()
    {
        for (var variable = 0; variable < _graph.Variables; variable++)
        {
            var q = Of(variable);
            var message = _message.AsSpan(0, q.Length);
            message.Clear();
            foreach (var factor in _graph.FactorsOf(variable))
            {
                Expect(factor, variable);
            }

            var largest = double.NegativeInfinity;
            foreach (var value in message)
            {
                largest = Math.Max(largest, value);
            }

            if (!double.IsFinite(largest))
            {
                throw new InvalidOperationException(
                    $"every state of variable '{_graph.VariableName(variable)}' has probability 0, given what q says of its neighbours (start from other probabilities)");
            }

            var sum = 0.0;
            for (var s = 0; s < q.Length; s++)
            {
                q[s] = Math.Exp(message[s] - largest);
                sum += q[s];
            }

            for (var s = 0; s < q.Length; s++)
            {
                q[s] /= sum;
            }
        }
    }

    private protected override double ComputeFreeEnergy()
    {
        var energy = new BlockedSum();
        foreach (var q in Parameters)
        {
            energy.Add(q == 0 ? 0 : q * Math.Log(q));
        }

        for (var factor = 0; factor < _graph.Factors; factor++)
        {
            energy.Add(-Expect(factor, -1));
        }

        return energy.Total;
    }

    private static int Count(DiscreteFactorGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var count = 0;
        foreach (var states in graph.Cardinality)
        {
            count = checked(count + states);
        }

        return count;
    }

    private Span<double> Of(int variable) => Parameters[_offset[variable].._offset[variable + 1]];

    /// <summary>Adds <c>E[log f | x_target = s]</c> to the message, or without a target gives <c>E[log f]</c>.</summary>
    private double Expect(int factor, int target)
    {
        var variables = _graph.VariablesOf(factor);
        var states = _states.AsSpan(0, variables.Length);
        states.Clear();
        var total = new BlockedSum();
        foreach (var entry in _graph.LogTable(factor))
        {
            var weight = 1.0;
            var state = -1;
            for (var k = 0; k < variables.Length; k++)
            {
                if (variables[k] == target)
                {
                    state = states[k];
                }
                else
                {
                    weight *= Parameters[_offset[variables[k]] + states[k]];
                }
            }

            if (weight > 0)
            {
                if (state >= 0)
                {
                    _message[state] += weight * entry;
                }
                else
                {
                    total.Add(weight * entry);
                }
            }

            // The next assignment: the last variable runs fastest.
            for (var k = variables.Length - 1; k >= 0 && ++states[k] == _graph.Cardinality[variables[k]]; k--)
            {
                states[k] = 0;
            }
        }

        return total.Total;
    }
}
