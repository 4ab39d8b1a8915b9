namespace Native.Models;

/// <summary>
/// A breadth-first walk over a factor graph, from the lowest variable of every component: variables at even depths, factors at odd ones. It finds a loop if there is one;
/// without a loop, the tree schedule goes by depth, and so does the order of factors and variables in memory.
/// </summary>
internal sealed class FactorGraphTraversal
{
    private readonly DiscreteFactorGraph _graph;
    private readonly int[] _parent;

    public FactorGraphTraversal(DiscreteFactorGraph graph)
    {
        _graph = graph;
        var nodes = graph.Variables + graph.Factors;
        _parent = new int[nodes];
        Depth = new int[nodes];
        Order = new int[nodes];
        Array.Fill(Depth, -1);
        var end = 0;
        for (var root = 0; root < graph.Variables; root++)
        {
            if (Depth[root] >= 0)
            {
                continue;
            }

            var begin = end;
            Visit(root, -1, 0);
            for (; begin < end; begin++)
            {
                var node = Order[begin];
                foreach (var neighbour in Neighbours(node))
                {
                    var next = node < graph.Variables ? graph.Variables + neighbour : neighbour;
                    if (next == _parent[node])
                    {
                        continue;
                    }

                    if (Depth[next] < 0)
                    {
                        Visit(next, node, Depth[node] + 1);
                    }
                    else
                    {
                        Loop ??= Describe(node, next);
                    }
                }
            }
        }

        // By depth over all components, so that one depth is one range of columns however many components there are.
        Order = [.. Order.OrderBy(node => Depth[node])];

        void Visit(int node, int parent, int depth)
        {
            _parent[node] = parent;
            Depth[node] = depth;
            Order[end++] = node;
        }
    }

    /// <summary>Depth of every variable, then of every factor.</summary>
    public int[] Depth { get; }

    /// <summary>Variables and (numbered after them) factors by depth, within a depth in the order of the walk: a parent stands before its children.</summary>
    public int[] Order { get; }

    /// <summary>A loop in words, or null.</summary>
    public string? Loop { get; }

    /// <summary>The variable through which a factor was reached.</summary>
    public int ParentOf(int factor) => _parent[_graph.Variables + factor];

    private ReadOnlySpan<int> Neighbours(int node) => node < _graph.Variables ? _graph.FactorsOf(node) : _graph.VariablesOf(node - _graph.Variables);

    /// <summary>The loop that an edge closes: from its two ends up to where their ways meet.</summary>
    private string Describe(int first, int second)
    {
        List<int> left = [first], right = [second];
        while (left[^1] != right[^1])
        {
            var deeper = Depth[left[^1]] >= Depth[right[^1]] ? left : right;
            deeper.Add(_parent[deeper[^1]]);
        }

        right.RemoveAt(right.Count - 1);
        right.Reverse();
        IEnumerable<int> nodes = [.. left, .. right, first];
        return string.Join(" - ", nodes.Select(node => node < _graph.Variables ? $"variable '{_graph.VariableName(node)}'" : $"factor '{_graph.FactorName(node - _graph.Variables)}'"));
    }
}
