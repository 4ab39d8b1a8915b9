using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>uniform</c>, <c>normal</c>, <c>reparameterize</c> and <c>gumbel-top-k</c>.</summary>
internal static class SamplingRows
{
    private static readonly int[] Counts = [1 << 20, 1 << 24];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        .. Each("uniform", "", (settings, count) => new DrawCase<float>(settings, count, false), (settings, count) => new DrawCase<double>(settings, count, false)),
        .. Each("normal", "", (settings, count) => new DrawCase<float>(settings, count, true), (settings, count) => new DrawCase<double>(settings, count, true)),
        .. Each("reparameterize", "given", (settings, count) => new ReparameteriseCase<float>(settings, count, false), (settings, count) => new ReparameteriseCase<double>(settings, count, false)),
        .. Each("reparameterize", "drawn", (settings, count) => new ReparameteriseCase<float>(settings, count, true), (settings, count) => new ReparameteriseCase<double>(settings, count, true)),
        new("gumbel-top-k", "1024x4096", "k 64", Shapes.Float, true, settings => new TopKCase<float>(settings)),
        new("gumbel-top-k", "1024x4096", "k 64", Shapes.Double, false, settings => new TopKCase<double>(settings)),
    ];

    private static IEnumerable<CompareEntry> Each(string kernel, string layout, Func<CompareSettings, int, CompareCase> single, Func<CompareSettings, int, CompareCase> @double) =>
        from precision in Shapes.Precisions
        from count in Counts
        select new CompareEntry(
            kernel,
            count.ToString(CultureInfo.InvariantCulture),
            layout,
            precision,
            count == Counts[^1] && precision == Shapes.Float,
            settings => precision == Shapes.Float ? single(settings, count) : @double(settings, count));

    // The numbers are counted by the memory they fill; how far a kernel is from that says what the arithmetic costs.
    private sealed class DrawCase<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private static readonly PhiloxPosition Position = new(seed: 1);
        private readonly int _count;
        private readonly bool _isNormal;
        private readonly DeviceTensor<T> _output;

        public DrawCase(CompareSettings settings, int count, bool isNormal)
            : base(settings)
        {
            (_count, _isNormal) = (count, isNormal);
            _output = Allocate(1, count);
        }

        public override Work Work => Work.OfBytes((double)ElementSize * _count, Caches.LevelOf(ElementSize * (long)_count, Threads));

        public override IReadOnlyList<Peer> Peers =>
        [
            _isNormal ? TorchPeer.Normal<T>(_count, Threads) : TorchPeer.Uniform<T>(_count, Threads),
            Peer.Available(SamplingLoops.SystemRandom, (long)ElementSize * _count, () =>
            {
                var random = new Random();
                var output = new T[_count];
                return new PeerRun(() => Draw(random, output), null);
            }),
        ];

        protected override void Launch()
        {
            if (_isNormal)
            {
                Device.Sampling<T>().Normal(Position, _output);
            }
            else
            {
                Device.Sampling<T>().Uniform(Position, _output);
            }
        }

        private void Draw(Random random, T[] output)
        {
            if (_isNormal)
            {
                SamplingLoops.Normal(random, output);
            }
            else
            {
                SamplingLoops.Uniform(random, output);
            }
        }
    }

    private sealed class ReparameteriseCase<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _mean;
        private readonly T[] _logVariance;
        private readonly T[]? _epsilon;
        private readonly DeviceTensor<T> _deviceMean;
        private readonly DeviceTensor<T> _deviceLogVariance;
        private readonly Noise<T> _noise;
        private readonly DeviceTensor<T> _output;

        public ReparameteriseCase(CompareSettings settings, int count, bool isDrawn)
            : base(settings)
        {
            _mean = Shapes.Random<T>(count, 1);
            _logVariance = Shapes.Random<T>(count, 2);
            _epsilon = isDrawn ? null : Shapes.Random<T>(count, 3);
            _deviceMean = Upload(_mean, 1, count);
            _deviceLogVariance = Upload(_logVariance, 1, count);
            _noise = _epsilon is null ? new PhiloxPosition(seed: 1) : Upload(_epsilon, 1, count);
            _output = Allocate(1, count);
        }

        // Reads two matrices or three, writes one.
        public override Work Work
        {
            get
            {
                var bytes = (long)ElementSize * _mean.Length * (_epsilon is null ? 3 : 4);
                return Work.OfBytes(bytes, Caches.LevelOf(bytes, Threads));
            }
        }

        public override IReadOnlyList<Peer> Peers
        {
            get
            {
                var torch = TorchPeer.Reparameterise(_mean, _logVariance, _epsilon, Threads, Ours);
                if (_epsilon is null)
                {
                    return [torch];
                }

                return
                [
                    torch,
                    Peer.Available(PlainLoops.TensorPrimitives, (long)ElementSize * _mean.Length, () =>
                    {
                        var output = new T[_mean.Length];
                        return new PeerRun(
                            () => SamplingLoops.Reparameterise(_mean, _logVariance, _epsilon, output, Threads),
                            () => Shapes.Difference<T>(Ours(), output));
                    }),
                ];
            }
        }

        protected override void Launch() => Device.Sampling<T>().GaussianReparameterise(_deviceMean, _deviceLogVariance, _noise, _output);

        private T[] Ours() => _output.ToArray();
    }

    private sealed class TopKCase<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const int Rows = 1024;
        private const int Columns = 4096;
        private const int Choices = 64;

        private readonly T[] _logWeights;
        private readonly DeviceTensor<T> _deviceLogWeights;
        private readonly DeviceTensor<int> _index;

        public TopKCase(CompareSettings settings)
            : base(settings)
        {
            _logWeights = Shapes.Random<T>((long)Rows * Columns, 1);
            _deviceLogWeights = Upload(_logWeights, Rows, Columns);
            _index = Own(Device.Allocate<int>(Rows, Choices));
        }

        public override Work Work => Work.OfBytes((double)ElementSize * Rows * Columns, Caches.LevelOf((long)ElementSize * Rows * Columns, Threads));

        public override IReadOnlyList<Peer> Peers =>
        [
            TorchPeer.GumbelTopK(_logWeights, Rows, Columns, Choices, Threads),
            Peer.Available("plain loop", 0, () =>
            {
                var random = new Random();
                var keys = new T[Columns];
                var index = new int[Rows * Choices];
                return new PeerRun(() => SamplingLoops.GumbelTopK(random, _logWeights, Rows, Columns, index, keys), null);
            }),
        ];

        protected override void Launch() => Device.Sampling<T>().GumbelTopK(_deviceLogWeights, new PhiloxPosition(seed: 1), _index);
    }
}
