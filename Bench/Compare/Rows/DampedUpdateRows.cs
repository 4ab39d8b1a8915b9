using System.Numerics;
using Native.Kernels;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary><c>damped-update</c>: natural parameters moved towards their new values, with the largest change.</summary>
internal static class DampedUpdateRows
{
    private const double Damping = 0.5;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        VectorCase.Entries("damped-update", (settings, n) => new Case<float>(settings, n), (settings, n) => new Case<double>(settings, n), VectorCase.Sizes);

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _start;
        private readonly T[] _proposal;
        private readonly DeviceTensor<T> _deviceProposal;
        private readonly DeviceTensor<T> _parameter;
        private readonly DeviceTensor<T> _maxChange;

        public Case(CompareSettings settings, int count)
            : base(settings)
        {
            _start = Shapes.Random<T>(count, 1);
            _proposal = Shapes.Random<T>(count, 2);
            _deviceProposal = Upload(_proposal, 1, count);
            _parameter = Upload(_start, 1, count);
            _maxChange = Allocate(1);
        }

        // Reads old and new values, writes the old.
        public override Work Work => Work.OfBytes(3.0 * Bytes, Caches.LevelOf(2 * Bytes, Threads));

        public override IReadOnlyList<Peer> Peers =>
        [
            InPlace(PlainLoops.TensorPrimitives, (eta, scratch) => PlainLoops.Ranges(eta.Length, Threads, (start, end) =>
            {
                var value = eta.AsSpan(start, end - start);
                var change = scratch.AsSpan(start, end - start);
                Tensor.Subtract<T>(_proposal.AsSpan(start, end - start), value, change);
                Tensor.Multiply<T>(change, T.CreateTruncating(1 - Damping), change);
                Tensor.Add<T>(value, change, value);
                _ = Tensor.MaxMagnitude<T>(change);
            })),
            TorchPeer.DampedUpdate(_start, _proposal, Damping, Threads, Step),
            InPlace("plain loop", (eta, _) => PlainLoops.Ranges(eta.Length, Threads, (start, end) =>
            {
                var (old, target, largest) = (T.CreateTruncating(Damping), T.CreateTruncating(1 - Damping), T.Zero);
                for (var i = start; i < end; i++)
                {
                    var value = (old * eta[i]) + (target * _proposal[i]);
                    var change = T.Abs(value - eta[i]);
                    largest = change > largest ? change : largest;
                    eta[i] = value;
                }

                GC.KeepAlive(largest);
            })),
        ];

        private long Bytes => (long)_start.Length * ElementSize;

        protected override void Launch() => Device.Updates<T>().DampedUpdate(_parameter, _deviceProposal, Damping, _maxChange);

        // Every call moves the values on, so both are compared after one step from the start.
        private Peer InPlace(string name, Action<T[], T[]> step) => Peer.Available(name, 2 * Bytes, () =>
        {
            var (eta, scratch) = ((T[])_start.Clone(), new T[_start.Length]);
            return new PeerRun(
                () => step(eta, scratch),
                () =>
                {
                    _start.CopyTo(eta, 0);
                    step(eta, scratch);
                    return Shapes.Difference<T>(Step(), eta);
                });
        });

        private T[] Step()
        {
            _parameter.Upload(_start);
            Run();
            return _parameter.ToArray();
        }
    }
}
