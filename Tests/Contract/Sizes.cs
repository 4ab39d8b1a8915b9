using Native.Kernels;

namespace Native.Tests;

/// <summary>The sizes a kernel call is made with: message kernels read the graph and the features, dense kernels rows, features and inner size.</summary>
/// <param name="Graph">Nodes and edges.</param>
/// <param name="Rows">Rows of dense matrices (batch).</param>
/// <param name="Features">Columns of most matrices.</param>
/// <param name="Inner">The summed size of matrix products.</param>
public sealed record Sizes(Graph Graph, int Rows, int Features, int Inner)
{
    /// <summary>For messages.</summary>
    public override string ToString() => $"N {Graph.Nodes}, E {Graph.Edges}, rows {Rows}, features {Features}, inner {Inner}";
}

/// <summary>How matrices lie in memory.</summary>
public enum Layout
{
    /// <summary>Rows follow each other; guard elements before the first and behind the last.</summary>
    Contiguous,

    /// <summary>Rows further apart than they are long and unaligned; guard elements between them too.</summary>
    Strided,
}

/// <summary>What random inputs hold.</summary>
public enum Values
{
    /// <summary>Multiples of 1/8 in [-2, 2]: sums and products are exact in float too, equal values are common, so ties and their order show.</summary>
    Coarse,

    /// <summary>Any numbers in [-2, 2].</summary>
    Smooth,

    /// <summary>As <see cref="Smooth"/>, with NaN, +∞ and -∞ strewn in.</summary>
    Special,

    /// <summary>Any numbers in [0.5, 1.5]: sums of many of them lose accuracy when they are added one by one.</summary>
    Positive,
}

/// <summary>What an input may hold, whatever the values of a run.</summary>
public enum Domain
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>Finite numbers of at least 1/8.</summary>
    Positive,

    /// <summary>Numbers in [0, 1].</summary>
    Unit,

    /// <summary>Odd multiples of 1/64 in (0, 1): equal numbers are common, different ones far apart.</summary>
    OpenUnit,
}
