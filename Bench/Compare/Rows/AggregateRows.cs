using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>aggregate-sum</c>: fused gather and sum, next to gather-then-scatter over an array of all messages.</summary>
internal static class AggregateRows
{
    private static readonly (int Nodes, int Edges, int Features, bool Quick)[] Sizes =
    [
        (16_000, 800_000, 64, true),
        (200_000, 2_000_000, 64, false),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        select new CompareEntry(
            "aggregate-sum",
            Shapes.Edges(size.Nodes, size.Edges, size.Features),
            "unweighted",
            precision,
            size.Quick && precision == Shapes.Float,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.Nodes, size.Edges, size.Features)
                : new Case<double>(settings, size.Nodes, size.Edges, size.Features));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int _features;
        private readonly int[] _source;
        private readonly int[] _destination;
        private readonly T[] _x;
        private readonly DeviceGraph _graph;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings)
        {
            _features = features;
            var graph = Shapes.RandomGraph(nodes, edges);
            _source = graph.Source.Index.ToArray();
            _destination = graph.Destination.Index.ToArray();
            _graph = Own(Device.Upload(graph));
            _x = Shapes.Random<T>((long)nodes * features, 3);
            _deviceX = Upload(_x, nodes, features);
            _output = Allocate(nodes, features);
        }

        public override Work Work
        {
            get
            {
                double row = (double)_features * ElementSize;
                double nodes = _graph.Nodes;
                double edges = _graph.Edges;
                return Work.OfBytes(
                    edges * (row + sizeof(int)) + nodes * row,
                    Caches.LevelOf((long)(2 * nodes * row + edges * sizeof(int)), Threads));
            }
        }

        public override IReadOnlyList<Peer> Peers =>
        [
            Materialise(),
            OnnxRuntime(),
            TorchPeer.Aggregate(_source, _destination, _x, _graph.Nodes, _features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().Aggregate<Sum>(_graph, _deviceX, null, _output);

        private long MessageBytes => ((long)_graph.Edges + _graph.Nodes) * _features * ElementSize;

        private T[] Ours() => _output.ToArray();

        private Peer Materialise() => Peer.Available(PlainLoops.Materialise, MessageBytes, () =>
        {
            var messages = new T[(long)_graph.Edges * _features];
            var sums = new T[(long)_graph.Nodes * _features];
            return new PeerRun(
                () =>
                {
                    PlainLoops.Gather(_source, _x, _features, messages, Threads);
                    Array.Clear(sums);
                    PlainLoops.ScatterAdd(_destination, messages, _features, sums, Threads);
                },
                () => Shapes.Difference<T>(Ours(), sums));
        });

        private Peer OnnxRuntime()
        {
            var sums = new Lazy<T[]>(() => new T[(long)_graph.Nodes * _features]);
            return OnnxRuntimePeer.Create(
                MessageBytes,
                Threads,
                () => new OnnxGraph()
                    .AddInput("x", _x, _graph.Nodes, _features)
                    .AddInput("source", _source, _graph.Edges)
                    .AddInput("destination", Array.ConvertAll(_destination, node => (long)node), _graph.Edges, 1)
                    .AddInput("zero", new T[(long)_graph.Nodes * _features], _graph.Nodes, _features)
                    .AddNode("Gather", ["x", "source"], "messages", ("axis", 0))
                    .AddNode("ScatterND", ["zero", "destination", "messages"], "sums", ("reduction", "add"))
                    .SetOutput("sums", sums.Value, _graph.Nodes, _features),
                () => Shapes.Difference<T>(Ours(), sums.Value));
        }
    }
}
