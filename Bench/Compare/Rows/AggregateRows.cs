using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>aggregate-sum</c>, <c>aggregate-mean</c>, <c>aggregate-max</c>: fused gather and reduce, next to gather-then-scatter over an array of all messages.</summary>
internal static class AggregateRows
{
    /// <summary>The entries of the catalogue. Of the maximum, <c>with arg</c> writes the edge numbers too, which no peer does.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        .. EdgeCase.Entries("aggregate-sum", "unweighted", EdgeCase.NodeArrays(1, 16, 64, 256), Create<Sum, float>(), Create<Sum, double>()),
        .. EdgeCase.Entries("aggregate-mean", "unweighted", EdgeCase.NodeArrays(1, 16, 64, 256), Create<Mean, float>(), Create<Mean, double>()),
        .. EdgeCase.Entries("aggregate-max", "unweighted", EdgeCase.NodeArrays(1, 16, 64, 256), Create<Max, float>(), Create<Max, double>()),
        .. EdgeCase.Entries("aggregate-max", "with arg", EdgeCase.NodeArrays(16, 64), Create<Max, float>(withArg: true), Create<Max, double>(withArg: true)),
    ];

    private static CreateEdgeCase Create<TReduction, T>(bool withArg = false)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (settings, nodes, edges, features) => new Case<TReduction, T>(settings, nodes, edges, features, withArg);

    private sealed class Case<TReduction, T> : GraphCase<T>
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _x;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _output;
        private readonly DeviceTensor<int>? _arg;

        public Case(CompareSettings settings, int nodes, int edges, int features, bool withArg)
            : base(settings, nodes, edges, features)
        {
            _x = Shapes.Random<T>((long)nodes * features, 3);
            _deviceX = Upload(_x, nodes, features);
            _output = Allocate(nodes, features);
            _arg = withArg ? Own(Device.Allocate<int>(nodes, features)) : null;
        }

        // Reads the source and a row for every edge, writes a row for every node.
        public override Work Work => WorkOf(IndexBytes + NodeBytes + (_arg is null ? 0.0 : (double)Nodes * Features * sizeof(int)));

        public override IReadOnlyList<Peer> Peers =>
        [
            Materialise<TReduction>(Source, Destination, _x, Ours),
            OnnxRuntime<TReduction>(Source, Destination, _x, Ours),
            TorchPeer.Aggregate<TReduction, T>(Source, Destination, _x, Nodes, Features, Threads, Ours),
        ];

        protected override void Launch() => Device.Messages<T>().Aggregate<TReduction>(Graph, _deviceX, null, _output, _arg);

        private T[] Ours() => _output.ToArray();
    }
}
