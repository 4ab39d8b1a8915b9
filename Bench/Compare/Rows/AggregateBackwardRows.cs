using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>aggregate-backward</c>: the gradient of the node features, of a sum.</summary>
internal static class AggregateBackwardRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        EdgeCase.Entries("aggregate-backward", "sum", EdgeCase.NodeArrays(1, 16, 64, 256), (settings, n, e, f) => new Case<float>(settings, n, e, f), (settings, n, e, f) => new Case<double>(settings, n, e, f));

    private sealed class Case<T> : GraphCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _dOutput;
        private readonly DeviceTensor<T> _deviceDOutput;
        private readonly DeviceTensor<T> _dx;

        public Case(CompareSettings settings, int nodes, int edges, int features)
            : base(settings, nodes, edges, features)
        {
            _dOutput = Shapes.Random<T>((long)nodes * features, 3);
            _deviceDOutput = Upload(_dOutput, nodes, features);
            _dx = Allocate(nodes, features);
        }

        // Reads the destination and a row for every edge, writes a row for every node.
        public override Work Work => WorkOf(IndexBytes + NodeBytes);

        // The gradients of index_select and index_add are index_add and index_select: the same operators the other way round.
        public override IReadOnlyList<Peer> Peers =>
        [
            Materialise<Sum>(Destination, Source, _dOutput, Ours),
            OnnxRuntime<Sum>(Destination, Source, _dOutput, Ours),
            TorchPeer.Aggregate<Sum, T>(Destination, Source, _dOutput, Nodes, Features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().AggregateBackward<Sum>(Graph, default, null, null, _deviceDOutput, _dx);

        private T[] Ours() => _dx.ToArray();
    }
}
