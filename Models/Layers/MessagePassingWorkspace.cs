using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// What message passing layers need only while one of them computes, so that the layers of a stack share it: gradients on their way through a layer,
/// tiles of edges, and what is known of the graph in the element type.
/// </summary>
internal sealed class MessagePassingWorkspace<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Device _device;
    private DeviceGraph? _graph;
    private DeviceTensor<T>? _inDegree;
    private DeviceTensor<T>? _hasIncoming;
    private DeviceEdgeIndex? _noEdges;
    private DeviceEdgeIndex? _positions;

    public MessagePassingWorkspace(Device device)
    {
        _device = device;
        DUpdate = new(device);
        DAggregated = new(device);
        DReduced = new(device);
        DTarget = new(device);
        DSource = new(device);
        DWeighted = new(device);
        Scores = new(device);
        DWeights = new(device);
        DScores = new(device);
        AttentionVector = new(device);
        DAttentionVector = new(device);
        Tile = new(device);
        TileGradient = new(device);
        TileHiddenGradient = new(device);
        TileAttributes = new(device);
        TileZeros = new(device);
        TileIdentity = new(device);
        DAttributesByPosition = new(device);
        DAttributes = new(device);
    }

    /// <summary>Gradient of the hidden layer of the update network, <c>[N, out]</c>.</summary>
    public Workspace<T> DUpdate { get; }

    /// <summary>Gradient of the aggregated messages, <c>[N, hidden]</c>.</summary>
    public Workspace<T> DAggregated { get; }

    /// <summary>Gradient of what stands behind <c>W₂</c>, <c>[N, hidden]</c>.</summary>
    public Workspace<T> DReduced { get; }

    /// <summary><c>dt [N, hidden]</c>.</summary>
    public Workspace<T> DTarget { get; }

    /// <summary><c>ds [N, hidden]</c>.</summary>
    public Workspace<T> DSource { get; }

    /// <summary>Softmax: <c>Σ_e ds_e ρ_e</c> per node, <c>[N, hidden]</c>.</summary>
    public Workspace<T> DWeighted { get; }

    /// <summary>Softmax: scores <c>[E]</c>.</summary>
    public Workspace<T> Scores { get; }

    /// <summary>Softmax: gradient of the weights, <c>[E]</c>.</summary>
    public Workspace<T> DWeights { get; }

    /// <summary>Softmax: gradient of the scores, <c>[E]</c>.</summary>
    public Workspace<T> DScores { get; }

    /// <summary>Softmax: <c>W₂ᵀ a [1, hidden]</c>.</summary>
    public Workspace<T> AttentionVector { get; }

    /// <summary>Softmax: gradient of <c>W₂ᵀ a</c>, <c>[hidden]</c>.</summary>
    public Workspace<T> DAttentionVector { get; }

    /// <summary>Max, Min: hidden messages of a tile.</summary>
    public Workspace<T> Tile { get; }

    /// <summary>Max, Min: messages of a tile, or their gradients.</summary>
    public Workspace<T> TileGradient { get; }

    /// <summary>Max, Min: gradients of the hidden messages of a tile.</summary>
    public Workspace<T> TileHiddenGradient { get; }

    /// <summary>Max, Min: edge attributes of a tile.</summary>
    public Workspace<T> TileAttributes { get; }

    /// <summary>Max, Min: one row of zeros, <c>[1, edge]</c>.</summary>
    public Workspace<T> TileZeros { get; }

    /// <summary>Max, Min: the identity matrix <c>[edge, edge]</c>.</summary>
    public Workspace<T> TileIdentity { get; }

    /// <summary>Max, Min: gradient of the edge attributes in the order of destinations, <c>[E, edge]</c>.</summary>
    public Workspace<T> DAttributesByPosition { get; }

    /// <summary>Max, Min: gradient of the edge attributes, <c>[E, edge]</c>, where it has to be added to others.</summary>
    public Workspace<T> DAttributes { get; }

    /// <summary>Number of edges into every node, <c>[N]</c>.</summary>
    public DeviceTensor<T> InDegree(DeviceGraph graph)
    {
        Use(graph);
        return _inDegree ??= PerNode(graph, degree => degree);
    }

    /// <summary>1 for a node with edges into it, else 0, <c>[N]</c>.</summary>
    public DeviceTensor<T> HasIncoming(DeviceGraph graph)
    {
        Use(graph);
        return _hasIncoming ??= PerNode(graph, degree => Math.Min(degree, 1));
    }

    /// <summary>An index of no edges over the nodes: its Max is the state in which a maximum over tiles starts.</summary>
    public DeviceEdgeIndex NoEdges(DeviceGraph graph)
    {
        Use(graph);
        return _noEdges ??= _device.Upload(EdgeIndex.Create(ReadOnlySpan<int>.Empty, graph.Nodes));
    }

    /// <summary>Position of every edge in the order of destinations, <c>[E]</c>.</summary>
    public DeviceEdgeIndex Positions(DeviceGraph graph)
    {
        Use(graph);
        if (_positions is null)
        {
            var order = graph.Host.Destination.Order;
            var positions = new int[order.Length];
            for (var position = 0; position < order.Length; position++)
            {
                positions[order[position]] = position;
            }

            _positions = _device.Upload(EdgeIndex.Create(positions, graph.Edges));
        }

        return _positions;
    }

    public void Dispose()
    {
        Forget();
        foreach (var workspace in (ReadOnlySpan<Workspace<T>>)[DUpdate, DAggregated, DReduced, DTarget, DSource, DWeighted, Scores, DWeights, DScores, AttentionVector, DAttentionVector, Tile, TileGradient, TileHiddenGradient, TileAttributes, TileZeros, TileIdentity, DAttributesByPosition, DAttributes])
        {
            workspace.Dispose();
        }
    }

    private void Use(DeviceGraph graph)
    {
        if (!ReferenceEquals(graph, _graph))
        {
            Forget();
            _graph = graph;
        }
    }

    private void Forget()
    {
        _inDegree?.Dispose();
        _hasIncoming?.Dispose();
        _noEdges?.Dispose();
        _positions?.Dispose();
        (_graph, _inDegree, _hasIncoming, _noEdges, _positions) = (null, null, null, null, null);
    }

    private DeviceTensor<T> PerNode(DeviceGraph graph, Func<long, long> value)
    {
        var values = new T[graph.Nodes];
        for (var node = 0; node < values.Length; node++)
        {
            values[node] = T.CreateTruncating(value(graph.Host.InDegree(node)));
        }

        return _device.Upload(values, graph.Nodes);
    }
}
