using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests.Dense;

using Dense = Native.Kernels.Cpu.Dense;

/// <summary>
/// Products of small integers are exact in any order of summation, so most of these tests compare for equality. Matrices have
/// rows with gaps, surrounded by a value that must neither be read into a result nor written over.
/// </summary>
public class MatrixProductSpanTests
{
    private static readonly int[] Sizes = [0, 1, 2, 3, 5, 8, 11, 12, 13, 16, 17, 25, 31, 33, 40];

    public static TheoryData<Transpose, Transpose> Transpositions => new()
    {
        { Transpose.No, Transpose.No },
        { Transpose.No, Transpose.Yes },
        { Transpose.Yes, Transpose.No },
        { Transpose.Yes, Transpose.Yes },
    };

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void SmallShapes(Transpose transposeA, Transpose transposeB)
    {
        foreach (var m in Sizes)
        {
            foreach (var n in Sizes)
            {
                foreach (var k in Sizes)
                {
                    Check<float>(m, n, k, transposeA, transposeB, (m + n + k) % 3 == 0, 1);
                    Check<double>(m, n, k, transposeA, transposeB, (m + n + k) % 2 == 0, 1);
                }
            }
        }
    }

    // Shapes of every way through the driver: shared packing in several groups of columns and of k, blocks that copy A,
    // B read in place, long sums in pieces, and sums so long that blocks are buffered.
    [Theory]
    [InlineData(130, 150, 300)]
    [InlineData(61, 90, 515)]
    [InlineData(300, 40, 70)]
    [InlineData(5, 700, 260)]
    [InlineData(37, 41, 5000)]
    [InlineData(64, 64, 2048)]
    [InlineData(9, 4200, 33)]
    [InlineData(70, 4200, 300)]
    [InlineData(20, 3300, 17000)]
    [InlineData(150, 450, 17000)]
    public void LargeShapes(int m, int n, int k)
    {
        foreach (var (transposeA, transposeB) in Transpositions.Select(row => row.Data))
        {
            Check<float>(m, n, k, transposeA, transposeB, transposeA == transposeB, 2);
            if (k <= 5000)
            {
                Check<double>(m, n, k, transposeA, transposeB, transposeA != transposeB, 3);
            }
        }
    }

    [Theory]
    [InlineData(512, 96, 200)]
    [InlineData(1000, 64, 64)]
    [InlineData(64, 64, 10000)]
    [InlineData(33, 70, 3000)]
    [InlineData(3, 1500, 400)]
    public void AnyNumberOfThreadsGivesTheSameBits(int m, int n, int k)
    {
        foreach (var (transposeA, transposeB) in Transpositions.Select(row => row.Data))
        {
            var expected = Random<float>(m, n, k, transposeA, transposeB, 1);
            foreach (var threads in (int[])[2, 3, 8])
            {
                Assert.Equal(expected, Random<float>(m, n, k, transposeA, transposeB, threads));
            }

            Assert.Equal(Random<double>(m, n, k, transposeA, transposeB, 1), Random<double>(m, n, k, transposeA, transposeB, 8));
        }
    }

    [Fact]
    public void BiasScaleActivationAndPreactivation()
    {
        foreach (var (m, n, k) in (ReadOnlySpan<(int, int, int)>)[(13, 19, 7), (40, 64, 300), (1, 3, 0), (25, 10, 4000), (150, 33, 9)])
        {
            foreach (var variant in Enumerable.Range(0, 16))
            {
                CheckFused<float>(m, n, k, (variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0, (variant & 8) != 0);
                CheckFused<double>(m, n, k, (variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0, (variant & 8) != 0);
            }
        }
    }

    [Fact]
    public void LongSumsInFloatAreAccurate()
    {
        const int K = 1_000_000;
        var a = new float[3 * K];
        var b = new float[2 * K];
        var random = new Random(1);
        for (var i = 0; i < a.Length; i++)
        {
            a[i] = i % 3 == 0 ? 0.1f : random.NextSingle();
        }

        Array.Fill(b, 0.1f);
        var c = new float[6];
        Dense.MatrixProduct<float>(new(a, K, 3), Transpose.Yes, new(b, K, 2), Transpose.No, new(c, 3, 2), threads: 2);
        for (var i = 0; i < 3; i++)
        {
            var exact = 0.0;
            for (var k = 0; k < K; k++)
            {
                exact += (double)a[(3 * k) + i] * 0.1f;
            }

            Assert.InRange(c[2 * i], exact * (1 - 1e-5), exact * (1 + 1e-5));
            Assert.Equal(c[2 * i], c[(2 * i) + 1]);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void NotANumberTimesZeroIsNotSkipped(float value)
    {
        foreach (var k in (int[])[1, 40, 3000])
        {
            var a = new float[20 * k];
            a[(7 * k) + k - 1] = value;
            var b = new float[k * 35];
            var c = new float[20 * 35];
            Dense.MatrixProduct<float>(new(a, 20, k), Transpose.No, new(b, k, 35), Transpose.No, new(c, 20, 35));
            for (var i = 0; i < c.Length; i++)
            {
                Assert.Equal(i / 35 == 7, float.IsNaN(c[i]));
            }
        }
    }

    [Fact]
    public void RepeatedRowsAndSlicesOfOneMatrixAreRead()
    {
        var buffer = new float[20 * 12];
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = i % 5;
        }

        var all = new MatrixView<float>(buffer, 20, 12);
        var repeated = new ReadOnlyMatrixView<float>(in buffer[3], 20, 4, 0);
        Dense.MatrixProduct(repeated, Transpose.No, (ReadOnlyMatrixView<float>)all.ColumnRange(0, 4), Transpose.Yes, new MatrixView<float>(new float[400], 20, 20));
        Dense.MatrixProduct(repeated, Transpose.No, new ReadOnlyMatrixView<float>(Enumerable.Repeat(1f, 16).ToArray(), 4, 4), Transpose.No, all.ColumnRange(8, 4));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(3 + 4 + 0 + 1, buffer[(12 * i) + 8]);
            Assert.Equal((12 * i) + 7, (12 * i) + 5 + (buffer[(12 * i) + 7] - (((12 * i) + 7) % 5)) + 2);
        }
    }

    [Fact]
    public void WrongArgumentsAreNamedAndNothingIsWritten()
    {
        var a = new float[6];
        var c = new float[4];
        Assert.StartsWith("b:", Assert.Throws<ArgumentException>(() => Dense.MatrixProduct<float>(new(a, 2, 3), Transpose.No, new(a, 2, 3), Transpose.No, new(c, 2, 2))).Message);
        Assert.StartsWith("c:", Assert.Throws<ArgumentException>(() => Dense.MatrixProduct<float>(new(a, 2, 3), Transpose.No, new(a, 2, 3), Transpose.Yes, new(c, 1, 2))).Message);
        Assert.StartsWith("c must not overlap a", Assert.Throws<ArgumentException>(() => Dense.MatrixProduct<float>(new(c, 2, 2), Transpose.No, new(a, 2, 2), Transpose.No, new(c, 2, 2))).Message);
        Assert.StartsWith("bias:", Assert.Throws<ArgumentException>(() => Dense.Linear<Identity, float>(new(a, 2, 3), new(a, 2, 3), [1f], new(c, 2, 2))).Message);
        Assert.All(c, value => Assert.Equal(0, value));
    }

    private static void Check<T>(int m, int n, int k, Transpose transposeA, Transpose transposeB, bool accumulate, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new Guarded<T>(transposeA == Transpose.No ? m : k, transposeA == Transpose.No ? k : m, 3);
        var b = new Guarded<T>(transposeB == Transpose.No ? k : n, transposeB == Transpose.No ? n : k, 5);
        var c = new Guarded<T>(m, n, 7);
        var before = c.Values.ToArray();
        if (!accumulate)
        {
            c.Fill((_, _) => T.NaN);
        }

        Dense.MatrixProduct(a.View, transposeA, b.View, transposeB, c.View, accumulate, threads);
        T A(int i, int l) => transposeA == Transpose.No ? a[i, l] : a[l, i];
        T B(int l, int j) => transposeB == Transpose.No ? b[l, j] : b[j, l];
        if ((long)m * n * k > 100_000)
        {
            // Freivalds: C v = A (B v) for an arbitrary v shows any wrong row, in the time of reading the matrices.
            var random = new Random(n + k);
            var v = Enumerable.Range(0, n).Select(_ => (double)random.Next(-8, 9)).ToArray();
            var product = Enumerable.Range(0, k).Select(l => Enumerable.Range(0, n).Sum(j => double.CreateChecked(B(l, j)) * v[j])).ToArray();
            for (var i = 0; i < m; i++)
            {
                var expected = Enumerable.Range(0, k).Sum(l => double.CreateChecked(A(i, l)) * product[l]) + (accumulate ? Enumerable.Range(0, n).Sum(j => double.CreateChecked(before[c.Index(i, j)]) * v[j]) : 0);
                var given = Enumerable.Range(0, n).Sum(j => double.CreateChecked(c[i, j]) * v[j]);
                Assert.True(given == expected, $"{typeof(T).Name} {m}x{n}x{k} {transposeA} {transposeB} accumulate {accumulate}: row {i} is wrong.");
            }

            c.CheckGuards();
            return;
        }

        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var expected = accumulate ? before[c.Index(i, j)] : T.Zero;
                for (var l = 0; l < k; l++)
                {
                    expected += A(i, l) * B(l, j);
                }

                if (c[i, j] != expected)
                {
                    Assert.Fail($"{typeof(T).Name} {m}x{n}x{k} {transposeA} {transposeB} accumulate {accumulate}: [{i}, {j}] is {c[i, j]}, expected {expected}.");
                }
            }
        }

        c.CheckGuards();
    }

    private static T[] Random<T>(int m, int n, int k, Transpose transposeA, Transpose transposeB, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(m + n + k);
        var a = Enumerable.Range(0, m * k).Select(_ => T.CreateChecked(random.NextDouble() - 0.3)).ToArray();
        var b = Enumerable.Range(0, k * n).Select(_ => T.CreateChecked(random.NextDouble() - 0.3)).ToArray();
        var c = new T[m * n];
        Dense.MatrixProduct<T>(
            transposeA == Transpose.No ? new(a, m, k) : new(a, k, m), transposeA, transposeB == Transpose.No ? new(b, k, n) : new(b, n, k), transposeB, new(c, m, n), threads: threads);
        return c;
    }

    private static void CheckFused<T>(int m, int n, int k, bool withBias, bool withScale, bool withPreactivation, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = new Guarded<T>(m, k, 3);
        var weight = new Guarded<T>(n, k, 5);
        var output = new Guarded<T>(m, n, 7);
        var preactivation = new Guarded<T>(m, n, 9);
        var before = output.Values.ToArray();
        if (!accumulate)
        {
            output.Fill((_, _) => T.NaN);
        }

        preactivation.Fill((_, _) => T.NaN);
        var bias = Enumerable.Range(0, withBias ? n : 0).Select(j => T.CreateChecked((j % 7) - 3)).ToArray();
        var scale = Enumerable.Range(0, withScale ? m : 0).Select(i => T.CreateChecked(i % 4)).ToArray();
        Dense.Linear<Relu, T>(x.View, weight.View, bias, output.View, withPreactivation ? preactivation.View : default, scale, accumulate, threads: 2);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var z = accumulate ? before[output.Index(i, j)] : T.Zero;
                for (var l = 0; l < k; l++)
                {
                    z += x[i, l] * weight[j, l];
                }

                z += withBias ? (withScale ? scale[i] : T.One) * bias[j] : T.Zero;
                Assert.Equal(T.Max(z, T.Zero), output[i, j]);
                Assert.Equal(withPreactivation ? z : T.NaN, preactivation[i, j]);
            }
        }

        output.CheckGuards();
        preactivation.CheckGuards();
    }

    /// <summary>A matrix of small integers with a gap behind every row and space around, all of it filled with a guard value.</summary>
    private sealed class Guarded<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const int Margin = 40;
        private static readonly T Guard = T.CreateChecked(123456789.0);

        private readonly int _rows;
        private readonly int _columns;
        private readonly int _stride;

        public Guarded(int rows, int columns, int seed)
        {
            _rows = rows;
            _columns = columns;
            _stride = columns + (seed % 4);
            Values = new T[(2 * Margin) + (rows * _stride)];
            Array.Fill(Values, Guard);
            Fill((i, j) => T.CreateChecked((((i * seed) + (j * 11) + (i * j)) % 7) - 3));
        }

        public T[] Values { get; }

        public MatrixView<T> View => new(ref Values[Margin], _rows, _columns, _stride);

        public T this[int i, int j] => Values[Index(i, j)];

        public int Index(int i, int j) => Margin + (i * _stride) + j;

        public void Fill(Func<int, int, T> value)
        {
            for (var i = 0; i < _rows; i++)
            {
                for (var j = 0; j < _columns; j++)
                {
                    Values[Index(i, j)] = value(i, j);
                }
            }
        }

        public void CheckGuards()
        {
            for (var index = 0; index < Values.Length; index++)
            {
                var (i, j) = Math.DivRem(index - Margin, Math.Max(1, _stride));
                if ((index < Margin || i >= _rows || j >= _columns) && Values[index] != Guard)
                {
                    Assert.Fail($"Element {index - Margin} outside of the matrix was written.");
                }
            }
        }
    }
}
