namespace Native.Models;

/// <summary>
/// The nodes of a drawing, variables first and then factors, sorted into boxes: what has the same number of plates and meets in a factor stands in one box.
/// </summary>
internal sealed class FactorGraphPlates
{
    private readonly int[] _box;

    public FactorGraphPlates(FactorGraphDescription graph)
    {
        Graph = graph;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var variable in graph.Variables)
        {
            index.Add(variable.Name, index.Count);
        }

        Neighbours = [.. graph.Factors.Select(factor => factor.Variables.Select(name => index[name]).ToArray())];
        _box = [.. Enumerable.Range(0, Count)];
        for (var factor = 0; factor < graph.Factors.Count; factor++)
        {
            int[] nodes = [VariableCount + factor, .. Neighbours[factor]];
            foreach (var (first, second) in nodes.SelectMany(first => nodes.Select(second => (first, second))))
            {
                if (Plates(first) == Plates(second))
                {
                    _box[Find(first)] = Find(second);
                }
            }
        }

        Boxes = [.. Enumerable.Range(0, Count).GroupBy(Find).Select(nodes => nodes.ToArray())];
    }

    public FactorGraphDescription Graph { get; }

    public int VariableCount => Graph.Variables.Count;

    /// <summary>Number of variables and factors.</summary>
    public int Count => Graph.Variables.Count + Graph.Factors.Count;

    /// <summary>The variables that every factor touches, the one that it generates (if any) first.</summary>
    public int[][] Neighbours { get; }

    /// <summary>Whether a factor generates a variable; a block of one's own may not, and touches none at all where it is a whole model.</summary>
    public bool Generates(int factor) => Graph.Factors[factor] is { Variables: [var first, ..] } description && first == description.Name;

    /// <summary>The variables that a factor does not generate.</summary>
    public ReadOnlySpan<int> Parents(int factor) => Neighbours[factor].AsSpan(Generates(factor) ? 1 : 0);

    /// <summary>What stands beside a factor: what it is, or its name where no variable has that.</summary>
    public string Label(int factor) => Generates(factor) ? Graph.Factors[factor].Kind : Graph.Factors[factor].Name;

    /// <summary>The nodes of every box; a box of one plate is not drawn.</summary>
    public int[][] Boxes { get; }

    public int Plates(int node) => node < VariableCount ? Graph.Variables[node].Plates : Graph.Factors[node - VariableCount].Plates;

    /// <summary>The family of a variable, with its dimension.</summary>
    public string Family(int variable)
    {
        var (family, dimension) = (Graph.Variables[variable].Family, Graph.Variables[variable].Dimension);
        return dimension == 1 ? family : FormattableString.Invariant($"{family}, {dimension}");
    }

    private int Find(int node)
    {
        while (_box[node] != node)
        {
            node = _box[node] = _box[_box[node]];
        }

        return node;
    }
}
