using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests.Updates;

using Updates = Native.Kernels.Cpu.Updates;

public class UpdateSpanTests
{
    public static TheoryData<AdamOptions> AdamCases =>
    [
        new AdamOptions(0.1),
        new AdamOptions(0.1, 0.8, 0.9, 1e-3, 0.5),
        new AdamOptions(0.1, 0.8, 0.9, 1e-3, 0.5, Decoupled: true),
    ];

    public static TheoryData<SgdOptions> SgdCases =>
    [
        new SgdOptions(0.1),
        new SgdOptions(0.1, 0.9),
        new SgdOptions(0.1, 0.9, 0.3),
        new SgdOptions(0.1, 0, 0.3),
    ];

    [Theory]
    [MemberData(nameof(AdamCases))]
    public void AdamFollowsItsFormula(AdamOptions options)
    {
        for (var count = 0; count <= 257; count++)
        {
            Check<float>(count, 1e-5);
            Check<double>(count, 1e-13);
        }

        void Check<T>(int count, double tolerance)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var p = Numbers<T>(count, 1);
            var m = new T[count];
            var v = new T[count];
            var expected = p.Select(value => (P: double.CreateTruncating(value), M: 0.0, V: 0.0)).ToArray();
            for (var step = 1; step <= 3; step++)
            {
                var g = Numbers<T>(count, step + 1);
                Updates.Adam<T>(p.AsSpan(0, count), g.AsSpan(0, count), m, v, step, options);
                for (var i = 0; i < count; i++)
                {
                    var (x, first, second) = expected[i];
                    var gradient = double.CreateTruncating(g[i]) + (options.Decoupled ? 0 : options.WeightDecay * x);
                    x *= options.Decoupled ? 1 - options.LearningRate * options.WeightDecay : 1;
                    first = options.Beta1 * first + (1 - options.Beta1) * gradient;
                    second = options.Beta2 * second + (1 - options.Beta2) * gradient * gradient;
                    x -= options.LearningRate * (first / (1 - Math.Pow(options.Beta1, step))) / (Math.Sqrt(second / (1 - Math.Pow(options.Beta2, step))) + options.Epsilon);
                    expected[i] = (x, first, second);
                    Assert.Equal(x, double.CreateTruncating(p[i]), tolerance);
                    Assert.Equal(first, double.CreateTruncating(m[i]), tolerance);
                    Assert.Equal(second, double.CreateTruncating(v[i]), tolerance);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SgdCases))]
    public void SgdFollowsItsFormula(SgdOptions options)
    {
        for (var count = 0; count <= 257; count++)
        {
            var p = Numbers<float>(count, 1);
            var expected = p.Select(value => (P: (double)value, B: 0.0)).ToArray();

            // The first step must not read the buffer.
            var b = options.Momentum == 0 ? [] : Enumerable.Repeat(float.NaN, count).ToArray();
            for (var step = 1; step <= 3; step++)
            {
                var g = Numbers<float>(count, step + 1);
                Updates.Sgd<float>(p, g, b, step, options);
                for (var i = 0; i < count; i++)
                {
                    var (x, buffer) = expected[i];
                    buffer = options.Momentum * buffer + g[i] + options.WeightDecay * x;
                    x -= options.LearningRate * buffer;
                    expected[i] = (x, buffer);
                    Assert.Equal(x, p[i], 1e-5);
                    if (options.Momentum != 0)
                    {
                        Assert.Equal(buffer, b[i], 1e-5);
                    }
                }
            }
        }
    }

    [Fact]
    public void AnyThreadCountGivesTheSameBits()
    {
        const int Count = 200_003;
        float[][]? expected = null;
        foreach (var threads in (int[])[1, 2, 3, 8])
        {
            float[] p = Numbers<float>(Count, 1), g = Numbers<float>(Count, 2), m = Numbers<float>(Count, 3), v = [.. Numbers<float>(Count, 4).Select(Math.Abs)], b = Numbers<float>(Count, 5);
            Updates.Adam<float>(p, g, m, v, 2, new AdamOptions(0.1), threads);
            Updates.Sgd<float>(p, g, b, 2, new SgdOptions(0.1, 0.9), threads);
            float[][] results = [p, m, v, b];
            expected ??= results;
            Assert.All(results.Zip(expected), pair => Assert.True(pair.First.AsSpan().SequenceEqual(pair.Second)));
        }
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        var x = new float[4];
        Assert.Equal("gradient", Assert.Throws<ArgumentException>(() => Updates.Adam<float>(x, new float[3], x, x, 1, default)).ParamName);
        Assert.Equal("step", Assert.Throws<ArgumentOutOfRangeException>(() => Updates.Adam<float>(x, x, x, x, 0, default)).ParamName);
        Assert.Equal("momentumBuffer", Assert.Throws<ArgumentException>(() => Updates.Sgd<float>(x, x, default, 1, new SgdOptions(1, 0.9))).ParamName);
    }

    private static T[] Numbers<T>(int count, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((float)(random.NextDouble() * 4 - 2)))];
    }
}
