using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>edge-dot</c>: the inner products of both ends of every edge, one per head.</summary>
internal static class EdgeDotRows
{
    private const int Heads = 4;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("edge-dot", "4 heads", EdgeCase.NodeArrays(16, 64, 256), (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

    private sealed class Case<T> : GraphCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _x;
        private readonly T[] _y;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _deviceY;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings, nodes, edges, features)
        {
            _x = Shapes.Random<T>((long)nodes * features, 3);
            _y = Shapes.Random<T>((long)nodes * features, 4);
            _deviceX = Upload(_x, nodes, features);
            _deviceY = Upload(_y, nodes, features);
            _output = Allocate(edges, Heads);
        }

        // Reads the source, the number and a source row of every edge and a destination row for every node, writes the products.
        public override Work Work => WorkOf(2.0 * IndexBytes + NodeBytes + (double)Edges * Heads * ElementSize);

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available(PlainLoops.TensorPrimitives, (long)Edges * Heads * ElementSize, () =>
            {
                var products = new T[(long)Edges * Heads];
                return new PeerRun(
                    () => PlainLoops.EdgeDot(Source, Destination, _x, _y, Features, Heads, products, Threads),
                    () => Shapes.Difference<T>(Ours(), products));
            }),
            OnnxRuntime(),
            TorchPeer.EdgeDot(Source, Destination, _x, _y, Nodes, Features, Heads, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().EdgeDot(Graph, _deviceX, _deviceY, _output);

        private T[] Ours() => _output.ToArray();

        private Peer OnnxRuntime()
        {
            var products = new Lazy<T[]>(() => new T[(long)Edges * Heads]);
            return OnnxRuntimePeer.Create(
                3 * EdgeBytes,
                Threads,
                () => new OnnxGraph()
                    .AddInput("x", _x, Nodes, Heads, Features / Heads)
                    .AddInput("y", _y, Nodes, Heads, Features / Heads)
                    .AddInput("source", Source, Edges)
                    .AddInput("destination", Destination, Edges)
                    .AddInput("axes", new long[] { 2 }, 1)
                    .AddNode("Gather", ["x", "source"], "left", ("axis", 0))
                    .AddNode("Gather", ["y", "destination"], "right", ("axis", 0))
                    .AddNode("Mul", ["left", "right"], "terms")
                    .AddNode("ReduceSum", ["terms", "axes"], "products", ("keepdims", 0))
                    .SetOutput("products", products.Value, Edges, Heads),
                () => Shapes.Difference<T>(Ours(), products.Value));
        }
    }
}
