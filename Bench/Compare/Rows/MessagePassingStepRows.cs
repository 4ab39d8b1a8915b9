using System.Globalization;
using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary><c>message-passing-step</c>: forward, squared error, backward and Adam of a stack of message passing layers.</summary>
internal static class MessagePassingStepRows
{
    /// <summary>The kernel's name.</summary>
    public const string Kernel = "message-passing-step";

    private const int Nodes = 10_000;
    private const int Edges = 100_000;
    private const int Width = 64;
    private const int EdgeWidth = 8;
    private const int Layers = 4;
    private const int Seed = 1;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        select new CompareEntry(
            Kernel,
            string.Create(CultureInfo.InvariantCulture, $"{Shapes.Edges(Nodes, Edges, Width)} a{EdgeWidth} l{Layers}"),
            "sum, adam",
            precision,
            precision == Shapes.Float,
            settings => precision == Shapes.Float ? new Case<float>(settings) : new Case<double>(settings));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly TrainingData<T> _data;
        private readonly TrainingStep<T> _step;

        public Case(CompareSettings settings)
            : base(settings)
        {
            _data = Own(new TrainingData<T>(Device, Nodes, Edges, Width, EdgeWidth));
            var model = Own(new UnifiedMessagePassing<T>(Device, [.. Enumerable.Repeat(Width, Layers + 1)], Width, EdgeWidth, Aggregation.Sum, Seed));
            _step = Own(new TrainingStep<T>(_data, model.Parameters, () => model.Forward(_data.Graph, _data.Features, _data.EdgeAttributes), dOutput => model.Backward(dOutput)));
        }

        public override Work Work
        {
            get
            {
                const double n = Nodes;
                const double e = Edges;
                const double f = Width;
                const double a = EdgeWidth;
                double size = ElementSize;

                // Per node and layer six products of width by width (two for the two ends of the messages, W₂, two of U₁, U₂), each with the gradients of weight and input;
                // the first layer's input needs none, which saves three. Per edge W_a a forward and again backward, and dW_a.
                const double perNode = (Layers * 18 - 3) * n * f * f;
                const double perEdge = Layers * 3 * e * f * a;

                // Edge data: forward and the pass by destination read a source row, the pass by source reads two rows of the destination; each an index and the attributes.
                var bytes = Layers * e * (4 * f * size + 3 * (sizeof(int) + a * size));
                var resident = (long)(2 * n * f * size + e * a * size);
                return new Work(2 * (perNode + perEdge), bytes, Caches.LevelOf(resident, Threads));
            }
        }

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available("materialise", MaterialisedMessagePassing<T>.Bytes(Nodes, Edges, Width, EdgeWidth, Layers), () =>
            {
                var model = new MaterialisedMessagePassing<T>(_data, Width, EdgeWidth, Layers, Seed);
                var step = new TrainingStep<T>(_data, model.Parameters, model.Forward, model.Backward);
                return new PeerRun(step.Run, () => step.GradientDifference(_step, Seed), () =>
                {
                    step.Dispose();
                    model.Dispose();
                });
            }),
        ];

        protected override void Launch() => _step.Run();
    }
}
