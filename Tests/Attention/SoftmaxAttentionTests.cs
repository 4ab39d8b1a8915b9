using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>Softmax attention of two sequences and its gradient.</summary>
public sealed class SoftmaxAttentionCall(string variant, SoftmaxAttentionCall.Form form) : KernelCall("SoftmaxAttention", variant)
{
    private const int Batch = 2;

    /// <summary>The shape of a bias.</summary>
    public enum Bias
    {
        /// <summary>No bias.</summary>
        None,

        /// <summary><c>[B, 1, 1, T]</c>.</summary>
        Key,

        /// <summary><c>[1, H, S, T]</c>.</summary>
        Head,

        /// <summary><c>[B, H, S, T]</c>.</summary>
        Full,
    }

    /// <summary>What a variant has.</summary>
    public sealed record Form(
        int Heads = 2, int KeyHeads = 2, bool Causal = false, double? Scale = null, bool KeyLengths = false, Bias Bias = Bias.None, bool Split = false, bool Decode = false, bool Probabilities = false);

    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new SoftmaxAttentionCall("plain", new()),
        new SoftmaxAttentionCall("causal", new(Causal: true, Split: true)),
        new SoftmaxAttentionCall("grouped heads, scale", new(Heads: 4, Scale: 0.3)),
        new SoftmaxAttentionCall("key lengths, probabilities", new(KeyLengths: true, Probabilities: true)),
        new SoftmaxAttentionCall("bias per key, one key head", new(KeyHeads: 1, Bias: Bias.Key, Split: true)),
        new SoftmaxAttentionCall("bias per head, causal, key lengths", new(Causal: true, KeyLengths: true, Bias: Bias.Head)),
        new SoftmaxAttentionCall("full bias, probabilities", new(Heads: 1, KeyHeads: 1, Bias: Bias.Full, Probabilities: true)),
        new SoftmaxAttentionCall("decode", new(Heads: 4, Split: true, Decode: true)),
        new SoftmaxAttentionCall("decode, key lengths, bias", new(KeyLengths: true, Bias: Bias.Full, Decode: true)),
    ];

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var (queries, keys) = form.Decode ? (1, bench.Rows) : (bench.Rows, bench.Inner);
        var (h, kv, d) = (form.Heads, form.KeyHeads, bench.Features);
        var q = Input("q", h, queries);
        var k = Input("k", kv, keys);
        var v = Input("v", kv, keys);
        var keyLengths = form.KeyLengths ? bench.IntegerInput("key lengths", Batch, keys + 1) : null;
        var (biasBatch, biasHeads, biasRows) = form.Bias switch { Bias.Key => (Batch, 1, 1), Bias.Head => (1, h, queries), _ => (Batch, h, queries) };
        var bias = form.Bias == Bias.None ? default : DeviceHeads<T>.Stack(bench.Input("bias", biasBatch * biasHeads * biasRows, keys), biasBatch, biasHeads);
        var dBias = form.Bias == Bias.None ? default : DeviceHeads<T>.Stack(bench.Output("grad/bias", biasBatch * biasHeads * biasRows, keys), biasBatch, biasHeads);
        var output = Output("out", h, queries);
        var lse = bench.OutputVector("lse", Batch * h * queries);
        var probabilities = form.Probabilities ? DeviceHeads<T>.Stack(bench.Output("probabilities", Batch * h * queries, keys), Batch, h) : default;
        var options = new AttentionOptions(form.Scale, form.Causal);
        bench.Attention.SoftmaxAttention(q, k, v, keyLengths, bias, output, lse, options, probabilities);
        bench.Attention.SoftmaxAttentionBackward(
            q, k, v, keyLengths, bias, output, lse, Input("cotangent/out", h, queries), Output("grad/q", h, queries), Output("grad/k", kv, keys), Output("grad/v", kv, keys), dBias, options);

        DeviceHeads<T> Input(string name, int heads, int rows) => form.Split
            ? DeviceHeads<T>.Split(bench.Input(name, Batch * rows, heads * d), Batch, heads)
            : DeviceHeads<T>.Stack(bench.Input(name, Batch * heads * rows, d), Batch, heads);

        DeviceHeads<T> Output(string name, int heads, int rows) => form.Split
            ? DeviceHeads<T>.Split(bench.Output(name, Batch * rows, heads * d), Batch, heads)
            : DeviceHeads<T>.Stack(bench.Output(name, Batch * heads * rows, d), Batch, heads);
    }
}

/// <summary>The contract of softmax attention.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SoftmaxAttentionTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SoftmaxAttentionCall.All;

    /// <summary>Queries and keys around the sizes of tiles.</summary>
    [Fact]
    public void TilesOfEverySizeMatchTheReference()
    {
        foreach (var (queries, keys, width) in ((int, int, int)[])[(5, 1, 9), (11, 63, 8), (12, 64, 16), (13, 65, 33), (23, 127, 7), (24, 128, 64), (25, 129, 5), (47, 7, 24), (48, 8, 48), (49, 9, 80), (97, 200, 12), (150, 100, 17)])
        {
            Compare(new Sizes(GraphSamples.Small, queries, width, keys), Layout.Strided, Values.Smooth);
        }
    }

    /// <summary>Logits far apart: the running maximum moves, and weights fall below the smallest numbers.</summary>
    [Fact]
    public void LargeLogitsMatchTheReference()
    {
        var call = new SoftmaxAttentionCall("large logits", new(Scale: 40, Causal: true));
        Contract.Compare<double>(call, Device, TFixture.Name, new Sizes(GraphSamples.Small, 60, 8, 300), Layout.Contiguous, Values.Smooth, 1e-9);

        // Rounding of the logits, some hundreds in size, shows in the weights.
        Contract.Compare<float>(call, Device, TFixture.Name, new Sizes(GraphSamples.Small, 60, 8, 300), Layout.Contiguous, Values.Coarse, 1e-3);
    }

    /// <summary>Whatever lies in positions that a query does not see has no part in its results: not in its output, nor in any gradient.</summary>
    [Theory]
    [InlineData(double.NaN, true)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, true)]
    [InlineData(double.PositiveInfinity, false)]
    public void HiddenPositionsAreNotRead(double garbage, bool isKey)
    {
        const int Batch = 2, Heads = 2, Queries = 30, Keys = 70, Width = 9;
        var clean = new Operands(Batch, Heads, Queries, Keys, Width);
        var dirty = new Operands(Batch, Heads, Queries, Keys, Width);
        int[] lengths = [70, 41];
        for (var h = 0; h < Heads; h++)
        {
            for (var i = 0; i < Width; i++)
            {
                // Behind the second sequence's length; and the last key of the first sequence, which only its last query sees.
                for (var t = lengths[1]; t < Keys; t++)
                {
                    dirty.K[((((Heads + h) * Keys) + t) * Width) + i] = garbage;
                    dirty.V[((((Heads + h) * Keys) + t) * Width) + i] = garbage;
                }

                // Or its first query, which does not see the keys from 41 on.
                if (isKey)
                {
                    dirty.K[(((h * Keys) + Keys - 1) * Width) + i] = garbage;
                    dirty.V[(((h * Keys) + Keys - 1) * Width) + i] = garbage;
                }
                else
                {
                    dirty.Q[(h * Queries * Width) + i] = garbage;
                    dirty.DOutput[(h * Queries * Width) + i] = garbage;
                }
            }
        }

        var expected = clean.Run(Device, lengths);
        var found = dirty.Run(Device, lengths);
        for (var h = 0; h < Heads; h++)
        {
            var first = (h * Queries) + (isKey ? 0 : 1);
            AssertSame(expected.Output, found.Output, first * Width, (Queries - 1) * Width);
            AssertSame(expected.DQ, found.DQ, first * Width, (Queries - 1) * Width);
            Assert.True(double.IsNaN(found.Output[(isKey ? ((h + 1) * Queries) - 1 : h * Queries) * Width]));
            if (!isKey)
            {
                AssertSame(expected.DK, found.DK, ((h * Keys) + 41) * Width, (Keys - 41) * Width);
                AssertSame(expected.DV, found.DV, ((h * Keys) + 41) * Width, (Keys - 41) * Width);
            }

            AssertSame(expected.Output, found.Output, (Heads + h) * Queries * Width, Queries * Width);
            AssertSame(expected.DQ, found.DQ, (Heads + h) * Queries * Width, Queries * Width);
            AssertSame(expected.DK, found.DK, (Heads + h) * Keys * Width, Keys * Width);
            AssertSame(expected.DV, found.DV, (Heads + h) * Keys * Width, Keys * Width);
            Assert.All(found.DK.AsSpan((((Heads + h) * Keys) + 41) * Width, (Keys - 41) * Width).ToArray(), value => Assert.Equal(0, value));
        }

        static void AssertSame(double[] expected, double[] found, int start, int count) =>
            Contract.AssertClose(found.AsSpan(start, count), expected.AsSpan(start, count), 1e-13, $"elements {start} to {start + count - 1}");
    }

    /// <summary>Queries without keys, without visible keys and with a bias of -∞ everywhere: output 0, lse -∞, no gradient.</summary>
    [Fact]
    public void MaskedQueriesGiveZero()
    {
        // More queries than keys: causally the first ones see nothing.
        var causal = new Operands(1, 2, 20, 5, 6).Run(Device, null);
        for (var h = 0; h < 2; h++)
        {
            Assert.All(causal.Output.AsSpan(h * 20 * 6, 15 * 6).ToArray(), value => Assert.Equal(0, value));
            Assert.All(causal.DQ.AsSpan(h * 20 * 6, 15 * 6).ToArray(), value => Assert.Equal(0, value));
            Assert.All(causal.Lse.AsSpan(h * 20, 15).ToArray(), value => Assert.Equal(double.NegativeInfinity, value));
            Assert.True(double.IsFinite(causal.Lse[(h * 20) + 15]));
        }

        foreach (var keys in (int[])[0, 5])
        {
            var biased = new Operands(1, 1, 7, keys, 6) { Bias = new double[7 * keys] };
            Array.Fill(biased.Bias, double.NegativeInfinity);
            var masked = biased.Run(Device, null, causal: false);
            Assert.All(masked.Lse, value => Assert.Equal(double.NegativeInfinity, value));
            Assert.All([.. masked.Output, .. masked.DQ, .. masked.DK, .. masked.DV, .. masked.DBias!], value => Assert.Equal(0, value));
        }
    }

    /// <summary>A bias of -∞ is arithmetic: 0 times NaN stays NaN.</summary>
    [Fact]
    public void ABiasDoesNotHideNaN()
    {
        foreach (var queries in (int[])[1, 6])
        {
            var operands = new Operands(1, 1, queries, 5, 3) { Bias = new double[queries * 5] };
            operands.V[(4 * 3) + 1] = double.NaN;
            for (var s = 0; s < queries; s++)
            {
                operands.Bias[(s * 5) + 4] = double.NegativeInfinity;
            }

            var found = operands.Run(Device, null, causal: false);
            Assert.All(Enumerable.Range(0, queries), s => Assert.Equal((true, false), (double.IsNaN(found.Output[(s * 3) + 1]), double.IsNaN(found.Output[s * 3]))));
        }
    }

    /// <summary>A key length out of range is reported, and its sequence is NaN.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(-1)]
    public void AKeyLengthOutOfRangeIsReported(int length)
    {
        foreach (var queries in (int[])[1, 9])
        {
            var operands = new Operands(3, 2, queries, 7, 4);
            var error = Assert.Throws<DeviceFaultException>(() => operands.Run(Device, [7, length, 3], checkFault: true));
            Assert.Equal(1, error.Index);
            var found = operands.Run(Device, [7, length, 3]);
            Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted);
            var size = 2 * queries * 4;
            Assert.DoesNotContain(found.Output.AsSpan(0, size).ToArray(), double.IsNaN);
            Assert.All(found.Output.AsSpan(size, size).ToArray(), value => Assert.Equal(double.NaN, value));
            Assert.All(found.DK.AsSpan(2 * 7 * 4, 2 * 7 * 4).ToArray(), value => Assert.Equal(double.NaN, value));
            Assert.DoesNotContain(found.DQ.AsSpan(2 * size, size).ToArray(), double.IsNaN);
        }
    }

    /// <summary>Queries, keys and values of one <c>[B·S, 3·D]</c>, and their gradients of another, without a copy; repeated memory and overlaps are errors.</summary>
    [Fact]
    public void HeadsOfOneMatrixNeedNoCopy()
    {
        using var x = Device.Allocate<float>(2 * 6, 3 * 8);
        using var dx = Device.Allocate<float>(2 * 6, 3 * 8);
        using var output = Device.Allocate<float>(2 * 6, 8);
        using var lse = Device.Allocate<float>(2 * 2 * 6);
        var (q, k, v, o) = (Part(x, 0), Part(x, 1), Part(x, 2), DeviceHeads<float>.Split(output, 2, 2));
        var kernels = Device.Attention<float>();
        kernels.SoftmaxAttention(q, k, v, null, default, o, lse, default);
        kernels.SoftmaxAttentionBackward(q, k, v, null, default, o, lse, o, Part(dx, 0), Part(dx, 1), Part(dx, 2), default, default);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => kernels.SoftmaxAttention(q, k, v, null, default, q, lse, default)).ParamName);
        Assert.Equal("dK", Assert.Throws<ArgumentException>(() => kernels.SoftmaxAttentionBackward(q, k, v, null, default, o, lse, o, Part(dx, 0), Part(dx, 0), Part(dx, 2), default, default)).ParamName);
        Assert.Equal("dV", Assert.Throws<ArgumentException>(() => kernels.SoftmaxAttentionBackward(q, k, v, null, default, o, lse, o, Part(dx, 0), Part(dx, 1), v, default, default)).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentOutOfRangeException>(() => kernels.SoftmaxAttention(q, k, v, null, default, o, lse, new(double.NaN))).ParamName);
        Assert.Equal("bias", Assert.Throws<ArgumentException>(() => kernels.SoftmaxAttention(q, k, v, null, q, o, lse, default)).ParamName);
        var repeated = new DeviceHeads<float>(output, 0, 2, 2, 6, 4, 6 * 8, 0, 8);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => kernels.SoftmaxAttention(q, k, v, null, default, repeated, lse, default)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceHeads<float>(output, 0, 2, 2, 6, 4, 6 * 8, 3, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceHeads<float>(output, 1, 2, 2, 6, 4, 6 * 8, 4, 8));

        static DeviceHeads<float> Part(DeviceMatrix<float> matrix, int part) => DeviceHeads<float>.Split(matrix.ColumnRange(part * 8, 8), 2, 2);
    }

    /// <summary>Numbers of one call, in double, <c>[B, H, S, d]</c>.</summary>
    private sealed class Operands
    {
        private readonly int _batch;
        private readonly int _heads;
        private readonly int _queries;
        private readonly int _keys;
        private readonly int _width;

        public Operands(int batch, int heads, int queries, int keys, int width)
        {
            (_batch, _heads, _queries, _keys, _width) = (batch, heads, queries, keys, width);
            var random = new Random(3);
            Q = Numbers(queries);
            K = Numbers(keys);
            V = Numbers(keys);
            DOutput = Numbers(queries);

            double[] Numbers(int rows)
            {
                var numbers = new double[batch * heads * rows * width];
                foreach (ref var number in numbers.AsSpan())
                {
                    number = (2 * random.NextDouble()) - 1;
                }

                return numbers;
            }
        }

        public double[] Q { get; }

        public double[] K { get; }

        public double[] V { get; }

        public double[] DOutput { get; }

        /// <summary><c>[1, 1, S, T]</c>, or null.</summary>
        public double[]? Bias { get; init; }

        public Outcome Run(Device device, int[]? lengths, bool causal = true, bool checkFault = false)
        {
            using var q = Upload(Q, _queries);
            using var k = Upload(K, _keys);
            using var v = Upload(V, _keys);
            using var dOutput = Upload(DOutput, _queries);
            using var keyLengths = lengths is null ? null : device.Upload(lengths);
            using var bias = Bias is null ? null : device.Upload(Bias, 1, 1, _queries, _keys);
            using var output = device.Allocate<double>(_batch, _heads, _queries, _width);
            using var lse = device.Allocate<double>(_batch, _heads, _queries);
            using var dQ = device.Allocate<double>(_batch, _heads, _queries, _width);
            using var dK = device.Allocate<double>(_batch, _heads, _keys, _width);
            using var dV = device.Allocate<double>(_batch, _heads, _keys, _width);
            using var dBias = Bias is null ? null : device.Allocate<double>(1, 1, _queries, _keys);
            var options = new AttentionOptions(Causal: causal);
            device.Attention<double>().SoftmaxAttention(q, k, v, keyLengths, bias, output, lse, options);
            device.Attention<double>().SoftmaxAttentionBackward(q, k, v, keyLengths, bias, output, lse, dOutput, dQ, dK, dV, dBias, options);
            if (checkFault)
            {
                device.ThrowIfFaulted();
            }

            return new Outcome(output.ToArray(), lse.ToArray(), dQ.ToArray(), dK.ToArray(), dV.ToArray(), dBias?.ToArray());

            DeviceTensor<double> Upload(double[] values, int rows) => device.Upload(values, _batch, _heads, rows, _width);
        }
    }

    private sealed record Outcome(double[] Output, double[] Lse, double[] DQ, double[] DK, double[] DV, double[]? DBias);
}

/// <summary>Attention on the reference device: what the other devices are compared with.</summary>
public sealed class SoftmaxAttentionOnCpu : SoftmaxAttentionTests<CpuFixture>;

/// <summary>Attention on the SIMD processor with several threads.</summary>
public sealed class SoftmaxAttentionOnCpuThreads : SoftmaxAttentionTests<CpuThreadsFixture>;

/// <summary>Attention on spans.</summary>
public class SoftmaxAttentionSpanTests
{
    /// <summary>Spans and devices run the same code; arguments that do not fit are named.</summary>
    [Fact]
    public void SpansGiveWhatTheDeviceGives()
    {
        float[] q = [1, 2, 3, 4, 5, 6], k = [1, 0, 0, 1], v = [5, 6, 7, 8], output = new float[6], lse = new float[3];
        var queries = new ReadOnlyHeadsView<float>(q, 1, 1, 3, 2);
        Attention.SoftmaxAttention(queries, new(k, 1, 1, 2, 2), new(v, 1, 1, 2, 2), [1], default, new(output, 1, 1, 3, 2), lse, default);
        Assert.Equal([5, 6, 5, 6, 5, 6], output);
        AssertClose([1 / MathF.Sqrt(2), 3 / MathF.Sqrt(2), 5 / MathF.Sqrt(2)], lse);

        float[] dQ = new float[6], dK = new float[4], dV = new float[4];
        Attention.SoftmaxAttentionBackward(
            queries, new(k, 1, 1, 2, 2), new(v, 1, 1, 2, 2), [1], default, new(output, 1, 1, 3, 2), lse, queries, new(dQ, 1, 1, 3, 2), new(dK, 1, 1, 2, 2), new(dV, 1, 1, 2, 2), default, default);
        AssertClose([9, 12, 0, 0], dV);
        AssertClose(new float[6], dQ);

        Assert.Equal("keyLengths", Named(() => Run(q, k, v, [3], output, lse)));
        Assert.Equal("keyLengths", Named(() => Run(q, k, v, [1, 1], output, lse)));
        Assert.Equal("lse", Named(() => Run(q, k, v, [], output, new float[2])));
        Assert.Equal("values", Named(() => Run(q, k, v, [], new float[5], lse)));

        static void AssertClose(float[] expected, float[] found) =>
            Contract.AssertClose(Array.ConvertAll(found, value => (double)value), Array.ConvertAll(expected, value => (double)value), 1e-6, "result");

        static void Run(float[] q, float[] k, float[] v, int[] lengths, float[] output, float[] lse) =>
            Attention.SoftmaxAttention(new(q, 1, 1, 3, 2), new(k, 1, 1, 2, 2), new(v, 1, 1, 2, 2), lengths, default, new HeadsView<float>(output, 1, 1, 3, 2), lse, default);

        static string? Named(Action action) => Assert.ThrowsAny<ArgumentException>(action).ParamName;
    }

    /// <summary>One query each of many sequences, whose keys and values are more than the caches hold: the same bits as for one sequence.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(210)]
    public void HowMuchThereIsToReadDoesNotShow(int columns)
    {
        const int Keys = 301;
        var random = new Random(columns);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] q = Numbers(columns), k = Numbers(Keys * columns), v = Numbers(Keys * columns);
        var (expected, expectedLse) = Run(1);
        var sequences = (16 << 20) / (2 * Keys * columns * sizeof(float)) + 1;
        var (found, foundLse) = Run(sequences);
        for (var b = 0; b < sequences; b++)
        {
            Assert.Equal(expected, found[(b * columns)..((b + 1) * columns)]);
            Assert.Equal(expectedLse[0], foundLse[b]);
        }

        (float[] Output, float[] Lse) Run(int batch)
        {
            // Every sequence has the same operands.
            float[] output = new float[batch * columns], lse = new float[batch];
            Attention.SoftmaxAttention(
                new ReadOnlyHeadsView<float>(ref q[0], batch, 1, 1, columns, 0, 0, 0),
                new(ref k[0], batch, 1, Keys, columns, 0, 0, columns),
                new(ref v[0], batch, 1, Keys, columns, 0, 0, columns),
                [],
                default,
                new(output, batch, 1, 1, columns),
                lse,
                default,
                threads: 2);
            return (output, lse);
        }
    }

    /// <summary>The heads of a matrix are its column ranges.</summary>
    [Fact]
    public void SplitHeadsAreColumnRanges()
    {
        var x = new int[2 * 3 * 8];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = i;
        }

        var heads = HeadsView<int>.Split(new MatrixView<int>(x, 6, 8), 2, 4);
        Assert.Equal((2, 4, 3, 2), ((int)heads.Batch, (int)heads.Heads, (int)heads.Rows, (int)heads.Columns));
        Assert.Equal((24, 2, 8), ((int)heads.BatchStride, (int)heads.HeadStride, (int)heads.RowStride));
        Assert.True(heads.HasDistinctElements);
        Assert.Throws<ArgumentException>(() => HeadsView<int>.Split(new MatrixView<int>(x, 6, 8), 4, 4));
        Assert.Throws<ArgumentException>(() => HeadsView<int>.Split(new MatrixView<int>(x, 6, 8), 2, 3));
    }
}
