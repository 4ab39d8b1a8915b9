using Native.Kernels;

namespace Native.Bench;

/// <summary><c>graph-build</c>: lists of sources and destinations to checked compressed rows of both, with the order of the edges and their other ends.</summary>
internal static class GraphBuildRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from size in EdgeCase.GraphSizes
        select new CompareEntry(
            "graph-build",
            Shapes.Edges(size.Nodes, size.Edges),
            "random order",
            Shapes.Integer,
            size.Nodes == EdgeCase.MainNodes,
            settings => new Case(settings, size.Nodes, size.Edges));

    private sealed class Case(CompareSettings settings, int nodes, int edges) : CompareCase
    {
        private readonly int[] _source = Shapes.RandomNodes(nodes, edges, 1);
        private readonly int[] _destination = Shapes.RandomNodes(nodes, edges, 2);
        private Graph? _graph;

        // Reads both lists; writes a copy, the order and the other ends for each, and the offsets.
        public override Work Work
        {
            get
            {
                var bytes = 8.0 * sizeof(int) * edges + 2.0 * sizeof(long) * nodes;
                return Work.OfBytes(bytes, settings.Caches.LevelOf((long)bytes, settings.Threads));
            }
        }

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available("counting sort", 32L * edges, () =>
            {
                int[] neighbours = [];
                return new PeerRun(
                    () =>
                    {
                        _ = PlainLoops.CountingSort(_source, _destination, nodes);
                        neighbours = PlainLoops.CountingSort(_destination, _source, nodes);
                    },
                    () => Differences(neighbours));
            }),
            Peer.Available("Array.Sort", 32L * edges, () =>
            {
                int[] neighbours = [];
                return new PeerRun(
                    () =>
                    {
                        _ = PlainLoops.Sort(_source, _destination, nodes);
                        neighbours = PlainLoops.Sort(_destination, _source, nodes);
                    },
                    () => Differences(neighbours));
            }),
            TorchPeer.GraphBuild(_source, _destination, nodes, settings.Threads, () => _graph!.SourceByDestination.ToArray()),
        ];

        public override void Run() => _graph = new Graph(nodes, _source, _destination, settings.Threads);

        public override void Dispose()
        {
        }

        private double Differences(int[] neighbours) => _graph!.SourceByDestination.SequenceEqual(neighbours) ? 0 : 1;
    }
}
