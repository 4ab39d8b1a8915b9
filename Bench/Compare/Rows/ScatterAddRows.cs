using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>scatter-add</c>: edges in random order, added to their nodes.</summary>
internal static class ScatterAddRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("scatter-add", "random order", EdgeCase.EdgeArrays(1, 16, 64, 256), (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

    private sealed class Case<T> : EdgeCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _v;
        private readonly DeviceTensor<T> _deviceV;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings, nodes, edges, features, sorted: false)
        {
            _v = Shapes.Random<T>((long)edges * features, 3);
            _deviceV = Upload(_v, edges, features);
            _output = Allocate(nodes, features);
        }

        // Reads the index and the values, reads and writes the sums.
        public override Work Work => WorkOf(IndexBytes + EdgeBytes + 2.0 * NodeBytes, IndexBytes + EdgeBytes + NodeBytes);

        public override IReadOnlyList<Peer> Peers =>
        [
            PlainScatterAdd(_v, Ours),
            OnnxScatterAdd(_v, Ours),
            TorchPeer.ScatterAdd(Index, _v, Nodes, Features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().ScatterAdd(DeviceIndex, _deviceV, _output);

        private T[] Ours()
        {
            // The kernel accumulates, so the many timed calls are not the result of one.
            _output.Clear();
            Run();
            return _output.ToArray();
        }
    }
}
