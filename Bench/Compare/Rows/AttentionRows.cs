using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>attention-forward</c>, <c>attention-forward-causal</c>, <c>attention-backward</c>: one sequence of 8 heads; <c>attention-decode</c>: one query per head on many keys.</summary>
internal static class AttentionRows
{
    private const int Heads = 8;
    private const int DecodeKeys = 4096;

    private enum Pass
    {
        Forward,
        Causal,
        Backward,
        Decode,
    }

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from pass in Enum.GetValues<Pass>()
        from precision in Shapes.Precisions
        from keys in pass == Pass.Decode ? (int[])[DecodeKeys] : [512, 1024, 2048]
        from width in (int[])[64, 128]
        let queries = pass == Pass.Decode ? 1 : keys
        select new CompareEntry(
            NameOf(pass),
            string.Create(CultureInfo.InvariantCulture, $"h{Heads} s{queries} t{keys} d{width}"),
            "bhsd",
            precision,
            precision == Shapes.Float && width == 64 && keys is 512 or DecodeKeys,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, pass, queries, keys, width)
                : new Case<double>(settings, pass, queries, keys, width));

    private static string NameOf(Pass pass) => pass switch
    {
        Pass.Causal => "attention-forward-causal",
        Pass.Backward => "attention-backward",
        Pass.Decode => "attention-decode",
        _ => "attention-forward",
    };

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Pass _pass;
        private readonly int _queries;
        private readonly int _keys;
        private readonly int _width;
        private readonly AttentionOptions _options;
        private readonly T[] _q;
        private readonly T[] _k;
        private readonly T[] _v;
        private readonly T[] _dOutput;
        private readonly DeviceTensor<T> _deviceQ;
        private readonly DeviceTensor<T> _deviceK;
        private readonly DeviceTensor<T> _deviceV;
        private readonly DeviceTensor<T> _output;
        private readonly DeviceTensor<T> _lse;
        private readonly DeviceTensor<T>? _deviceDOutput;
        private readonly DeviceTensor<T>? _dQ;
        private readonly DeviceTensor<T>? _dK;
        private readonly DeviceTensor<T>? _dV;

        public Case(CompareSettings settings, Pass pass, int queries, int keys, int width)
            : base(settings)
        {
            (_pass, _queries, _keys, _width) = (pass, queries, keys, width);
            _options = new AttentionOptions(Causal: pass == Pass.Causal);
            _q = Shapes.Random<T>((long)Heads * queries * width, 1);
            _k = Shapes.Random<T>((long)Heads * keys * width, 2);
            _v = Shapes.Random<T>((long)Heads * keys * width, 3);
            _dOutput = Shapes.Random<T>(_q.Length, 4);
            _deviceQ = Upload(_q, 1, Heads, queries, width);
            _deviceK = Upload(_k, 1, Heads, keys, width);
            _deviceV = Upload(_v, 1, Heads, keys, width);
            _output = Allocate(1, Heads, queries, width);
            _lse = Allocate(1, Heads, queries);
            if (pass == Pass.Backward)
            {
                _deviceDOutput = Upload(_dOutput, 1, Heads, queries, width);
                _dQ = Allocate(1, Heads, queries, width);
                _dK = Allocate(1, Heads, keys, width);
                _dV = Allocate(1, Heads, keys, width);
                Forward();
            }
        }

        // Two products forward, five backward, of the pairs that are seen. A single query reads keys and values once, and that takes longer than its products.
        public override Work Work => _pass switch
        {
            Pass.Causal => Work.OfOperations(4.0 * Heads * _width * _queries * (_queries + 1) / 2),
            Pass.Backward => Work.OfOperations(10.0 * Heads * _width * _queries * _keys),
            Pass.Decode => Work.OfBytes(KeyBytes, Caches.LevelOf(KeyBytes, Threads)),
            _ => Work.OfOperations(4.0 * Heads * _width * _queries * _keys),
        };

        public override IReadOnlyList<Peer> Peers => _pass switch
        {
            Pass.Backward =>
            [
                TorchPeer.AttentionBackward(_q, _k, _v, _dOutput, Heads, _queries, _keys, _width, _options.Causal, Threads, () => _dQ!.ToArray()),
            ],
            Pass.Causal => [TorchForward, OnnxForward],
            _ => [TorchForward, OnnxForward, AttentionPeers.Composed(Device, _q, _k, _v, Heads, _queries, _keys, _width, Ours)],
        };

        private long KeyBytes => 2L * Heads * _keys * _width * ElementSize;

        private Peer TorchForward => TorchPeer.Attention(_q, _k, _v, Heads, _queries, _keys, _width, _options.Causal, Threads, Ours);

        private Peer OnnxForward => AttentionPeers.OnnxRuntime(_q, _k, _v, Heads, _queries, _keys, _width, _options.Causal, Threads, Ours);

        protected override void Launch()
        {
            if (_pass == Pass.Backward)
            {
                Device.Attention<T>().SoftmaxAttentionBackward(_deviceQ, _deviceK, _deviceV, null, default, _output, _lse, _deviceDOutput, _dQ, _dK, _dV, default, _options);
            }
            else
            {
                Forward();
            }
        }

        private void Forward() => Device.Attention<T>().SoftmaxAttention(_deviceQ, _deviceK, _deviceV, null, default, _output, _lse, _options);

        private T[] Ours() => _output.ToArray();
    }
}
