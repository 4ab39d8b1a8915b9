using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Makes a case of given sizes.</summary>
internal delegate CompareCase CreateEdgeCase(CompareSettings settings, int nodes, int edges, int features);

/// <summary>The catalogue entries of kernels on one edge index.</summary>
internal static class EdgeCase
{
    private static readonly (int Nodes, int Edges, int Features, bool Quick)[] UsualSizes =
    [
        (16_000, 160_000, 16, true),
        (200_000, 800_000, 64, false),
    ];

    /// <summary>Entries of the usual sizes: one that stays in cache and one that does not.</summary>
    public static IEnumerable<CompareEntry> Entries(string kernel, string layout, CreateEdgeCase single, CreateEdgeCase twice) =>
        Entries(kernel, layout, UsualSizes, single, twice);

    /// <summary>Entries of the given sizes, in both precisions.</summary>
    public static IEnumerable<CompareEntry> Entries(
        string kernel, string layout, (int Nodes, int Edges, int Features, bool Quick)[] sizes, CreateEdgeCase single, CreateEdgeCase twice) =>
        from precision in Shapes.Precisions
        from size in sizes
        select new CompareEntry(
            kernel,
            Shapes.Edges(size.Nodes, size.Edges, size.Features),
            layout,
            precision,
            size.Quick && precision == Shapes.Float,
            settings => (precision == Shapes.Float ? single : twice)(settings, size.Nodes, size.Edges, size.Features));
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
            Threads,
            () => new OnnxGraph()
                .AddInput("v", v, Edges, Features)
                .AddInput("index", Array.ConvertAll(Index, node => (long)node), Edges, 1)
                .AddInput("zero", new T[(long)Nodes * Features], Nodes, Features)
                .AddNode("ScatterND", ["zero", "index", "v"], "sums", ("reduction", "add"))
                .SetOutput("sums", sums.Value, Nodes, Features),
            () => Shapes.Difference<T>(ours(), sums.Value));
    }
}
