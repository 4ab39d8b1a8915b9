using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>segment-sum</c>: edges grouped by node, summed.</summary>
internal static class SegmentSumRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("segment-sum", "sorted", EdgeCase.EdgeArrays(16, 64), (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

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
            _output = Allocate(nodes, features);
        }

        // Reads the values, writes the sums.
        public override Work Work => WorkOf(EdgeBytes + NodeBytes, EdgeBytes + NodeBytes);

        public override IReadOnlyList<Peer> Peers =>
        [
            PlainScatterAdd(_v, Ours),
            OnnxScatterAdd(_v, Ours),
            TorchPeer.ScatterAdd(Index, _v, Nodes, Features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().SegmentReduce<Sum>(DeviceIndex, _deviceV, _output);

        private T[] Ours() => _output.ToArray();
    }
}
