using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>segment-softmax</c>: scores of edges, one column per head, normalised over each node.</summary>
internal static class SegmentSoftmaxRows
{
    private static readonly (int Nodes, int Edges, int Features, bool Quick)[] Sizes =
    [
        (16_000, 160_000, 8, true),
        (16_000, 800_000, 1, false),
        (200_000, 4_000_000, 8, false),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("segment-softmax", "sorted", Sizes, (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

    private sealed class Case<T> : EdgeCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _v;
        private readonly DeviceTensor<T> _deviceV;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings, nodes, edges, features, sorted: true)
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
                    () => Shapes.Difference<T>(_output.ToArray(), weights));
            }),
        ];

        protected override void Launch() => Device.Messages<T>().SegmentSoftmax(DeviceIndex, _deviceV, _output);
    }
}
