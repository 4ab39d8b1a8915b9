namespace Native.Kernels;

/// <summary>
/// A directed graph: <c>N</c> nodes and <c>E</c> edges <c>e: source[e] → destination[e]</c>, in input order. Self loops and duplicate edges are ordinary edges.
/// Validated once, when built; kept both by destination (for forward passes) and by source (for backward passes), with the edge permutations.
/// </summary>
/// <remarks>Immutable and safe to share between threads. Lives in host memory; <see cref="Device.Upload(Graph)"/> gives it to a device.</remarks>
public sealed class Graph
{
    private readonly int[] _sourceByDestination;
    private readonly int[] _destinationBySource;

    /// <summary>Builds a graph from coordinate lists, on all processors where they are long.</summary>
    /// <param name="nodes">Number of nodes <c>N</c>, ≥ 0.</param>
    /// <param name="source">Source node of every edge, <c>[E]</c>, each in <c>[0, N)</c>; copied.</param>
    /// <param name="destination">Destination node of every edge, <c>[E]</c>, each in <c>[0, N)</c>; copied.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A node is outside <c>[0, N)</c>: the message names the list and the edge.</exception>
    public Graph(int nodes, ReadOnlySpan<int> source, ReadOnlySpan<int> destination)
        : this(nodes, source, destination, 0)
    {
    }

    /// <inheritdoc cref="Graph(int, ReadOnlySpan{int}, ReadOnlySpan{int})"/>
    /// <param name="nodes">Number of nodes <c>N</c>, ≥ 0.</param>
    /// <param name="source">Source node of every edge, <c>[E]</c>, each in <c>[0, N)</c>; copied.</param>
    /// <param name="destination">Destination node of every edge, <c>[E]</c>, each in <c>[0, N)</c>; copied.</param>
    /// <param name="threads">Threads to use at most, 0 for one per processor; the graph does not depend on it.</param>
    public Graph(int nodes, ReadOnlySpan<int> source, ReadOnlySpan<int> destination, int threads)
        : this(nodes, source, EdgeIndex.NewList(source.Length), destination, EdgeIndex.NewList(destination.Length), threads)
    {
    }

    /// <inheritdoc cref="Graph(int, ReadOnlySpan{int}, ReadOnlySpan{int})"/>
    public Graph(int nodes, ReadOnlySpan<long> source, ReadOnlySpan<long> destination)
        : this(nodes, source, destination, 0)
    {
    }

    /// <inheritdoc cref="Graph(int, ReadOnlySpan{int}, ReadOnlySpan{int}, int)"/>
    public Graph(int nodes, ReadOnlySpan<long> source, ReadOnlySpan<long> destination, int threads)
        : this(nodes, EdgeIndex.Narrow(source, nodes, nameof(source)), EdgeIndex.Narrow(destination, nodes, nameof(destination)), threads)
    {
    }

    private Graph(int nodes, int[] source, int[] destination, int threads)
        : this(nodes, source, source, destination, destination, threads)
    {
    }

    // The lists that the indices keep may be those that were given.
    private Graph(int nodes, ReadOnlySpan<int> source, int[] keptSource, ReadOnlySpan<int> destination, int[] keptDestination, int threads)
    {
        if (source.Length != destination.Length)
        {
            throw new ArgumentException($"destination: expected {source.Length} entries, one for each in source, but got {destination.Length}.", nameof(destination));
        }

        // All lists before the first is written: then they can share large pages.
        _destinationBySource = EdgeIndex.NewList(source.Length);
        _sourceByDestination = EdgeIndex.NewList(source.Length);
        var sourceOrder = EdgeIndex.NewList(source.Length);
        var destinationOrder = EdgeIndex.NewList(source.Length);
        Source = EdgeIndex.Create(source, keptSource, sourceOrder, nodes, destination, _destinationBySource, threads, nameof(source));
        Destination = EdgeIndex.Create(destination, keptDestination, destinationOrder, nodes, source, _sourceByDestination, threads, nameof(destination));
    }

    private Graph(Graph graph)
    {
        Source = graph.Destination;
        Destination = graph.Source;
        _sourceByDestination = graph._destinationBySource;
        _destinationBySource = graph._sourceByDestination;
    }

    /// <summary>Number of nodes <c>N</c>.</summary>
    public int Nodes => Destination.Nodes;

    /// <summary>Number of edges <c>E</c>.</summary>
    public int Edges => Destination.Edges;

    /// <summary>The sources of the edges, grouped by source: row <c>j</c> holds the edges that leave node <c>j</c>.</summary>
    public EdgeIndex Source { get; }

    /// <summary>The destinations of the edges, grouped by destination: row <c>i</c> holds the edges that enter node <c>i</c>.</summary>
    public EdgeIndex Destination { get; }

    /// <summary>Source of the edge at every position of <c>Destination.Order</c>, <c>[E]</c>: the in-neighbours of node <c>i</c> stand at <c>Destination.Offsets[i] …</c>.</summary>
    public ReadOnlySpan<int> SourceByDestination => _sourceByDestination;

    /// <summary>Destination of the edge at every position of <c>Source.Order</c>, <c>[E]</c>: the out-neighbours of node <c>j</c> stand at <c>Source.Offsets[j] …</c>.</summary>
    public ReadOnlySpan<int> DestinationBySource => _destinationBySource;

    /// <summary>Number of edges that enter a node.</summary>
    /// <param name="node">A node in <c>[0, N)</c>.</param>
    public long InDegree(int node) => Destination.Degree(node);

    /// <summary>Number of edges that leave a node.</summary>
    /// <param name="node">A node in <c>[0, N)</c>.</param>
    public long OutDegree(int node) => Source.Degree(node);

    /// <summary>The graph with every edge reversed; edges keep their numbers. Shares all arrays with this graph.</summary>
    /// <returns>The reversed graph.</returns>
    public Graph Transpose() => new(this);

    /// <summary>
    /// The directed k-nearest-neighbour graph of the rows of a feature matrix: for every row <c>i</c>, <c>k</c> edges <c>j → i</c> from the <c>k</c>
    /// other rows with the smallest Euclidean distance, nearest first, ties to the lower row number.
    /// </summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="features">Features <c>[N, F]</c>, finite; the search runs on the device that holds them.</param>
    /// <param name="neighbours">Number of neighbours <c>k</c>, in <c>[1, N)</c>.</param>
    /// <returns>A graph of <c>N · k</c> edges; edge <c>i·k + r</c> enters row <c>i</c> from its <c>r</c>-th nearest neighbour.</returns>
    /// <exception cref="ArgumentException">The features are absent or disposed, or hold a NaN or an infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="neighbours"/> is outside <c>[1, N)</c>.</exception>
    public static Graph NearestNeighbours<T>(DeviceMatrix<T> features, int neighbours)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        if (features.IsAbsent)
        {
            throw new ArgumentException("features: expected a matrix [N, F], but none was given.", nameof(features));
        }

        var device = features.Tensor.Device;
        var nodes = checked((int)features.Rows);
        using var nearest = device.Allocate<int>(nodes, neighbours);
        device.Messages<T>().NearestNeighbours(features, nearest);
        device.ThrowIfFaulted();
        var source = nearest.ToArray();
        var destination = new int[source.Length];
        for (var edge = 0; edge < destination.Length; edge++)
        {
            destination[edge] = edge / neighbours;
        }

        return new Graph(nodes, source, destination);
    }
}
