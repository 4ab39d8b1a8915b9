using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary><c>grid-sweep</c> and <c>parity-check-decode</c>: belief propagation where a message is one number.</summary>
internal static class BeliefPropagationRows
{
    private const int Side = 256;
    private const int Words = 1024;
    private const int Iterations = 10;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        new("grid-sweep", $"{Side}x{Side}", "flooding", Shapes.Double, true, settings => new GridCase<double>(settings)),
        new("grid-sweep", $"{Side}x{Side}", "flooding", Shapes.Float, false, settings => new GridCase<float>(settings)),
        new("parity-check-decode", $"96x{Words}", $"{Iterations} iterations", Shapes.Float, true, settings => new DecodeCase<float>(settings)),
        new("parity-check-decode", $"96x{Words}", $"{Iterations} iterations", Shapes.Double, false, settings => new DecodeCase<double>(settings)),
    ];

    // Products, multiply-adds, quotients, comparisons, minima, rounding and scaling for a register.
    private static double Exponential<T>() => typeof(T) == typeof(float) ? 14 : 19;

    private static double Logarithm<T>() => typeof(T) == typeof(float) ? 16 : 20;

    // The plain loop computes in double, which a row in float has to say.
    private static string PeerName<T>() => typeof(T) == typeof(float) ? $"{PlainBeliefPropagation.Name} in double" : PlainBeliefPropagation.Name;

    private sealed class GridCase<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const double Damping = 0.5;

        private readonly IsingModel _model = IsingExperiment.Draw(1, Side, Side, 1);
        private readonly double[] _messages = Shapes.Random<double>(4 * Side * Side, 1);
        private readonly DeviceTensor<T> _field;
        private readonly DeviceTensor<T> _right;
        private readonly DeviceTensor<T> _down;
        private readonly DeviceTensor<T> _incoming;
        private readonly DeviceTensor<T> _outgoing;

        public GridCase(CompareSettings settings)
            : base(settings)
        {
            // The border hears nothing.
            for (var i = 0; i < Side; i++)
            {
                _messages[i * Side] = _messages[Side * Side + i * Side + Side - 1] = 0;
                _messages[2 * Side * Side + i] = _messages[4 * Side * Side - Side + i] = 0;
            }

            (_field, _right, _down) = (Send(_model.Field, Side), Send(_model.Right, Side), Send(_model.Down, Side));
            _incoming = Send(_messages, 4 * Side);
            _outgoing = Allocate(4 * Side, Side);

            DeviceTensor<T> Send(ReadOnlySpan<double> values, int rows) => Upload(Array.ConvertAll(values.ToArray(), T.CreateTruncating), rows, Side);
        }

        // A message is two exponentials, a logarithm, its quotient, a minimum, a comparison, damping and scaling: what the multipliers run of them.
        public override Work Work => Work.OfInstructions(4 * (2 * Exponential<T>() + Logarithm<T>() + 6), Side * Side);

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available(PeerName<T>(), 2L * sizeof(double) * _messages.Length, () =>
            {
                var outgoing = new double[_messages.Length];
                return new PeerRun(
                    () => PlainBeliefPropagation.Grid(_model, _messages, outgoing, Damping),
                    () => Shapes.Difference<double>(Array.ConvertAll(_outgoing.ToArray(), double.CreateTruncating), outgoing));
            }),
        ];

        protected override void Launch() => Device.Messages<T>().IsingMessages<SumProduct>(_field, _right, _down, _incoming, _outgoing, Damping);
    }

    private sealed class DecodeCase<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ParityCheckCode _code = ParityCheckCode.Regular(bits: 96, perBit: 3, perCheck: 6, seed: 1);
        private readonly ParityCheckDecoder<T> _decoder;
        private readonly T[] _received;
        private readonly T[] _posterior;

        public DecodeCase(CompareSettings settings)
            : base(settings)
        {
            _decoder = Own(new ParityCheckDecoder<T>(Device, _code));
            var random = new SplitMix64(1);

            // The word of zeros at 2 dB.
            var gain = Math.Pow(10, 2 / 20.0);
            _received = new T[_code.Bits * Words];
            _posterior = new T[_received.Length];
            foreach (ref var odds in _received.AsSpan())
            {
                odds = T.CreateTruncating(2 * gain * (gain + random.Normal()));
            }
        }

        // A message from a check is an exponential, a logarithm, a quotient and products from both ends.
        public override Work Work => Work.OfInstructions(Exponential<T>() + Logarithm<T>() + 5, (double)Iterations * Edges);

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available(PeerName<T>(), 2L * sizeof(double) * _received.Length, () =>
            {
                var offsets = new int[_code.Checks + 1];
                var bits = new List<int>();
                for (var check = 0; check < _code.Checks; check++)
                {
                    bits.AddRange(_code.BitsOf(check));
                    offsets[check + 1] = bits.Count;
                }

                int[] checkBits = [.. bits];
                var received = Array.ConvertAll(_received, double.CreateTruncating);
                double[] posterior = new double[received.Length], messages = new double[_code.Edges], tanh = new double[_code.Bits], total = new double[_code.Bits];
                return new PeerRun(
                    () => PlainBeliefPropagation.Decode(_code, offsets, checkBits, received, Words, Iterations, posterior, messages, tanh, total),
                    () => Shapes.Difference<double>(Array.ConvertAll(_posterior, odds => Certainty(double.CreateTruncating(odds))), Array.ConvertAll(posterior, Certainty)));
            }),
        ];

        private long Edges => (long)_code.Edges * Words;

        protected override void Launch() => _decoder.Decode(_received, Words, Iterations, _posterior);

        // Log-odds near certainty are only known through tanh to the peer: their differences from 1 are compared, not they.
        private static double Certainty(double odds) => Math.Tanh(odds / 2);
    }
}
