using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>segment-softmax</c>: scores of edges, one column per head, normalised over each node.</summary>
internal static class SegmentSoftmaxRows
{
    /// <summary>The entries of the catalogue: four heads or one, the edges grouped by node or not.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        .. EdgeCase.Entries("segment-softmax", "sorted", EdgeCase.EdgeArrays(1, 4), Create<float>(sorted: true), Create<double>(sorted: true)),
        .. EdgeCase.Entries("segment-softmax", "random order", EdgeCase.EdgeArrays(1, 4, 16), Create<float>(sorted: false), Create<double>(sorted: false)),
    ];

    private static CreateEdgeCase Create<T>(bool sorted)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (settings, nodes, edges, features) => new Case<T>(settings, nodes, edges, features, sorted);

    private sealed class Case<T> : EdgeCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _v;
        private readonly DeviceTensor<T> _deviceV;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features, bool sorted)
            : base(settings, nodes, edges, features, sorted)
        {
            _v = Shapes.Random<T>((long)edges * features, 3);
            _deviceV = Upload(_v, edges, features);
            _output = Allocate(edges, features);
        }

        // Reads the scores, writes the weights.
        public override Work Work => WorkOf(2.0 * EdgeBytes, 2.0 * EdgeBytes);

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available(PlainLoops.TensorPrimitives, EdgeBytes, () =>
            {
                var maximum = new T[(long)Nodes * Features];
                var sum = new T[(long)Nodes * Features];
                var weights = new T[(long)Edges * Features];
                return new PeerRun(
                    () => PlainLoops.SegmentSoftmax(Index, _v, Features, maximum, sum, weights, Threads),
                    () => Shapes.Difference<T>(Ours(), weights));
            }),
            TorchPeer.SegmentSoftmax(Index, _v, Nodes, Features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().SegmentSoftmax(DeviceIndex, _deviceV, _output);

        private T[] Ours() => _output.ToArray();
    }
}
