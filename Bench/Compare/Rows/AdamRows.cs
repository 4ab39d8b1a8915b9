using System.Numerics;
using Native.Kernels;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary><c>adam</c>: a step of the optimiser.</summary>
internal static class AdamRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        VectorCase.Entries("adam", (settings, n) => new Case<float>(settings, n), (settings, n) => new Case<double>(settings, n), 1 << 20, 10_000_000);

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private static readonly AdamOptions Options = new();

        private readonly T[] _start;
        private readonly T[] _gradient;
        private readonly DeviceTensor<T> _deviceGradient;
        private readonly DeviceTensor<T> _parameter;
        private readonly DeviceTensor<T> _firstMoment;
        private readonly DeviceTensor<T> _secondMoment;

        public Case(CompareSettings settings, int count)
            : base(settings)
        {
            _start = Shapes.Random<T>(count, 1);
            _gradient = Shapes.Random<T>(count, 2);
            _deviceGradient = Upload(_gradient, count);
            _parameter = Upload(_start, count);
            _firstMoment = Allocate(count);
            _secondMoment = Allocate(count);
        }

        // Reads parameter, gradient and both moments, writes all but the gradient.
        public override Work Work => Work.OfBytes(7.0 * Bytes, Caches.LevelOf(4 * Bytes, Threads));

        public override IReadOnlyList<Peer> Peers =>
        [
            InPlace(PlainLoops.TensorPrimitives, (p, m, v, scratch) => PlainLoops.Ranges(p.Length, Threads, (start, end) =>
            {
                ReadOnlySpan<T> g = _gradient.AsSpan(start, end - start);
                var parameter = p.AsSpan(start, end - start);
                var first = m.AsSpan(start, end - start);
                var second = v.AsSpan(start, end - start);
                var move = scratch.AsSpan(start, end - start);
                Tensor.Multiply<T>(first, T.CreateTruncating(Options.Beta1), first);
                Tensor.MultiplyAdd<T>(g, T.CreateTruncating(1 - Options.Beta1), first, first);
                Tensor.Multiply<T>(g, g, move);
                Tensor.Multiply<T>(second, T.CreateTruncating(Options.Beta2), second);
                Tensor.MultiplyAdd<T>(move, T.CreateTruncating(1 - Options.Beta2), second, second);
                Tensor.Sqrt<T>(second, move);
                Tensor.Multiply<T>(move, T.CreateTruncating(1 / Math.Sqrt(1 - Options.Beta2)), move);
                Tensor.Add<T>(move, T.CreateTruncating(Options.Epsilon), move);
                Tensor.Divide<T>(first, move, move);
                Tensor.MultiplyAdd<T>(move, T.CreateTruncating(-Options.LearningRate / (1 - Options.Beta1)), parameter, parameter);
            })),
            TorchPeer.Adam(_start, _gradient, Options, Threads),
            InPlace("plain loop", (p, m, v, _) => PlainLoops.Ranges(p.Length, Threads, (start, end) =>
            {
                var (beta1, beta2) = (T.CreateTruncating(Options.Beta1), T.CreateTruncating(Options.Beta2));
                var size = T.CreateTruncating(Options.LearningRate / (1 - Options.Beta1));
                var scale = T.CreateTruncating(1 / Math.Sqrt(1 - Options.Beta2));
                var epsilon = T.CreateTruncating(Options.Epsilon);
                for (var i = start; i < end; i++)
                {
                    m[i] = (beta1 * m[i]) + ((T.One - beta1) * _gradient[i]);
                    v[i] = (beta2 * v[i]) + ((T.One - beta2) * _gradient[i] * _gradient[i]);
                    p[i] -= size * m[i] / ((T.Sqrt(v[i]) * scale) + epsilon);
                }
            })),
        ];

        private long Bytes => (long)_start.Length * ElementSize;

        protected override void Launch() => Device.Updates<T>().Adam(_parameter, _deviceGradient, _firstMoment, _secondMoment, 1, Options);

        // Every call moves the values on, so both are compared after a first step from the start.
        private Peer InPlace(string name, Action<T[], T[], T[], T[]> step) => Peer.Available(name, 4 * Bytes, () =>
        {
            var (p, m, v, scratch) = ((T[])_start.Clone(), new T[_start.Length], new T[_start.Length], new T[_start.Length]);
            return new PeerRun(
                () => step(p, m, v, scratch),
                () =>
                {
                    _start.CopyTo(p, 0);
                    Array.Clear(m);
                    Array.Clear(v);
                    step(p, m, v, scratch);
                    return Shapes.Difference<T>(Step(), p);
                });
        });

        private T[] Step()
        {
            var zeros = new T[_start.Length];
            _parameter.Upload(_start);
            _firstMoment.Upload(zeros);
            _secondMoment.Upload(zeros);
            Run();
            return _parameter.ToArray();
        }
    }
}
