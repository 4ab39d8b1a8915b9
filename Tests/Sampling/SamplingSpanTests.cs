using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

using Sampling = Native.Kernels.Cpu.Sampling;

/// <summary>What the numbers promise beyond agreement with the reference device: published vectors, any cut of a range, moments and frequencies.</summary>
public class SamplingSpanTests
{
    /// <summary>The known answers of Random123 for philox4x32-10: counter, key, words.</summary>
    [Theory]
    [InlineData(new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 }, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, new uint[] { 0xffffffff, 0xffffffff }, new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, new uint[] { 0xa4093822, 0x299f31d0 }, new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void PhiloxGivesThePublishedAnswers(uint[] counter, uint[] key, uint[] expected)
    {
        var words = new uint[4];
        Philox.Block(key[0], key[1], (counter[0], counter[1], counter[2], counter[3]), words);
        Assert.Equal(expected, words);
    }

    [Fact]
    public void TheFirstBlockIsThePublishedOne()
    {
        var words = new uint[4];
        Sampling.PhiloxWords(default, words);
        Assert.Equal([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8], words);
    }

    /// <summary>Blocks whose number needs the counter's second word, and the step from one to the other.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData((1L << 34) - 50)]
    [InlineData((1L << 62) - 50)]
    public void WordsFollowTheScalarGenerator(long first)
    {
        var words = new uint[300];
        Sampling.PhiloxWords(new PhiloxPosition(0xfedcba9876543210, 0x89abcdef, first), words);
        Span<uint> block = stackalloc uint[4];
        for (var i = 0; i < words.Length; i++)
        {
            Philox.Block(0xfedcba9876543210, 0x89abcdef, (ulong)(first + i) / 4, block);
            Assert.Equal(block[(int)((first + i) % 4)], words[i]);
        }
    }

    [Fact]
    public void AnyCutOfARangeGivesTheSameBits()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            const int Count = 40_000;
            var start = new PhiloxPosition(99, 5, 1);
            T[] uniform = new T[Count], normal = new T[Count];
            var words = new uint[Count];
            Sampling.PhiloxWords(start, words);
            Sampling.Uniform(start, new MatrixView<T>(uniform, 1, Count));
            Sampling.Normal(start, new MatrixView<T>(normal, 1, Count));
            var random = new Random(3);
            for (var trial = 0; trial < 300; trial++)
            {
                var offset = random.Next(Count - 1);
                var length = random.Next(1, Math.Min(Count - offset, trial % 10 == 0 ? 20_000 : 300) + 1);
                var position = start.Advance(offset);
                var part = new T[length];
                Sampling.Uniform(position, new MatrixView<T>(part, 1, length));
                Assert.True(part.AsSpan().SequenceEqual(uniform.AsSpan(offset, length)), $"uniform {offset} {length}");
                Sampling.Normal(position, new MatrixView<T>(part, 1, length));
                Assert.True(part.AsSpan().SequenceEqual(normal.AsSpan(offset, length)), $"normal {offset} {length}");
                var partWords = new uint[length];
                Sampling.PhiloxWords(position, partWords);
                Assert.True(partWords.AsSpan().SequenceEqual(words.AsSpan(offset, length)), $"words {offset} {length}");
            }
        }
    }

    [Fact]
    public void AnyThreadCountAndAnyStrideGiveTheSameBits()
    {
        const int Rows = 403;
        const int Columns = 501;
        var position = new PhiloxPosition(4, 2, 3);
        var expected = new float[Rows * Columns];
        var expectedWords = new uint[Rows * Columns];
        Sampling.Normal(position, new MatrixView<float>(expected, 1, Rows * Columns));
        Sampling.PhiloxWords(position, expectedWords);
        foreach (var threads in (int[])[1, 2, 3, 8])
        {
            var found = new float[Rows * (Columns + 7)];
            Sampling.Normal(position, new MatrixView<float>(found, Rows, Columns + 7).ColumnRange(3, Columns), threads);
            for (var row = 0; row < Rows; row++)
            {
                Assert.True(found.AsSpan(row * (Columns + 7) + 3, Columns).SequenceEqual(expected.AsSpan(row * Columns, Columns)));
            }

            var words = new uint[Rows * Columns];
            Sampling.PhiloxWords(position, words, threads);
            Assert.True(words.AsSpan().SequenceEqual(expectedWords));
        }
    }

    /// <summary>Outputs of more than 16 MiB are stored past the caches, from an address that no register starts at.</summary>
    [Fact]
    public void LargeOutputsHaveTheSameBits()
    {
        const int Count = (1 << 22) + 129;
        const int Part = (1 << 20) + 3;
        var position = new PhiloxPosition(21, 0, 2);
        float[] whole = new float[Count + 1], part = new float[Part], zero = new float[Count], draw = new float[Count + 1];
        Sampling.Normal(position, new MatrixView<float>(whole.AsSpan(1), 1, Count), 2);
        Sampling.GaussianReparameterise(new ReadOnlyMatrixView<float>(zero, 1, Count), new ReadOnlyMatrixView<float>(zero, 1, Count), position, new MatrixView<float>(draw.AsSpan(1), 1, Count), 2);
        Assert.True(whole.AsSpan().SequenceEqual(draw));
        for (var start = 0; start < Count; start += Part)
        {
            var length = Math.Min(Part, Count - start);
            Sampling.Normal(position.Advance(start), new MatrixView<float>(part, 1, length));
            Assert.True(whole.AsSpan(1 + start, length).SequenceEqual(part.AsSpan(0, length)));
        }
    }

    /// <summary>Drawing inside a kernel and drawing first are the same.</summary>
    [Fact]
    public void DrawnNoiseIsTheNoiseThatCouldBeGiven()
    {
        const int Rows = 37;
        const int Columns = 53;
        var position = new PhiloxPosition(8, 1, 2);
        var random = new Random(1);
        var x = Enumerable.Range(0, Rows * Columns).Select(_ => random.NextSingle()).ToArray();
        float[] noise = new float[x.Length], a = new float[x.Length], b = new float[x.Length];
        ReadOnlyMatrixView<float> input = new(x, Rows, Columns), given = new(noise, Rows, Columns);
        Sampling.Normal(position, new MatrixView<float>(noise, Rows, Columns));
        Sampling.GaussianReparameterise(input, input, given, new MatrixView<float>(a, Rows, Columns));
        Sampling.GaussianReparameterise(input, input, position, new MatrixView<float>(b, Rows, Columns));
        Assert.Equal(a, b);
        Sampling.Uniform(position, new MatrixView<float>(noise, Rows, Columns));
        Sampling.Bernoulli(input, given, new MatrixView<float>(a, Rows, Columns));
        Sampling.Bernoulli(input, position, new MatrixView<float>(b, Rows, Columns));
        Assert.Equal(a, b);
        Sampling.GumbelSoftmax(input, given, 0.5f, new MatrixView<float>(a, Rows, Columns), default);
        Sampling.GumbelSoftmax(input, position, 0.5f, new MatrixView<float>(b, Rows, Columns), default);
        Assert.Equal(a, b);
        int[] first = new int[Rows], second = new int[Rows];
        Sampling.Categorical(input, given, first, out _);
        Sampling.Categorical(input, position, second, out _);
        Assert.Equal(first, second);
    }

    [Fact]
    public void UniformsAreUniform()
    {
        const int Count = 1 << 20;
        const int Bins = 256;
        var u = new double[Count];
        Sampling.Uniform(new PhiloxPosition(1), new MatrixView<double>(u, 1, Count), 2);
        var counts = new int[Bins];
        foreach (var value in u)
        {
            Assert.True(value is > 0 and < 1);
            Assert.Equal(value, (float)value);
            counts[(int)(value * Bins)]++;
        }

        // χ² of 255 degrees of freedom: mean 255, standard deviation 22.6.
        const double Expected = (double)Count / Bins;
        Assert.InRange(counts.Sum(count => (count - Expected) * (count - Expected) / Expected), 150, 360);
        Assert.Equal(0.5, u.Average(), 5 * 0.2887 / Math.Sqrt(Count));
    }

    [Fact]
    public void NormalsHaveTheMomentsOfANormal()
    {
        const int Count = 1 << 20;
        var z = new float[Count];
        Sampling.Normal(new PhiloxPosition(2), new MatrixView<float>(z, 1, Count), 2);
        double Moment(int power) => z.Average(x => Math.Pow(x, power));
        var root = Math.Sqrt(Count);
        Assert.Equal(0, Moment(1), 5 / root);
        Assert.Equal(1, Moment(2), 5 * Math.Sqrt(2) / root);
        Assert.Equal(0, Moment(3), 5 * Math.Sqrt(15) / root);
        Assert.Equal(3, Moment(4), 5 * Math.Sqrt(96) / root);

        // Neighbours, of one pair and of two, are not correlated.
        Assert.Equal(0, Enumerable.Range(0, Count - 1).Average(i => (double)z[i] * z[i + 1]), 5 / root);
        Assert.True(z.Max(Math.Abs) < 5.78);

        // Φ at a few points.
        foreach (var (x, p) in new[] { (-2.0, 0.02275), (-1.0, 0.15866), (0, 0.5), (0.5, 0.69146), (3, 0.99865) })
        {
            Assert.Equal(p, z.Count(value => value < x) / (double)Count, 5 * Math.Sqrt(p * (1 - p)) / root + 1e-5);
        }
    }

    [Fact]
    public void ChoicesHaveTheProbabilitiesOfTheirWeights()
    {
        // Weights 1, 2, 3, 4 and 0 in every row.
        const int Rows = 40_000;
        var logWeights = Enumerable.Range(0, 5).Select(j => j == 4 ? double.NegativeInfinity : Math.Log(j + 1)).ToArray();
        var weights = new ReadOnlyMatrixView<double>(in logWeights[0], Rows, 5, 0);
        var one = new int[Rows];
        Sampling.Categorical(weights, new PhiloxPosition(3), one, out var fault);
        Assert.Equal(-1, fault);
        for (var j = 0; j < 5; j++)
        {
            var p = j == 4 ? 0 : (j + 1) / 10.0;
            Assert.Equal(p, one.Count(index => index == j) / (double)Rows, 5 * Math.Sqrt(p * (1 - p) / Rows));
        }

        // Plackett–Luce: after 3 (weight 4) comes 0 with 1/6; the pair has 4/10 · 1/6.
        var two = new int[Rows * 2];
        Sampling.GumbelTopK(weights, new PhiloxPosition(4), new MatrixView<int>(two, Rows, 2), default, out _);
        var pairs = Enumerable.Range(0, Rows).Count(i => two[2 * i] == 3 && two[2 * i + 1] == 0);
        Assert.Equal(4 / 60.0, pairs / (double)Rows, 5 * Math.Sqrt(4 / 60.0 * 56 / 60 / Rows));
        Assert.All(Enumerable.Range(0, Rows), i => Assert.NotEqual(two[2 * i], two[2 * i + 1]));
        var draws = new double[Rows * 5];
        var probability = new[] { 0, 0.1, 0.5, 0.9, 1.0 };
        Sampling.Bernoulli(new ReadOnlyMatrixView<double>(in probability[0], Rows, 5, 0), new PhiloxPosition(5), new MatrixView<double>(draws, Rows, 5));
        for (var j = 0; j < 5; j++)
        {
            Assert.Equal(probability[j], Enumerable.Range(0, Rows).Average(i => draws[5 * i + j]), 5 * Math.Sqrt(probability[j] * (1 - probability[j]) / Rows));
        }
    }

    [Fact]
    public void ASmallTemperatureGivesTheCategoryThatTheIndexNames()
    {
        const int Rows = 200;
        var logits = new float[Rows * 9];
        var output = new float[Rows * 9];
        var index = new int[Rows];
        Sampling.GumbelSoftmax(new ReadOnlyMatrixView<float>(logits, Rows, 9), new PhiloxPosition(6), 1e-4f, new MatrixView<float>(output, Rows, 9), index);
        for (var row = 0; row < Rows; row++)
        {
            Assert.True(output[row * 9 + index[row]] > 0.5f);
        }
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        var x = new float[12];
        var uniform = new float[12];
        var end = new PhiloxPosition(0, 0, long.MaxValue - 5);
        Assert.Equal("first", Assert.Throws<ArgumentOutOfRangeException>(() => new PhiloxPosition(0, 0, -1)).ParamName);
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => end.Advance(6)).ParamName);
        Assert.Equal("position", Assert.Throws<ArgumentOutOfRangeException>(() => Sampling.PhiloxWords(end, new uint[6])).ParamName);
        Assert.Equal("position", Assert.Throws<ArgumentOutOfRangeException>(() => Sampling.Uniform(end, new MatrixView<float>(x, 3, 4))).ParamName);
        Assert.Equal("uniform", Assert.Throws<ArgumentOutOfRangeException>(() => Sampling.Bernoulli(View(x), end, new MatrixView<float>(x, 3, 4))).ParamName);
        Assert.Equal("epsilon", Assert.Throws<ArgumentException>(() => Sampling.GaussianReparameterise(View(x), View(x), new ReadOnlyMatrixView<float>(x, 2, 4), new MatrixView<float>(x, 3, 4))).ParamName);
        Assert.Equal("temperature", Assert.Throws<ArgumentOutOfRangeException>(() => Sampling.GumbelSoftmax(View(x), View(uniform), 0f, new MatrixView<float>(x, 3, 4), default)).ParamName);
        Assert.Equal("temperature", Assert.Throws<ArgumentOutOfRangeException>(() => Sampling.GumbelSoftmaxBackward(View(x), float.NaN, View(x), new MatrixView<float>(x, 3, 4))).ParamName);
        Assert.Equal("index", Assert.Throws<ArgumentException>(() => Sampling.GumbelTopK(View(x), View(uniform), new MatrixView<int>(new int[15], 3, 5), default, out _)).ParamName);
        Assert.Equal("index", Assert.Throws<ArgumentException>(() => Sampling.Categorical(View(x), View(uniform), new int[2], out _)).ParamName);
        Assert.Equal("priorLogVariance", Assert.Throws<ArgumentNullException>(() => Sampling.GaussianKl(View(x), View(x), View(x), default, new float[3])).ParamName);
        Assert.Equal("dPriorMean", Assert.Throws<ArgumentException>(() => Sampling.GaussianKlBackward<float>(View(x), View(x), default, default, new float[3], default, default, new MatrixView<float>(x, 3, 4))).ParamName);

        static ReadOnlyMatrixView<float> View(float[] values) => new(values, 3, 4);
    }

    [Fact]
    public void AKernelWantsItsNoise()
    {
        using var device = new CpuDevice(1);
        using var x = device.Allocate<float>(3, 4);
        using var output = device.Allocate<float>(3, 4);
        var end = new PhiloxPosition(0, 0, long.MaxValue - 5);
        Assert.Equal("uniform", Assert.Throws<ArgumentNullException>(() => device.Sampling<float>().Bernoulli(x, default, output)).ParamName);
        Assert.Equal("epsilon", Assert.Throws<ArgumentOutOfRangeException>(() => device.Sampling<float>().GaussianReparameterise(x, x, end, output)).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => device.Sampling<float>().Bernoulli(x, output, output)).ParamName);
        Assert.Throws<NotSupportedException>(device.Sampling<Half>);
    }
}
