using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>A case on a random graph: what frameworks keep as two lists of nodes, and the same on the device.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class GraphCase<T> : DeviceCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Draws the edges.</summary>
    protected GraphCase(CompareSettings settings, int nodes, int edges, int features)
        : base(settings)
    {
        Features = features;
        var graph = Shapes.RandomGraph(nodes, edges);
        Source = graph.Source.Index.ToArray();
        Destination = graph.Destination.Index.ToArray();
        Graph = Own(Device.Upload(graph));
    }

    /// <summary>Source of every edge.</summary>
    protected int[] Source { get; }

    /// <summary>Destination of every edge.</summary>
    protected int[] Destination { get; }

    /// <summary>The graph on the device.</summary>
    protected DeviceGraph Graph { get; }

    /// <summary>Number of nodes.</summary>
    protected int Nodes => Graph.Nodes;

    /// <summary>Number of edges.</summary>
    protected int Edges => Graph.Edges;

    /// <summary>Number of features.</summary>
    protected int Features { get; }

    /// <summary>Bytes of one array of node values.</summary>
    protected long NodeBytes => (long)Nodes * Features * ElementSize;

    /// <summary>Bytes of one array of edge values, as long as the features are wide.</summary>
    protected long EdgeBytes => (long)Edges * Features * ElementSize;

    /// <summary>Bytes of one list of nodes.</summary>
    protected long IndexBytes => (long)Edges * sizeof(int);

    /// <summary>
    /// Work that reads a row of node features for every edge and <paramref name="more"/> bytes besides. What decides is where the features live,
    /// since they are read over and over; lists of edges are streamed past them.
    /// </summary>
    protected Work WorkOf(double more) => Work.OfBytes(EdgeBytes + more, Caches.LevelOf(NodeBytes, Threads));

    /// <summary>Gather, then reduce in the order of the edges, with the array of all messages between.</summary>
    protected Peer Materialise<TReduction>(int[] source, int[] destination, T[] x, Func<T[]> ours)
        where TReduction : struct, IReduction => Peer.Available(PlainLoops.Materialise, EdgeBytes + NodeBytes, () =>
        {
            var messages = new T[(long)Edges * Features];
            var result = new T[(long)Nodes * Features];
            var counts = Shapes.Counts(destination, Nodes);
            return new PeerRun(
                () =>
                {
                    PlainLoops.Gather(source, x, Features, messages, Threads);
                    PlainLoops.Reduce<TReduction, T>(destination, messages, Features, counts, result, Threads);
                },
                () => Shapes.Difference<T>(ours(), result));
        });

    /// <summary>The same in ONNX Runtime; of a Mean the counts are made beforehand.</summary>
    protected Peer OnnxRuntime<TReduction>(int[] source, int[] destination, T[] x, Func<T[]> ours)
        where TReduction : struct, IReduction
    {
        var result = new Lazy<T[]>(() => new T[(long)Nodes * Features]);
        return OnnxRuntimePeer.Create(
            EdgeBytes + 2 * NodeBytes,
            OnnxRuntimePeer.ScatterThreads,
            () =>
            {
                var start = new T[(long)Nodes * Features];
                var counts = Shapes.Counts(destination, Nodes);
                if (TReduction.IsExtremum)
                {
                    // The operator starts from what is there; nodes without edges keep their 0.
                    Array.Fill(start, T.NegativeInfinity);
                    for (var node = 0; node < Nodes; node++)
                    {
                        if (counts[node] == 0)
                        {
                            start.AsSpan(node * Features, Features).Clear();
                        }
                    }
                }

                var graph = new OnnxGraph()
                    .AddInput("x", x, Nodes, Features)
                    .AddInput("source", source, Edges)
                    .AddInput("destination", Array.ConvertAll(destination, node => (long)node), Edges, 1)
                    .AddInput("start", start, Nodes, Features)
                    .AddNode("Gather", ["x", "source"], "messages", ("axis", 0))
                    .AddNode("ScatterND", ["start", "destination", "messages"], "reduced", ("reduction", TReduction.IsExtremum ? "max" : "add"));
                if (TReduction.IsMean)
                {
                    graph
                        .AddInput("counts", Array.ConvertAll(counts, count => T.CreateTruncating(Math.Max(1, count))), Nodes, 1)
                        .AddNode("Div", ["reduced", "counts"], "mean");
                }

                return graph.SetOutput(TReduction.IsMean ? "mean" : "reduced", result.Value, Nodes, Features);
            },
            () => Shapes.Difference<T>(ours(), result.Value));
    }
}
