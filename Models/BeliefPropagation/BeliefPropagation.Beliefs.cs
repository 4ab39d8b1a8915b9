using Native.Kernels;

namespace Native.Models;

public sealed partial class BeliefPropagation<T>
{
    /// <summary>
    /// Sum-product: the probability of every state of every variable, variable after variable. Max-product has <see cref="LogMaxMarginals"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The run was max-product, or the factors contradict each other: the message names a variable that is left without a possible state.</exception>
    public T[] VariableMarginals()
    {
        RequireSemiring(Semiring.SumProduct);
        return Array.ConvertAll(VariableBeliefs<SumProduct>(out _), T.Exp);
    }

    /// <summary>Sum-product: the probability of every combination of states of every factor's variables, factor after factor, each in the layout of its table.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="VariableMarginals"/>.</exception>
    public T[] FactorMarginals()
    {
        RequireSemiring(Semiring.SumProduct);
        var marginals = new T[Graph.TableEntries];
        FactorBeliefs(marginals);
        return marginals;
    }

    /// <summary>
    /// Sum-product: minus the Bethe free energy of the beliefs (Yedidia, Freeman and Weiss 2005),
    /// <c>Σ_a Σ_x b_a (log f_a - log b_a) + Σ_i (1 - deg_i) H(b_i)</c> with <c>0 log 0 = 0</c>. On a forest it is the log partition.
    /// </summary>
    /// <exception cref="InvalidOperationException">As for <see cref="VariableMarginals"/>.</exception>
    public double LogPartition()
    {
        RequireSemiring(Semiring.SumProduct);
        var sum = new BlockedSum();
        VariableBeliefs<SumProduct>(out var entropy);
        for (var variable = 0; variable < Graph.Variables; variable++)
        {
            sum.Add((1 - Graph.FactorsOf(variable).Length) * double.CreateTruncating(entropy[variable]));
        }

        foreach (var energy in FactorBeliefs(null))
        {
            sum.Add(double.CreateTruncating(energy));
        }

        return sum.Total;
    }

    /// <summary>Max-product: the log of every state's largest probability over the states of all other variables, up to a constant that makes each variable's maximum 0; variable after variable.</summary>
    /// <exception cref="InvalidOperationException">The run was sum-product, or the factors contradict each other: the message names a variable that is left without a possible state.</exception>
    public T[] LogMaxMarginals()
    {
        RequireSemiring(Semiring.MaxProduct);
        return VariableBeliefs<MaxProduct>(out _);
    }

    /// <summary>
    /// Max-product: a most probable assignment. On a forest by backtracking: the lowest best state of every component's lowest variable, then factor by factor the best states of the others,
    /// ties to the first entry of the table; so it is one assignment of the largest score however many there are. On a graph with loops the best state of every variable alone, ties to the lowest.
    /// </summary>
    /// <returns>A state of every variable, <c>[V]</c>; <see cref="DiscreteFactorGraph.LogScore"/> gives its score.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="LogMaxMarginals"/>.</exception>
    public int[] MostProbableStates()
    {
        var beliefs = LogMaxMarginals();
        var states = new int[Graph.Variables];
        var offset = 0;
        for (var variable = 0; variable < states.Length; variable++)
        {
            var belief = beliefs.AsSpan(offset, Graph.Cardinality[variable]);
            offset += belief.Length;
            for (var state = 1; state < belief.Length; state++)
            {
                states[variable] = belief[state] > belief[states[variable]] ? state : states[variable];
            }
        }

        if (Graph.IsForest)
        {
            Backtrack(states);
        }

        return states;
    }

    /// <summary>From the roots down: the best entry of every factor's table, with the messages of the variables below it, among those that fit the state of its parent.</summary>
    private void Backtrack(int[] states)
    {
        var incoming = Array.ConvertAll(_variables, memory => memory.ToFactors.ToArray());
        foreach (var node in Graph.Traversal.Order)
        {
            if (node < Graph.Variables)
            {
                continue;
            }

            var factor = node - Graph.Variables;
            var variables = Graph.VariablesOf(factor);
            var group = _layout.FactorGroupOf[factor];
            var parent = Graph.Traversal.ParentOf(factor);
            var table = Graph.LogTable(factor);
            var best = -1;
            var bestScore = double.NaN;
            for (var entry = 0; entry < table.Length; entry++)
            {
                var score = Score(entry, variables, group, parent);
                if (!double.IsNaN(score) && (best < 0 || score > bestScore))
                {
                    (best, bestScore) = (entry, score);
                }
            }

            for (var slot = variables.Length - 1; slot >= 0; slot--)
            {
                states[variables[slot]] = best % group.Slots[slot].States;
                best /= group.Slots[slot].States;
            }

            // NaN where the entry does not fit the parent.
            double Score(int entry, ReadOnlySpan<int> variables, FactorGraphLayout.FactorGroup group, int parent)
            {
                var score = Graph.LogTable(factor)[entry];
                for (var slot = variables.Length - 1; slot >= 0; slot--)
                {
                    var members = group.Slots[slot];
                    var state = entry % members.States;
                    entry /= members.States;
                    if (variables[slot] == parent)
                    {
                        score = state == states[parent] ? score : double.NaN;
                    }
                    else
                    {
                        var column = group.FirstEdge[slot] + _layout.FactorColumn[factor];
                        score += double.CreateTruncating(incoming[Array.IndexOf(_layout.Classes, members)][state * members.EdgeVariable.Count + column]);
                    }
                }

                return score;
            }
        }
    }

    private void RequireSemiring(Semiring needed)
    {
        if (_options.Semiring != needed)
        {
            throw new InvalidOperationException($"This needs options.Semiring = {needed}, but the messages are those of {_options.Semiring}.");
        }
    }

    private static void RequirePossible(T largest, string kind, string name)
    {
        if (!T.IsFinite(largest))
        {
            throw new InvalidOperationException(T.IsNegativeInfinity(largest)
                ? $"{kind} '{name}' has no possible state: the factors contradict each other."
                : $"The belief of {kind.ToLowerInvariant()} '{name}' is {largest}: the entries of the log tables are too large to be added up.");
        }
    }

    /// <summary>Log beliefs of all states, variable after variable, and the entropy of every variable.</summary>
    private T[] VariableBeliefs<TSemiring>(out T[] entropies)
        where TSemiring : struct, ISemiring
    {
        var offsets = new int[Graph.Variables + 1];
        for (var variable = 0; variable < Graph.Variables; variable++)
        {
            offsets[variable + 1] = offsets[variable] + Graph.Cardinality[variable];
        }

        if (_variableMessagesAreOld)
        {
            SendFromVariables<TSemiring>();
            _variableMessagesAreOld = false;
        }

        var beliefs = new T[offsets[^1]];
        entropies = new T[Graph.Variables];
        for (var i = 0; i < _variables.Length; i++)
        {
            var memory = _variables[i];
            using var deviceBeliefs = _device.Allocate<T>(memory.States, memory.Count);
            using var deviceEntropy = _device.Allocate<T>(1, memory.Count);
            memory.Beliefs<TSemiring>(_messages, deviceBeliefs, deviceEntropy);
            T[] belief = deviceBeliefs.ToArray(), entropy = deviceEntropy.ToArray();
            for (var column = 0; column < memory.Count; column++)
            {
                var variable = _layout.Classes[i].Variables[column];
                var largest = T.NegativeInfinity;
                for (var state = 0; state < memory.States; state++)
                {
                    var value = belief[state * memory.Count + column];
                    beliefs[offsets[variable] + state] = value;
                    largest = T.Max(largest, value);
                }

                entropies[variable] = entropy[column];
                RequirePossible(largest, "Variable", Graph.VariableName(variable));
            }
        }

        return beliefs;
    }

    /// <summary>The terms of all factors in the Bethe free energy and, on request, the factor marginals.</summary>
    private T[] FactorBeliefs(T[]? marginals)
    {
        // Finds contradictions, and brings the messages of the variables up to date.
        VariableBeliefs<SumProduct>(out _);
        var offsets = new long[Graph.Factors + 1];
        for (var factor = 0; factor < Graph.Factors; factor++)
        {
            offsets[factor + 1] = offsets[factor] + Graph.LogTable(factor).Length;
        }

        var energies = new T[Graph.Factors];
        foreach (var group in _factors)
        {
            using var deviceBeliefs = _device.Allocate<T>(group.Entries, group.Count);
            using var deviceEnergy = _device.Allocate<T>(1, group.Count);
            group.Beliefs<SumProduct>(_messages, deviceBeliefs, deviceEnergy);
            var energy = deviceEnergy.ToArray();
            var beliefs = deviceBeliefs.ToArray();
            for (var column = 0; column < group.Count; column++)
            {
                var factor = group.Factors[column];
                energies[factor] = energy[column];
                var largest = T.NegativeInfinity;
                for (var entry = 0; entry < group.Entries; entry++)
                {
                    var belief = beliefs[entry * group.Count + column];
                    largest = T.Max(largest, belief);
                    if (marginals is not null)
                    {
                        marginals[offsets[factor] + entry] = T.Exp(belief);
                    }
                }

                RequirePossible(largest, "Factor", Graph.FactorName(factor));
            }
        }

        return energies;
    }
}
