using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;

namespace Native.Tests.Dense;

using Dense = Native.Kernels.Cpu.Dense;

/// <summary>
/// The elementwise, row, column and loss kernels of the CPU, at every length around the register widths, on matrices with gaps between rows:
/// inputs have NaN in the gaps, which must not reach a result, outputs a value that must stay.
/// </summary>
public class DenseSpanTests
{
    private const double Poison = 777;

    public static TheoryData<int> RowCounts => [1, 2, 5];

    [Theory]
    [MemberData(nameof(RowCounts))]
    public void EveryLengthAgreesWithTheReference(int rows)
    {
        for (var columns = 0; columns <= 257; columns += columns < 70 ? 1 : 11)
        {
            AgreesWithReference<float>(rows, columns, 1e-5);
            AgreesWithReference<double>(rows, columns, 1e-12);
        }
    }

    // Many blocks, narrow and wide, joined and with gaps.
    [Theory]
    [InlineData(40_001, 3, 0)]
    [InlineData(40_001, 3, 2)]
    [InlineData(1300, 70, 5)]
    [InlineData(7, 35_003, 0)]
    [InlineData(3, 50_001, 1)]
    public void LargeMatricesAgreeWithTheReferenceAndForAnyThreadCount(int rows, int columns, int gap)
    {
        AgreesWithReference<float>(rows, columns, 1e-5, gap);
        var expected = Results<float>(new CpuDevice(1), rows, columns, gap);
        foreach (var threads in (int[])[2, 3, 8])
        {
            var results = Results<float>(new CpuDevice(threads), rows, columns, gap);
            foreach (var (name, values) in expected)
            {
                Assert.True(values.AsSpan().SequenceEqual(results[name]), $"{name} differs with {threads} threads");
            }
        }
    }

    [Fact]
    public void InPlace()
    {
        using var device = new CpuDevice(1);
        using var reference = new ReferenceDevice();
        foreach (var columns in (int[])[1, 7, 16, 33, 100])
        {
            var x = Numbers<float>(3 * columns, 5, -3, 3);
            var y = Numbers<float>(3 * columns, 6, -3, 3);
            foreach (var step in (Action<DenseKernels<float>, DeviceMatrix<float>, DeviceMatrix<float>>[])
            [
                (dense, a, b) => dense.Apply<Gelu>(a, a),
                (dense, a, b) => dense.ApplyBackward<Gelu>(b, a, a),
                (dense, a, b) => dense.Softmax(a, a),
                (dense, a, b) => dense.SoftmaxBackward(b, a, a),
                (dense, a, b) => dense.LogSoftmax(a, a),
                (dense, a, b) => dense.LogSoftmaxBackward(b, a, a),
                (dense, a, b) => dense.AddScaled(2, a, 3, a),
            ])
            {
                using var a = device.Upload(x, 3, columns);
                using var b = device.Upload(y, 3, columns);
                using var expectedA = reference.Upload(x, 3, columns);
                using var expectedB = reference.Upload(y, 3, columns);
                step(device.Dense<float>(), a, b);
                step(reference.Dense<float>(), expectedA, expectedB);
                AssertNear("in place", expectedA.ToArray(), a.ToArray(), 1e-5);
            }
        }
    }

    // Outputs that go past the caches, at every alignment of the first element, against the same rows in small calls, which do not.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    public void LargeOutputsAreThoseOfSmallOnes(int offset)
    {
        const int Rows = 4100, Columns = 1027, Part = 50;
        var x = Numbers<float>(Rows * Columns, 1, -3, 3);
        var weight = Numbers<float>(Columns, 2, -2, 2);
        var bias = Numbers<float>(Columns, 3, -2, 2);
        Same((from, to, rows, threads) => Dense.Apply<float, Gelu>(new(from, rows, Columns), new(to, rows, Columns), threads));
        Same((from, to, rows, threads) => Dense.Copy<float>(new(from, rows, Columns), new(to, rows, Columns), threads));
        Same((from, to, rows, threads) => Dense.Fill<float>(new(to, rows, Columns), 3, threads));
        Same((from, to, rows, threads) => Dense.AddScaled<float>(2, new(from, rows, Columns), 0, new(to, rows, Columns), threads));
        Same((from, to, rows, threads) => Dense.Apply<float, Exp>(new(from, rows, Columns), new(to, rows, Columns), threads));
        Same((from, to, rows, threads) => Dense.Softmax<float>(new(from, rows, Columns), new(to, rows, Columns), threads));
        Same((from, to, rows, threads) => Dense.LayerNorm<float>(new(from, rows, Columns), weight, bias, new(to, rows, Columns), new float[rows], new float[rows], threads: threads));

        // Rows that are masked out, at either end of what a thread takes at once and within it, and rows without probabilities.
        foreach (var row in (int[])[0, 1, 62, 63, 64, 100, Rows - 1])
        {
            x.AsSpan(row * Columns, Columns).Fill(float.NegativeInfinity);
        }

        (x[200 * Columns], x[201 * Columns + 77], x[202 * Columns + 1026], x[203 * Columns + 5]) = (float.NaN, float.NaN, float.NaN, float.PositiveInfinity);
        Same((from, to, rows, threads) => Dense.Softmax<float>(new(from, rows, Columns), new(to, rows, Columns), threads));

        void Same(RowKernel kernel)
        {
            var large = new float[Rows * Columns + offset + 1];
            large[^1] = 777;
            kernel(x, large.AsSpan(offset, Rows * Columns), Rows, 3);
            var small = new float[Part * Columns];
            for (var row = 0; row < Rows; row += Part)
            {
                kernel(x.AsSpan(row * Columns, Part * Columns), small, Part, 1);
                Assert.True(large.AsSpan(offset + row * Columns, Part * Columns).SequenceEqual(small));
            }

            Assert.Equal(777, large[^1]);
            Assert.True(large.AsSpan(0, offset).IndexOfAnyExcept(0) < 0);
        }
    }

    [Fact]
    public void FunctionsOverSpansCheckLengthsAndWorkInPlace()
    {
        var x = Numbers<double>(100, 1, 0.1, 5);
        var y = new double[100];
        SpanFunctions.Digamma<double>(x, y);
        Assert.Equal(-0.57721566490153287, Once(1), 1e-12);
        SpanFunctions.Exp<double>(x, x);
        SpanFunctions.Log<double>(x, x);
        SpanFunctions.Digamma<double>(x, x);
        AssertNear("digamma", y, x, 1e-12);
        var error = Assert.Throws<ArgumentException>(() => SpanFunctions.Tanh<double>(x, y.AsSpan(1)));
        Assert.Equal("output", error.ParamName);

        static double Once(double value)
        {
            Span<double> one = [value];
            SpanFunctions.Digamma<double>(one, one);
            return one[0];
        }
    }

    [Fact]
    public void SoftmaxAtTheEdges()
    {
        const float Infinity = float.PositiveInfinity;
        foreach (var columns in (int[])[3, 20, 50])
        {
            var x = new float[4 * columns];
            Array.Fill(x, -Infinity, 0, columns);
            Array.Fill(x, -Infinity, columns, columns);
            x[columns + 2] = -1e30f;
            Array.Fill(x, 3e38f, 2 * columns, columns);
            Array.Fill(x, 1f, 3 * columns, columns);
            x[4 * columns - 1] = float.NaN;
            var p = new float[x.Length];
            var logP = new float[x.Length];
            Dense.Softmax<float>(new(x, 4, columns), new(p, 4, columns));
            Dense.LogSoftmax<float>(new(x, 4, columns), new(logP, 4, columns));
            for (var j = 0; j < columns; j++)
            {
                Assert.Equal(0, p[j]);
                Assert.Equal(-Infinity, logP[j]);
                Assert.Equal(j == 2 ? 1 : 0, p[columns + j]);
                Assert.Equal(j == 2 ? 0 : -Infinity, logP[columns + j]);
                Assert.Equal(1f / columns, p[2 * columns + j], 1e-7f);
                Assert.Equal(-MathF.Log(columns), logP[2 * columns + j], 1e-6f);
                Assert.True(float.IsNaN(p[3 * columns + j]) && float.IsNaN(logP[3 * columns + j]));
            }

            var dx = new float[x.Length];
            Array.Fill(p, 1);
            Dense.LogSoftmaxBackward<float>(new(logP, 4, columns), new(p, 4, columns), new(dx, 4, columns));
            Assert.All(dx[..columns], gradient => Assert.Equal(0, gradient));
        }
    }

    // Means a million deviations away from 0: what a one-pass variance, or a rounded mean, would lose.
    [Fact]
    public void NormalisationDoesNotCancel()
    {
        const int Rows = 600, Columns = 300;
        var x = Numbers<float>(Rows * Columns, 1, 0, 1).Select(v => 4096 + MathF.Round(v * 64) / 512).ToArray();
        var ones = Enumerable.Repeat(1f, Columns).ToArray();
        var zeros = new float[Columns];
        float[] output = new float[x.Length], mean = new float[Rows], inverse = new float[Rows];

        Dense.LayerNorm<float>(new(x, Rows, Columns), ones, zeros, new(output, Rows, Columns), mean, inverse);
        for (var i = 0; i < Rows; i++)
        {
            Standard(Enumerable.Range(0, Columns).Select(j => i * Columns + j));
        }

        Dense.BatchNorm<float>(BatchNormMode.Train, new(x, Rows, Columns), ones, zeros, new float[Columns], new float[Columns], new(output, Rows, Columns), mean.AsSpan(0, Columns), inverse.AsSpan(0, Columns));
        for (var j = 0; j < Columns; j++)
        {
            Standard(Enumerable.Range(0, Rows).Select(i => i * Columns + j));
        }

        void Standard(IEnumerable<int> indices)
        {
            var average = indices.Average(i => (double)x[i]);
            var deviation = Math.Sqrt(indices.Average(i => (x[i] - average) * (x[i] - average)) + 1e-5);
            Assert.All(indices, i => Assert.Equal((x[i] - average) / deviation, output[i], 1e-5));
        }
    }

    [Fact]
    public void LossesOfTenMillionElementsAreRightInFloat()
    {
        const int Count = 10_000_000;
        var a = new float[Count];
        var b = new float[Count];
        double squares = 0, gaussian = 0, bernoulli = 0;
        for (var i = 0; i < Count; i++)
        {
            // No symmetry for rounding errors to cancel in.
            a[i] = 0.1f + (i % 7) * 0.01f;
            b[i] = 0.7f;
            double p = a[i], t = b[i];
            squares += (p - t) * (p - t);
            gaussian += 0.5 * (t + (p - t) * (p - t) * Math.Exp(-t) + Math.Log(2 * Math.PI));
            bernoulli += p - p * t + Math.Log(1 + Math.Exp(-p));
        }

        Assert.Equal(1, Dense.SquaredError<float>(new(a, 1, Count), new(b, 1, Count)) / squares, 1e-6);
        Assert.Equal(1, Dense.GaussianNegativeLogLikelihood<float>(new(a, 1, Count), new(b, 1, Count), new(b, 1, Count)) / gaussian, 1e-6);
        Assert.Equal(1, Dense.BernoulliWithLogits<float>(new(a, Count / 10, 10), new(b, Count / 10, 10)) / bernoulli, 1e-6);

        var dBias = new float[10];
        Dense.ApplyBackward<float, Identity>(default, new(a, Count / 10, 10), default, dBias);
        for (var j = 0; j < 10; j++)
        {
            double sum = 0;
            for (var i = j; i < Count; i += 10)
            {
                sum += a[i];
            }

            Assert.Equal(1, dBias[j] / sum, 1e-6);
        }
    }

    [Fact]
    public void LabelsOutOfRangeAreReported()
    {
        const int Rows = 5000, Columns = 9;
        using var device = new CpuDevice(3);
        using var logits = device.Upload(Numbers<double>(Rows * Columns, 3, -2, 2), Rows, Columns);
        using var dLogits = device.Allocate<double>(Rows, Columns);
        using var loss = device.Allocate<double>(1);
        var labels = new int[Rows];
        var ignored = new byte[Rows];
        labels[10] = -1;
        ignored[10] = 1;
        labels[4711] = Columns;
        labels[4900] = -1;
        using var label = device.Upload(labels);
        using var ignore = device.Upload(ignored);
        device.Dense<double>().CrossEntropy(logits, label, ignore, loss);
        device.Dense<double>().CrossEntropyBackward(logits, label, ignore, 1, dLogits);
        Assert.True(double.IsNaN(loss.ToArray()[0]));
        Assert.Equal(4711, Assert.Throws<DeviceFaultException>(device.ThrowIfFaulted).Index);
        device.ThrowIfFaulted();

        var gradient = dLogits.ToArray();
        for (var i = 0; i < Rows; i++)
        {
            var row = gradient[(i * Columns)..((i + 1) * Columns)];
            Assert.Equal(i is 4711 or 4900, row.All(double.IsNaN));
            Assert.Equal(i == 10, row.All(value => value == 0));
        }
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        var x = new float[12];
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => Dense.Softmax<float>(new(x, 3, 4), new(x, 4, 3))).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => Dense.Apply<float, Relu>(new(x, 3, 4), new(ref x[0], 3, 4, 0))).ParamName);
        Assert.Equal("x", Assert.Throws<ArgumentNullException>(() => Dense.Softmax<float>(default, new(x, 3, 4))).ParamName);
        Assert.Equal("dBias", Assert.Throws<ArgumentException>(() => Dense.ApplyBackward<float, Identity>(default, new(x, 3, 4), default, new float[3])).ParamName);
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => Dense.BatchNorm<float>(BatchNormMode.Train, new(x, 1, 4), x.AsSpan(0, 4), x.AsSpan(0, 4), new float[4], new float[4], new(x, 1, 4), new float[4], new float[4])).ParamName);
        Assert.Equal("label", Assert.Throws<ArgumentException>(() => Dense.CrossEntropy<float>(new(x, 3, 4), new int[4], default, out _)).ParamName);
    }

    private delegate void RowKernel(ReadOnlySpan<float> x, Span<float> output, int rows, int threads);

    private static void AgreesWithReference<T>(int rows, int columns, double tolerance, int gap = 3)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var expected = Results<T>(new ReferenceDevice(), rows, columns, gap);
        var results = Results<T>(new CpuDevice(1), rows, columns, gap);
        foreach (var (name, values) in expected)
        {
            AssertNear($"{name} of {typeof(T).Name} [{rows}, {columns}]", values, results[name], tolerance);
        }
    }

    private static void AssertNear<T>(string name, T[] expected, T[] actual, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var scale = expected.Select(value => Math.Abs(double.CreateTruncating(value))).Where(value => value != Poison && double.IsFinite(value)).Append(1).Max();
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(double.CreateTruncating(expected[i]) - double.CreateTruncating(actual[i]));
            Assert.True(difference <= tolerance * scale || expected[i].Equals(actual[i]), $"{name}: element {i} is {actual[i]}, not {expected[i]}");
        }
    }

    private static T[] Numbers<T>(int count, int seed, double low, double high)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((float)(low + (high - low) * random.NextDouble())))];
    }

    /// <summary>Every output of every kernel, gaps included, by name.</summary>
    private static Dictionary<string, T[]> Results<T>(Device device, int rows, int columns, int gap)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var results = new Dictionary<string, T[]>();
        var tensors = new List<DeviceTensor>();
        var pending = new List<(string Name, DeviceTensor<T> Tensor)>();
        var dense = device.Dense<T>();
        var stride = columns + gap;
        var seed = 0;
        var scale = T.CreateTruncating(0.5);
        var half = T.CreateTruncating(0.25);

        DeviceTensor<TElement> Keep<TElement>(DeviceTensor<TElement> tensor)
            where TElement : unmanaged
        {
            tensors.Add(tensor);
            return tensor;
        }

        DeviceMatrix<T> Input(double low = -3, double high = 3)
        {
            var values = Numbers<T>(rows * stride + 1, ++seed, low, high);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = i == 0 || (i - 1) % stride >= columns ? T.NaN : values[i];
            }

            return new DeviceMatrix<T>(Keep(device.Upload(values)), 1, rows, columns, stride);
        }

        DeviceTensor<T> Vector(int count, double low = -2, double high = 2) => Keep(device.Upload(Numbers<T>(count, ++seed, low, high), count));

        DeviceMatrix<T> Output(string name)
        {
            var values = new T[rows * stride + 1];
            Array.Fill(values, T.CreateTruncating(Poison));
            var tensor = Keep(device.Upload(values));
            pending.Add((name, tensor));
            return new DeviceMatrix<T>(tensor, 1, rows, columns, stride);
        }

        DeviceTensor<T> Sum(string name, int count)
        {
            var tensor = Vector(count);
            pending.Add((name, tensor));
            return tensor;
        }

        var x = Input();
        var y = Input();
        var z = Input();
        dense.Apply<Gelu>(x, Output("gelu"));
        dense.Apply<Softplus>(x, Output("softplus"));
        dense.ApplyBackward<Tanh>(x, y, Output("tanh backward"));
        dense.ApplyBackward<Silu>(x, y, Output("silu backward with bias"), Sum("silu bias", columns), Vector(rows));
        dense.ApplyBackward<Identity>(default, y, default, Sum("bias", columns));
        dense.Fill(Output("fill"), scale);
        dense.Copy(x, Output("copy"));
        var row = Keep(device.Upload(Numbers<T>(columns, 99, -1, 1), 1, columns));
        var sum = Output("add scaled");
        dense.AddScaled(scale, x, T.Zero, sum);
        dense.AddScaled(half, new DeviceMatrix<T>(row, 0, rows, columns, 0), scale, sum);

        var p = Output("softmax");
        dense.Softmax(x, p);
        dense.SoftmaxBackward(p, y, Output("softmax backward"));
        var logP = Output("log softmax");
        dense.LogSoftmax(x, logP);
        dense.LogSoftmaxBackward(logP, y, Output("log softmax backward"));
        var lse = Sum("log sum exp", rows);
        dense.LogSumExp(x, lse);
        dense.LogSumExpBackward(x, lse, Vector(rows), Output("log sum exp backward"));

        var weight = Vector(columns);
        var bias = Vector(columns);
        if (columns > 0)
        {
            var (mean, inverse) = (Sum("layer mean", rows), Sum("layer inverse deviation", rows));
            dense.LayerNorm(x, weight, bias, Output("layer norm"), mean, inverse);
            dense.LayerNormBackward(x, weight, mean, inverse, y, Output("layer norm backward"), Sum("layer dWeight", columns), Sum("layer dBias", columns));
            dense.LayerNormBackward(x, weight, mean, inverse, y, Output("layer norm backward alone"), null, null);
        }

        foreach (var mode in (BatchNormMode[])[BatchNormMode.Train, BatchNormMode.Evaluate])
        {
            // Two rows have normal values of ±1 and cancelling gradients: their rounding errors are those of the subtraction.
            if (mode == BatchNormMode.Evaluate || rows > 2)
            {
                var (mean, inverse) = (Sum($"{mode} mean", columns), Sum($"{mode} inverse deviation", columns));
                var variance = Keep(device.Upload(Numbers<T>(columns, 98, 0.5, 2), columns));
                pending.Add(($"{mode} running variance", variance));
                dense.BatchNorm(mode, x, weight, bias, Sum($"{mode} running mean", columns), variance, Output($"{mode} batch norm"), mean, inverse);
                dense.BatchNormBackward(mode, x, weight, mean, inverse, y, Output($"{mode} batch norm backward"), Sum($"{mode} dWeight", columns), Sum($"{mode} dBias", columns));
            }
        }

        dense.SquaredError(x, y, Sum("squared error", 1));
        dense.SquaredErrorBackward(x, y, scale, Output("squared error dPrediction"), Output("squared error dTarget"));
        dense.SquaredErrorBackward(x, y, scale, default, Output("squared error dTarget alone"));
        dense.GaussianNegativeLogLikelihood(x, y, z, Sum("gaussian", 1));
        dense.GaussianNegativeLogLikelihoodBackward(x, y, z, scale, Output("gaussian dMean"), Output("gaussian dLogVariance"));
        var target = Input(0, 1);
        dense.BernoulliWithLogits(x, target, Sum("bernoulli", 1));
        dense.BernoulliWithLogitsBackward(x, target, scale, Output("bernoulli dLogits"));
        if (columns > 0)
        {
            var label = Keep(device.Upload(Enumerable.Range(0, rows).Select(i => i * 7 % columns).ToArray(), rows));
            var ignore = Keep(device.Upload(Enumerable.Range(0, rows).Select(i => (byte)(i % 4 == 3 ? 1 : 0)).ToArray(), rows));
            dense.CrossEntropy(x, label, ignore, Sum("cross-entropy", 1));
            dense.CrossEntropyBackward(x, label, ignore, scale, Output("cross-entropy dLogits"));
        }

        foreach (var (name, tensor) in pending)
        {
            results.Add(name, tensor.ToArray());
        }

        tensors.ForEach(tensor => tensor.Dispose());
        device.Dispose();
        return results;
    }
}
