namespace Native.Models;

/// <summary>A factor graph with plates as it is drawn: names, sizes and edges, without numbers.</summary>
/// <param name="Variables">The variables, in the order of their making.</param>
/// <param name="Factors">The factors, in the order of their making.</param>
public sealed record FactorGraphDescription(IReadOnlyList<VariableDescription> Variables, IReadOnlyList<FactorDescription> Factors)
{
    /// <summary>
    /// The graph in the DOT language of Graphviz: variables are ellipses, grey where observed; factors are black squares; what has the same number of plates and meets in a factor stands in one box.
    /// </summary>
    public string ToDot() => FactorGraphDot.Write(this);

    /// <summary>The same as a picture, in SVG: nothing else is needed to look at it but a browser.</summary>
    public string ToSvg() => FactorGraphSvg.Write(this);
}

/// <summary>A plate of variables.</summary>
/// <param name="Name">Its name, unique in the graph.</param>
/// <param name="Family">Its family.</param>
/// <param name="Dimension">The dimension of one variable; 1 for scalars.</param>
/// <param name="Plates">The number of variables.</param>
/// <param name="IsObserved">Whether its values are given.</param>
public sealed record VariableDescription(string Name, string Family, int Dimension, int Plates, bool IsObserved);

/// <summary>A plate of factors.</summary>
/// <param name="Name">Its name: that of the variable that it generates.</param>
/// <param name="Kind">What it is, in a word or two.</param>
/// <param name="Plates">The number of factors.</param>
/// <param name="Variables">Names of the variables that it touches; the one that it generates first.</param>
public sealed record FactorDescription(string Name, string Kind, int Plates, IReadOnlyList<string> Variables);
