using System.Numerics;
using Native.Kernels;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary><c>exp</c>, <c>tanh</c>, <c>gelu</c> and <c>digamma</c> of a long vector.</summary>
/// <remarks>
/// <c>exp</c> is judged by the bytes it moves, the others by the instructions of their loop body, which <see cref="InstructionFloors"/> says.
/// </remarks>
internal static class FunctionRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        .. VectorCase.Entries("exp", (settings, n) => new Case<float, Exp>(settings, n, "exp"), (settings, n) => new Case<double, Exp>(settings, n, "exp"), VectorCase.Sizes),
        .. VectorCase.Entries("tanh", (settings, n) => new Case<float, Tanh>(settings, n, "tanh"), (settings, n) => new Case<double, Tanh>(settings, n, "tanh"), VectorCase.Sizes),
        .. VectorCase.Entries("gelu", (settings, n) => new Case<float, Gelu>(settings, n, "gelu"), (settings, n) => new Case<double, Gelu>(settings, n, "gelu"), VectorCase.Sizes),
        .. VectorCase.Entries("digamma", (settings, n) => new Case<float, Digamma>(settings, n, "digamma"), (settings, n) => new Case<double, Digamma>(settings, n, "digamma"), VectorCase.Sizes),
    ];

    /// <summary>
    /// The least time of the loop body of a register, in multiply-adds, two of which start in a cycle: the instructions that only the two multipliers run
    /// (products and multiply-adds, and a quotient, which takes the place of two), or half of all where that is more, since four start in a cycle.
    /// </summary>
    /// <remarks>
    /// Counted in the machine code for 512-bit registers and, in digamma, for positive arguments. What a quotient displaces, and that sums, minima, comparisons, rounding,
    /// scaling, exponents and mantissas displace no product, was measured on a Zen 5. Loads, constants from memory and moves between registers are left out.
    /// </remarks>
    public static double InstructionFloors(string function, bool isDouble) => (function, isDouble) switch
    {
        ("tanh", false) => 11,
        ("tanh", true) => 14,
        ("gelu", false) => 25,
        ("gelu", true) => 42,
        ("digamma", false) => 17,
        _ => 29,
    };

    private sealed class Case<T, TFunction> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IFunction
    {
        private readonly string _function;
        private readonly T[] _x;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, int count, string function)
            : base(settings)
        {
            _function = function;
            _x = Shapes.Random<T>(count, 1);
            for (var i = 0; i < count; i++)
            {
                // Shapes of Gamma distributions for digamma, [-8, 8) for the others.
                _x[i] = function == "digamma" ? T.CreateTruncating(10) * (_x[i] + T.CreateTruncating(1.01)) : T.CreateTruncating(8) * _x[i];
            }

            _deviceX = Upload(_x, 1, count);
            _output = Allocate(1, count);
        }

        // Reads x, writes the result.
        public override Work Work => _function == "exp"
            ? Work.OfBytes(2.0 * Bytes, Caches.LevelOf(2 * Bytes, Threads))
            : Work.OfInstructions(InstructionFloors(_function, typeof(T) == typeof(double)), _x.Length);

        public override IReadOnlyList<Peer> Peers
        {
            get
            {
                var result = new Lazy<T[]>(() => new T[_x.Length]);
                var peers = new List<Peer>();
                if (_function is "exp" or "tanh")
                {
                    peers.Add(Plain(PlainLoops.TensorPrimitives, result, (start, end) =>
                    {
                        ReadOnlySpan<T> x = _x.AsSpan(start, end - start);
                        var y = result.Value.AsSpan(start, end - start);
                        if (_function == "exp")
                        {
                            Tensor.Exp<T>(x, y);
                        }
                        else
                        {
                            Tensor.Tanh<T>(x, y);
                        }
                    }));
                    peers.Add(OnnxRuntimePeer.Create(
                        Bytes,
                        Threads,
                        () => new OnnxGraph()
                            .AddInput("x", _x, 1, _x.Length)
                            .AddNode(_function == "exp" ? "Exp" : "Tanh", ["x"], "y")
                            .SetOutput("y", result.Value, 1, _x.Length),
                        () => Shapes.Difference<T>(Ours(), result.Value)));
                }

                peers.Add(TorchPeer.Function(_function, _x, Threads, Ours));

                // The runtime's scalar function where it has one, ours on single elements where it has none.
                peers.Add(Plain("plain loop", result, (start, end) =>
                {
                    for (var i = start; i < end; i++)
                    {
                        result.Value[i] = _function switch
                        {
                            "exp" => T.Exp(_x[i]),
                            "tanh" => T.Tanh(_x[i]),
                            _ => TFunction.Invoke<Scalar<T>, T>(new(_x[i])).Value,
                        };
                    }
                }));
                return peers;
            }
        }

        private long Bytes => (long)_x.Length * ElementSize;

        protected override void Launch() => Device.Dense<T>().Apply<TFunction>(_deviceX, _output);

        private Peer Plain(string name, Lazy<T[]> result, Action<int, int> body) =>
            Peer.Available(name, Bytes, () => new PeerRun(() => PlainLoops.Ranges(_x.Length, Threads, body), () => Shapes.Difference<T>(Ours(), result.Value)));

        private T[] Ours() => _output.ToArray();
    }
}
