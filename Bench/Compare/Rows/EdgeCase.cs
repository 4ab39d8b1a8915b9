using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Makes a case of given sizes.</summary>
internal delegate CompareCase CreateEdgeCase(CompareSettings settings, int nodes, int edges, int features);

/// <summary>The catalogue entries of kernels on one edge index.</summary>
internal static class EdgeCase
{
    /// <summary>The number of nodes of the main rows.</summary>
    public const int MainNodes = 16_000;

    // Longer arrays would make a row take minutes, most of them in the peers.
    private const long LargestArray = 1L << 30;

    /// <summary>Features from the second-level cache to main memory; the last graph is sparse, as large ones are.</summary>
    public static IReadOnlyList<(int Nodes, int Edges)> GraphSizes { get; } = [(4_000, 200_000), (MainNodes, 800_000), (64_000, 3_200_000), (1_000_000, 8_000_000)];

    /// <summary>All graphs with these numbers of features, for kernels that keep node features alone; left out where one array takes more than a GiB.</summary>
    public static EdgeSizes NodeArrays(params int[] features) => new(features, OfEdges: false);

    /// <summary>All graphs with these numbers of features, for kernels with an array of edge values; left out where it takes more than a GiB.</summary>
    public static EdgeSizes EdgeArrays(params int[] features) => new(features, OfEdges: true);

    /// <summary>Entries of the given sizes, in both precisions.</summary>
    public static IEnumerable<CompareEntry> Entries(string kernel, string layout, EdgeSizes sizes, CreateEdgeCase single, CreateEdgeCase twice) =>
        from precision in Shapes.Precisions
        from graph in GraphSizes
        from features in sizes.Features
        let count = (long)(sizes.OfEdges ? graph.Edges : graph.Nodes) * features
        where count * (precision == Shapes.Float ? sizeof(float) : sizeof(double)) <= LargestArray
        select new CompareEntry(
            kernel,
            Shapes.Edges(graph.Nodes, graph.Edges, features),
            layout,
            precision,
            precision == Shapes.Float && graph.Nodes == MainNodes && features == sizes.MainFeatures,
            settings => (precision == Shapes.Float ? single : twice)(settings, graph.Nodes, graph.Edges, features));
}

/// <summary>Numbers of features for all graphs.</summary>
/// <param name="Features">The numbers.</param>
/// <param name="OfEdges">Whether the largest array has a row for every edge, not for every node.</param>
internal sealed record EdgeSizes(int[] Features, bool OfEdges)
{
    /// <summary>The number of the main rows.</summary>
    public int MainFeatures => Array.IndexOf(Features, 64) >= 0 ? 64 : Features[^1];
}

/// <summary>A case with one value per edge and feature, and one node per edge.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class EdgeCase<T> : DeviceCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Draws a node for every edge.</summary>
    protected EdgeCase(CompareSettings settings, int nodes, int edges, int features, bool sorted)
        : base(settings)
    {
        Features = features;
        Index = Shapes.RandomNodes(nodes, edges, 1);
        if (sorted)
        {
            Array.Sort(Index);
        }

        DeviceIndex = Own(Device.Upload(EdgeIndex.Create(Index, nodes)));
    }

    /// <summary>Node of every edge.</summary>
    protected int[] Index { get; }

    /// <summary>The same on the device.</summary>
    protected DeviceEdgeIndex DeviceIndex { get; }

    /// <summary>Number of nodes.</summary>
    protected int Nodes => DeviceIndex.Nodes;

    /// <summary>Number of edges.</summary>
    protected int Edges => DeviceIndex.Edges;

    /// <summary>Number of features.</summary>
    protected int Features { get; }

    /// <summary>Bytes of a row.</summary>
    protected long RowBytes => (long)Features * ElementSize;

    /// <summary>Bytes of one array of edge values.</summary>
    protected long EdgeBytes => Edges * RowBytes;

    /// <summary>Bytes of one array of node values.</summary>
    protected long NodeBytes => Nodes * RowBytes;

    /// <summary>Bytes of the node numbers.</summary>
    protected long IndexBytes => (long)Edges * sizeof(int);

    /// <summary>Work that moves these bytes, within arrays of that many.</summary>
    protected Work WorkOf(double bytes, double resident) => Work.OfBytes(bytes, Caches.LevelOf((long)resident, Threads));

    /// <summary>A peer that adds row by row in the order of the edges.</summary>
    protected Peer PlainScatterAdd(T[] v, Func<T[]> ours) => Peer.Available(PlainLoops.TensorPrimitives, NodeBytes, () =>
    {
        var sums = new T[(long)Nodes * Features];
        return new PeerRun(
            () =>
            {
                Array.Clear(sums);
                PlainLoops.ScatterAdd(Index, v, Features, sums, Threads);
            },
            () => Shapes.Difference<T>(ours(), sums));
    });

    /// <summary>ONNX Runtime's ScatterND with addition.</summary>
    protected Peer OnnxScatterAdd(T[] v, Func<T[]> ours)
    {
        var sums = new Lazy<T[]>(() => new T[(long)Nodes * Features]);
        return OnnxRuntimePeer.Create(
            2 * NodeBytes,
            OnnxRuntimePeer.ScatterThreads,
            () => new OnnxGraph()
                .AddInput("v", v, Edges, Features)
                .AddInput("index", Array.ConvertAll(Index, node => (long)node), Edges, 1)
                .AddInput("zero", new T[(long)Nodes * Features], Nodes, Features)
                .AddNode("ScatterND", ["zero", "index", "v"], "sums", ("reduction", "add"))
                .SetOutput("sums", sums.Value, Nodes, Features),
            () => Shapes.Difference<T>(ours(), sums.Value));
    }
}
