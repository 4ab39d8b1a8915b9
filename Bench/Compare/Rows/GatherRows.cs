using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>gather</c>: a row for every edge.</summary>
internal static class GatherRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("gather", "random order", EdgeCase.EdgeArrays(1, 16, 64, 256), (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

    private sealed class Case<T> : EdgeCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _x;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings, nodes, edges, features, sorted: false)
        {
            _x = Shapes.Random<T>((long)nodes * features, 3);
            _deviceX = Upload(_x, nodes, features);
            _output = Allocate(edges, features);
        }

        // Reads the index and a row, writes a row.
        public override Work Work => WorkOf(IndexBytes + 2.0 * EdgeBytes, IndexBytes + EdgeBytes + NodeBytes);

        public override IReadOnlyList<Peer> Peers
        {
            get
            {
                var copies = new Lazy<T[]>(() => new T[(long)Edges * Features]);
                return
                [
                    Peer.Available("plain loop", EdgeBytes, () => new PeerRun(
                        () => PlainLoops.Gather(Index, _x, Features, copies.Value, Threads),
                        () => Shapes.Difference<T>(Ours(), copies.Value))),
                    OnnxRuntimePeer.Create(
                        EdgeBytes,
                        Threads,
                        () => new OnnxGraph()
                            .AddInput("x", _x, Nodes, Features)
                            .AddInput("index", Index, Edges)
                            .AddNode("Gather", ["x", "index"], "rows", ("axis", 0))
                            .SetOutput("rows", copies.Value, Edges, Features),
                        () => Shapes.Difference<T>(Ours(), copies.Value)),
                    TorchPeer.Gather(Index, _x, Nodes, Features, Threads, Ours),
                ];
            }
        }

        protected override void Launch() => Device.Messages<T>().Gather(DeviceIndex, _deviceX, _output);

        private T[] Ours() => _output.ToArray();
    }
}
