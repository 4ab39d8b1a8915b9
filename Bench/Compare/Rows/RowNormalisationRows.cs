using System.Globalization;
using System.Numerics;
using Native.Kernels;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary><c>softmax</c> and <c>layer-norm</c> of the rows of a matrix.</summary>
internal static class RowNormalisationRows
{
    private const double Epsilon = 1e-5;

    private static readonly (string Kernel, int Rows, int Columns, bool Quick)[] Sizes =
    [
        ("softmax", 8192, 1024, true),
        ("softmax", 1024, 1024, false),
        ("layer-norm", 8192, 1024, true),
        ("layer-norm", 1024, 1024, false),
        ("layer-norm", 100_000, 10, false),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        select new CompareEntry(
            size.Kernel,
            string.Create(CultureInfo.InvariantCulture, $"{size.Rows}x{size.Columns}"),
            "rows",
            precision,
            size.Quick && precision == Shapes.Float,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.Kernel == "softmax", size.Rows, size.Columns)
                : new Case<double>(settings, size.Kernel == "softmax", size.Rows, size.Columns));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly bool _isSoftmax;
        private readonly int _rows;
        private readonly int _columns;
        private readonly T[] _x;
        private readonly T[] _weight;
        private readonly T[] _bias;
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _deviceWeight;
        private readonly DeviceTensor<T> _deviceBias;
        private readonly DeviceTensor<T> _mean;
        private readonly DeviceTensor<T> _inverseDeviation;
        private readonly DeviceTensor<T> _output;

        public Case(CompareSettings settings, bool isSoftmax, int rows, int columns)
            : base(settings)
        {
            (_isSoftmax, _rows, _columns) = (isSoftmax, rows, columns);
            _x = Shapes.Random<T>((long)rows * columns, 1);
            _weight = Shapes.Random<T>(columns, 2);
            _bias = Shapes.Random<T>(columns, 3);
            _deviceX = Upload(_x, rows, columns);
            _deviceWeight = Upload(_weight, columns);
            _deviceBias = Upload(_bias, columns);
            _mean = Allocate(rows);
            _inverseDeviation = Allocate(rows);
            _output = Allocate(rows, columns);
        }

        // Reads x, writes the result; the passes in between find the row in the first-level cache.
        public override Work Work => Work.OfBytes(2.0 * Bytes, Caches.LevelOf(2 * Bytes, Threads));

        public override IReadOnlyList<Peer> Peers
        {
            get
            {
                var result = new Lazy<T[]>(() => new T[_x.Length]);
                return
                [
                    Plain(PlainLoops.TensorPrimitives, result, _isSoftmax ? SoftmaxByTensorPrimitives : LayerNormByTensorPrimitives),
                    OnnxRuntimePeer.Create(Bytes, Threads, () => Graph(result.Value), () => Shapes.Difference<T>(Ours(), result.Value)),
                    _isSoftmax ? TorchPeer.Softmax(_x, _rows, _columns, Threads, Ours) : TorchPeer.LayerNorm(_x, _weight, _bias, _rows, _columns, Epsilon, Threads, Ours),
                    Plain("plain loop", result, _isSoftmax ? PlainSoftmax : PlainLayerNorm),
                ];
            }
        }

        private long Bytes => (long)_x.Length * ElementSize;

        protected override void Launch()
        {
            if (_isSoftmax)
            {
                Device.Dense<T>().Softmax(_deviceX, _output);
            }
            else
            {
                Device.Dense<T>().LayerNorm(_deviceX, _deviceWeight, _deviceBias, _output, _mean, _inverseDeviation, Epsilon);
            }
        }

        private delegate void RowAction(ReadOnlySpan<T> x, Span<T> y);

        private Peer Plain(string name, Lazy<T[]> result, RowAction row) => Peer.Available(name, Bytes, () => new PeerRun(
            () => PlainLoops.Ranges(_rows, Threads, (start, end) =>
            {
                for (var i = start; i < end; i++)
                {
                    row(_x.AsSpan(i * _columns, _columns), result.Value.AsSpan(i * _columns, _columns));
                }
            }),
            () => Shapes.Difference<T>(Ours(), result.Value)));

        private OnnxGraph Graph(T[] result)
        {
            var graph = new OnnxGraph().AddInput("x", _x, _rows, _columns);
            graph = _isSoftmax
                ? graph.AddNode("Softmax", ["x"], "y", ("axis", -1))
                : graph.AddInput("weight", _weight, _columns).AddInput("bias", _bias, _columns).AddNode("LayerNormalization", ["x", "weight", "bias"], "y", ("axis", -1));
            return graph.SetOutput("y", result, _rows, _columns);
        }

        // It does not subtract the maximum; these logits are small enough for that.
        private static void SoftmaxByTensorPrimitives(ReadOnlySpan<T> x, Span<T> y) => Tensor.SoftMax<T>(x, y);

        private void LayerNormByTensorPrimitives(ReadOnlySpan<T> x, Span<T> y)
        {
            var count = T.CreateTruncating(_columns);
            Tensor.Subtract<T>(x, Tensor.Sum<T>(x) / count, y);
            Tensor.Multiply<T>(y, T.One / T.Sqrt((Tensor.SumOfSquares<T>(y) / count) + T.CreateTruncating(Epsilon)), y);
            Tensor.MultiplyAdd<T>(y, _weight, _bias, y);
        }

        private static void PlainSoftmax(ReadOnlySpan<T> x, Span<T> y)
        {
            var maximum = T.NegativeInfinity;
            foreach (var value in x)
            {
                maximum = value > maximum ? value : maximum;
            }

            var sum = T.Zero;
            for (var j = 0; j < x.Length; j++)
            {
                y[j] = T.Exp(x[j] - maximum);
                sum += y[j];
            }

            foreach (ref var value in y)
            {
                value /= sum;
            }
        }

        private void PlainLayerNorm(ReadOnlySpan<T> x, Span<T> y)
        {
            var count = T.CreateTruncating(_columns);
            var sum = T.Zero;
            foreach (var value in x)
            {
                sum += value;
            }

            var mean = sum / count;
            var squares = T.Zero;
            foreach (var value in x)
            {
                squares += (value - mean) * (value - mean);
            }

            var inverse = T.One / T.Sqrt((squares / count) + T.CreateTruncating(Epsilon));
            for (var j = 0; j < x.Length; j++)
            {
                y[j] = ((x[j] - mean) * inverse * _weight[j]) + _bias[j];
            }
        }

        private T[] Ours() => _output.ToArray();
    }
}
