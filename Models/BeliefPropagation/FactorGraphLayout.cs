using System.Runtime.InteropServices;

namespace Native.Models;

/// <summary>
/// Where the variables, factors and messages of a graph stand in memory, so that whole groups are computed at once: variables by their number of states, factors by the shape of
/// their table, one per column and by depth within; the messages of variables with <c>C</c> states are the columns of one matrix <c>[C, E]</c>, of which a group's variables at one
/// place of its tables take neighbouring columns.
/// </summary>
internal sealed class FactorGraphLayout
{
    public FactorGraphLayout(DiscreteFactorGraph graph)
    {
        var classes = new SortedDictionary<int, VariableClass>();
        foreach (var states in graph.Cardinality)
        {
            classes.TryAdd(states, new VariableClass(states));
        }

        Classes = [.. classes.Values];
        VariableClassOf = new VariableClass[graph.Variables];
        VariableColumn = new int[graph.Variables];
        FactorGroupOf = new FactorGroup[graph.Factors];
        FactorColumn = new int[graph.Factors];
        var groups = new Dictionary<string, FactorGroup>(StringComparer.Ordinal);
        var ordered = new List<FactorGroup>();
        foreach (var node in graph.Traversal.Order)
        {
            if (node < graph.Variables)
            {
                var members = classes[graph.Cardinality[node]];
                VariableClassOf[node] = members;
                VariableColumn[node] = members.Variables.Count;
                members.Variables.Add(node);
            }
            else
            {
                var factor = node - graph.Variables;
                var shape = ShapeOf(graph, factor);
                var key = MemoryMarshal.Cast<int, char>(shape).ToString();
                if (!groups.TryGetValue(key, out var group))
                {
                    group = new FactorGroup(ordered.Count, [.. shape.Select(states => classes[states])], graph.LogTable(factor).Length);
                    groups.Add(key, group);
                    ordered.Add(group);
                }

                FactorGroupOf[factor] = group;
                FactorColumn[factor] = group.Factors.Count;
                group.Factors.Add(factor);
            }
        }

        Groups = [.. ordered];
        foreach (var group in Groups)
        {
            for (var slot = 0; slot < group.Slots.Length; slot++)
            {
                var variables = group.Slots[slot];
                group.FirstEdge[slot] = variables.EdgeVariable.Count;
                foreach (var factor in group.Factors)
                {
                    variables.EdgeVariable.Add(VariableColumn[graph.VariablesOf(factor)[slot]]);
                }
            }
        }
    }

    /// <summary>Variables with one number of states each.</summary>
    public VariableClass[] Classes { get; }

    /// <summary>Factors with tables of one shape each.</summary>
    public FactorGroup[] Groups { get; }

    public VariableClass[] VariableClassOf { get; }

    /// <summary>Column of every variable in its class.</summary>
    public int[] VariableColumn { get; }

    public FactorGroup[] FactorGroupOf { get; }

    /// <summary>Column of every factor in its group.</summary>
    public int[] FactorColumn { get; }

    /// <summary>The graph's nodes as ranges of columns with one depth in one class or group, shallowest first.</summary>
    public List<Level> Levels(DiscreteFactorGraph graph)
    {
        var levels = new List<Level>();
        foreach (var members in Classes)
        {
            Collect(members.Variables, 0, (depth, first, count) => levels.Add(new Level(depth, members, null, first, count)));
        }

        foreach (var group in Groups)
        {
            Collect(group.Factors, graph.Variables, (depth, first, count) => levels.Add(new Level(depth, null, group, first, count)));
        }

        // Within a depth the order does not matter: its ranges neither read nor write each other's messages.
        levels.Sort((left, right) => left.Depth.CompareTo(right.Depth));
        return levels;

        void Collect(List<int> members, int offset, Action<int, int, int> add)
        {
            for (int first = 0, end = 0; first < members.Count; first = end)
            {
                var depth = graph.Traversal.Depth[offset + members[first]];
                while (end < members.Count && graph.Traversal.Depth[offset + members[end]] == depth)
                {
                    end++;
                }

                add(depth, first, end - first);
            }
        }
    }

    private static int[] ShapeOf(DiscreteFactorGraph graph, int factor)
    {
        var variables = graph.VariablesOf(factor);
        var shape = new int[variables.Length];
        for (var slot = 0; slot < shape.Length; slot++)
        {
            shape[slot] = graph.Cardinality[variables[slot]];
        }

        return shape;
    }

    /// <summary>Columns of one depth: variables of a class or factors of a group.</summary>
    public readonly record struct Level(int Depth, VariableClass? Variables, FactorGroup? Factors, int First, int Count);

    public sealed class VariableClass(int states)
    {
        public int States { get; } = states;

        public List<int> Variables { get; } = [];

        /// <summary>Column, among the variables, of the variable that every edge touches.</summary>
        public List<int> EdgeVariable { get; } = [];
    }

    public sealed class FactorGroup(int number, VariableClass[] slots, int entries)
    {
        public int Number { get; } = number;

        /// <summary>The class of the variable at every place of the tables.</summary>
        public VariableClass[] Slots { get; } = slots;

        /// <summary>The column of the first factor's message at every place, in the messages of the class.</summary>
        public int[] FirstEdge { get; } = new int[slots.Length];

        public int Entries { get; } = entries;

        public List<int> Factors { get; } = [];
    }
}
