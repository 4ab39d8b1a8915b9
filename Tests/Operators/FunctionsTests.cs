using System.Numerics;
using Native.Kernels;

namespace Native.Tests.Operators;

/// <summary>Accuracy of the elementary functions and activations at every register width: double against fixed point, float against double.</summary>
public class FunctionsTests
{
    private const int Points = 200;

    public static TheoryData<string> Names => new(FunctionCase.All.Select(item => item.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void DoubleIsWithinBoundOfFixedPoint(string name)
    {
        var item = Find(name);
        var x = DoublePoints(item);
        var exact = x.Select(value => item.Exact(HighPrecision.FromDouble(value))).ToArray();
        Check(DoubleErrors<Lanes128<double>>(item, x, exact), item, x, "Lanes128");
        Check(DoubleErrors<Lanes256<double>>(item, x, exact), item, x, "Lanes256");
        Check(DoubleErrors<Lanes512<double>>(item, x, exact), item, x, "Lanes512");
        Check(DoubleErrors<Scalar<double>>(item, x, exact), item, x, "Scalar");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SingleIsWithinBoundOfDouble(string name)
    {
        var item = Find(name);
        var x = SinglePoints(item);
        var exact = new double[x.Length];
        item.Map<Lanes256<double>, double>(x.Select(value => (double)value).ToArray(), exact);
        Check(SingleErrors<Lanes128<float>>(item, x, exact), item, x, "Lanes128");
        Check(SingleErrors<Lanes256<float>>(item, x, exact), item, x, "Lanes256");
        Check(SingleErrors<Lanes512<float>>(item, x, exact), item, x, "Lanes512");
        Check(SingleErrors<Scalar<float>>(item, x, exact), item, x, "Scalar");
    }

    /// <summary>docs/ACCURACY.md has a line for every case, in their order, with the bounds that the tests hold.</summary>
    [Fact]
    public void TheTableOfErrorsIsThatOfTheTests()
    {
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "ACCURACY.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(cells => (cells[0].Replace("`", "", StringComparison.Ordinal), cells[1], cells[2]));
        Assert.Equal(FunctionCase.All.Select(item => (item.Name, $"{item.Ulps.Single}", $"{item.Ulps.Double}")), rows);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void VectorsOfEveryWidthAgreeBitwise(string name)
    {
        var item = Find(name);
        Agree<Lanes128<float>, Lanes256<float>, Lanes512<float>, float>(item, SinglePoints(item));
        Agree<Lanes128<double>, Lanes256<double>, Lanes512<double>, double>(item, DoublePoints(item));

        // Two side by side as well.
        Agree<Lanes256<float>, LanesPair<Lanes256<float>, float>, LanesPair<Lanes512<float>, float>, float>(item, SinglePoints(item));
        Agree<Lanes256<double>, LanesPair<Lanes256<double>, double>, LanesPair<Lanes512<double>, double>, double>(item, DoublePoints(item));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NaNGivesNaN(string name)
    {
        // Quiet and signalling, of either sign, with payload in the highest and in the lowest bit.
        var item = Find(name);
        float[] single = [float.NaN, .. new uint[] { 0x7f800001, 0xff800001, 0x7fffffff, 0x7fc00000, 0x7fa00000 }.Select(BitConverter.UInt32BitsToSingle)];
        double[] wide = [double.NaN, .. new ulong[] { 0x7ff0000000000001, 0xfff0000000000001, 0x7fffffffffffffff, 0x7ff8000000000000, 0x7ff4000000000000 }.Select(BitConverter.UInt64BitsToDouble)];
        Assert.All(Results<Scalar<float>, float>(item, single), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes128<float>, float>(item, single), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes256<float>, float>(item, single), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes512<float>, float>(item, single), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Scalar<double>, double>(item, wide), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes128<double>, double>(item, wide), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes256<double>, double>(item, wide), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes512<double>, double>(item, wide), y => Assert.True(double.IsNaN(y)));
    }

    [Theory]
    [InlineData("Exp", 0, double.PositiveInfinity, 1)]
    [InlineData("Expm1", -1, double.PositiveInfinity, 0)]
    [InlineData("Log", double.NaN, double.PositiveInfinity, double.NegativeInfinity)]
    [InlineData("Log1p", double.NaN, double.PositiveInfinity, 0)]
    [InlineData("Erf", -1, 1, 0)]
    [InlineData("NormalDistribution", 0, 1, 0.5)]
    [InlineData("Tanh", -1, 1, 0)]
    [InlineData("Tanh'", 0, 0, 1)]
    [InlineData("Sigmoid", 0, 1, 0.5)]
    [InlineData("Sigmoid'", 0, 0, 0.25)]
    [InlineData("Softplus", 0, double.PositiveInfinity, 0.69314718055994529)]
    [InlineData("Softplus'", 0, 1, 0.5)]
    [InlineData("Elu", -1, double.PositiveInfinity, 0)]
    [InlineData("Elu'", 0, 1, 1)]
    [InlineData("Gelu", 0, double.PositiveInfinity, 0)]
    [InlineData("Gelu'", 0, 1, 0.5)]
    [InlineData("Silu", 0, double.PositiveInfinity, 0)]
    [InlineData("Silu'", 0, 1, 0.5)]
    public void InfinityAndZeroGiveTheLimit(string name, double atMinusInfinity, double atInfinity, double atZero)
    {
        Edges(Find(name), [float.NegativeInfinity, float.PositiveInfinity, 0, -0f, float.MaxValue, float.MinValue, 1], (_, y) =>
        {
            Assert.Equal(atMinusInfinity, y[0]);
            Assert.Equal(atInfinity, y[1]);
            Assert.Equal((float)atZero, (float)y[2], 1e-6f);
            Assert.Equal(y[2], y[3]);
            Assert.True(double.IsFinite(y[6]));

            // The largest float is at the limit too, but for the logarithms of it.
            Assert.True(name.StartsWith("Log", StringComparison.Ordinal) || y[4] == atInfinity || y[4] == float.MaxValue);
            Assert.Equal(atMinusInfinity, y[5]);
        });
    }

    [Fact]
    public void ExponentialsOfHugeArgumentsAreInfiniteOrZero()
    {
        // Every octave of float, where what the reduction leaves of the argument may be of any size and sign.
        var random = new Random(6);
        float[] huge = [.. Enumerable.Range(0, 2000).Select(i => MathF.ScaleB(1 + random.NextSingle(), 10 + (i % 118)))];
        Edges(Find("Exp"), huge, (_, y) => Assert.All(y, value => Assert.Equal(double.PositiveInfinity, value)));
        Edges(Find("Exp"), [.. huge.Select(x => -x)], (_, y) => Assert.All(y, value => Assert.Equal(0, value)));
    }

    [Theory]
    [InlineData("Expm1")]
    [InlineData("Log1p")]
    [InlineData("Erf")]
    [InlineData("Tanh")]
    [InlineData("SinPi")]
    [InlineData("Sin")]
    public void OddFunctionsKeepTheSignOfZeroAndTinyArguments(string name)
    {
        Edges(Find(name), [-0f, 0, float.Epsilon, -float.Epsilon, 1e-38f, -1e-38f], (x, y) =>
        {
            Assert.True(float.IsNegative((float)y[0]));
            Assert.False(float.IsNegative((float)y[1]));
            var slope = name switch { "Erf" => 1.1283791670955126, "SinPi" => Math.PI, _ => 1 };
            Assert.All(x.Zip(y).Skip(2), pair => Assert.Equal(slope * pair.First, pair.Second, slope == 1 ? 0 : 2 * float.Epsilon));
        });
    }

    [Theory]
    [InlineData("SinPi", 1048577, 0.5, 1)]
    [InlineData("CosPi", 1048577, 1, -1)]
    [InlineData("Sin", 8193, 0, 0)]
    [InlineData("Cos", 8193, 0, 1)]
    public void CircularFunctionsAreNaNOutsideTheirDomain(string name, float outside, float inside, double value)
    {
        var wide = outside * (name.EndsWith("Pi", StringComparison.Ordinal) ? 1L << 29 : 1);
        Assert.All(Results<Lanes512<float>, float>(Find(name), [outside, -outside, float.PositiveInfinity, float.NegativeInfinity]), y => Assert.True(double.IsNaN(y)));
        Assert.All(Results<Lanes256<double>, double>(Find(name), [wide, -wide, double.PositiveInfinity, double.NegativeInfinity]), y => Assert.True(double.IsNaN(y)));
        Edges(Find(name), [inside], (_, y) => Assert.Equal(value, y[0], 1e-7));
    }

    [Fact]
    public void BoxMullerIsWithinFiveUlp()
    {
        // Uniforms of 23 bits: ends, middle, near the zeros of sine and cosine, and many others.
        var random = new Random(5);
        var m = Enumerable.Range(0, 4096).Select(i => i < 6 ? new[] { 0, (1 << 23) - 1, 1 << 22, (1 << 22) - 1, 1 << 21, (1 << 21) - 1 }[i] : random.Next(1 << 23)).ToArray();
        var u = m.Select(bits => (bits + 0.5) / (1 << 23)).ToArray();
        for (var i = 0; i < u.Length; i++)
        {
            Functions.BoxMuller<Scalar<double>, double>(new(u[i]), new(u[^(i + 1)]), out var first, out var second);
            Functions.BoxMuller<Lanes256<float>, float>(Lanes256<float>.Broadcast((float)u[i]), Lanes256<float>.Broadcast((float)u[^(i + 1)]), out var a, out var b);
            Assert.True(UlpsFrom(first.Value, a.Value[0], -10000) <= 5, $"{u[i]:R}, {u[^(i + 1)]:R}");
            Assert.True(UlpsFrom(second.Value, b.Value[0], -10000) <= 5, $"{u[i]:R}, {u[^(i + 1)]:R}");
            var r = Math.Sqrt(-2 * Math.Log(u[i]));
            Assert.Equal(r * Math.Cos(2 * Math.PI * u[^(i + 1)]), first.Value, 4e-15);
            Assert.Equal(r * Math.Sin(2 * Math.PI * u[^(i + 1)]), second.Value, 4e-15);
        }
    }

    [Fact]
    public void ExpUnderflowsGraduallyAndOverflowsToInfinity()
    {
        Edges(Find("Exp"), [-87.5f, -100, -103.9f, -104.1f, 88.72283f, 88.72285f], (_, y) =>
        {
            Assert.True(y[0] > 0 && y[1] > 0 && y[2] > 0);
            Assert.True(double.IsFinite(y[4]));
        });
        var z = new float[4];
        Find("Exp").Map<Lanes256<float>, float>([-103.9f, -104.1f, 88.72283f, 88.72285f], z);
        Assert.Equal([float.Epsilon, 0, z[2], float.PositiveInfinity], z);
        Assert.True(float.IsFinite(z[2]));
    }

    [Fact]
    public void GammaFunctionsAtZeroPolesAndInfinity()
    {
        const double Infinity = double.PositiveInfinity;
        float[] x = [0, -0f, -1, -2, -1000, float.PositiveInfinity, float.NegativeInfinity, -1e20f, 1, 2];
        Edges(Find("LogGamma"), x, (_, y) =>
        {
            Assert.Equal([Infinity, Infinity, Infinity, Infinity, Infinity, Infinity, double.NaN, double.NaN], y[..8]);
            Assert.Equal([0, 0], y[8..]);
        });
        Edges(Find("Digamma"), x, (_, y) =>
        {
            Assert.Equal([-Infinity, Infinity, double.NaN, double.NaN, double.NaN, Infinity, double.NaN, double.NaN], y[..8]);
            Assert.Equal(-0.57721566490153287, y[8], 1e-6);
        });
        Edges(Find("Trigamma"), x, (_, y) =>
        {
            Assert.Equal([Infinity, Infinity, Infinity, Infinity, Infinity, 0, double.NaN, double.NaN], y[..8]);
            Assert.Equal(1.6449340668482264, y[8], 1e-6);
        });

        // Subnormal and very small arguments: log Γ(x) = -log x, ψ(x) = -1/x, ψ'(x) = 1/x²; very large ones: x log x, log x, 1/x.
        float[] small = [float.Epsilon, 1e-40f, 1e-37f, 1e-19f, -1e-40f, -1e-37f];
        Edges(Find("LogGamma"), small, (at, y) => Assert.All(at.Zip(y), pair => Assert.Equal(-Math.Log(Math.Abs(pair.First)), pair.Second, 1e-5)));
        Edges(Find("Digamma"), small, (at, y) => Assert.All(at.Zip(y), pair => Near(-1 / pair.First, pair.Second)));
        Edges(Find("Trigamma"), small, (at, y) => Assert.All(at.Zip(y), pair => Near(1 / (pair.First * pair.First), pair.Second)));
        float[] large = [1e8f, 1e20f, 1e30f, float.MaxValue];
        Edges(Find("LogGamma"), large, (at, y) => Assert.All(at.Zip(y), pair => Near((pair.First - 0.5) * Math.Log(pair.First) - pair.First + 0.5 * Math.Log(2 * Math.PI), pair.Second)));
        Edges(Find("Digamma"), large, (at, y) => Assert.All(at.Zip(y), pair => Near(Math.Log(pair.First), pair.Second)));
        Edges(Find("Trigamma"), large, (at, y) => Assert.All(at.Zip(y), pair => Near(1 / pair.First, pair.Second)));

        // A result beyond the largest float counts as the infinity that float gives.
        static void Near(double expected, double found) =>
            Assert.True(Math.Abs(expected - found) <= 1e-6 * Math.Abs(expected) || (Math.Abs(expected) > float.MaxValue && double.IsInfinity(found) && Math.Sign(found) == Math.Sign(expected)), $"expected {expected}, but got {found}");
    }

    // Calls check(arguments, results) for every register width of both types.
    private static void Edges(FunctionCase item, float[] x, Action<double[], double[]> check)
    {
        var wide = x.Select(value => (double)value).ToArray();
        check(wide, Results<Scalar<float>, float>(item, x));
        check(wide, Results<Lanes128<float>, float>(item, x));
        check(wide, Results<Lanes256<float>, float>(item, x));
        check(wide, Results<Lanes512<float>, float>(item, x));
        check(wide, Results<Scalar<double>, double>(item, wide));
        check(wide, Results<Lanes128<double>, double>(item, wide));
        check(wide, Results<Lanes256<double>, double>(item, wide));
        check(wide, Results<Lanes512<double>, double>(item, wide));
    }

    private static double[] Results<TLanes, T>(FunctionCase item, T[] x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = new T[x.Length];
        item.Map<TLanes, T>(x, y);
        return [.. y.Select(double.CreateChecked)];
    }

    private static void Agree<TA, TB, TC, T>(FunctionCase item, T[] x)
        where TA : unmanaged, ILanes<TA, T>
        where TB : unmanaged, ILanes<TB, T>
        where TC : unmanaged, ILanes<TC, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, c) = (new T[x.Length], new T[x.Length], new T[x.Length]);
        item.Map<TA, T>(x, a);
        item.Map<TB, T>(x, b);
        item.Map<TC, T>(x, c);
        Assert.Equal(a, b);
        Assert.Equal(a, c);
    }

    private static FunctionCase Find(string name) => FunctionCase.All.Single(item => item.Name == name);

    private static void Check<T>(double[] errors, FunctionCase item, T[] x, string lanes)
        where T : IFloatingPointIeee754<T>
    {
        var worst = Array.IndexOf(errors, errors.Max());
        TestContext.Current.TestOutputHelper?.WriteLine($"{item.Name} {typeof(T).Name} {lanes}: {errors[worst]:F3} ulp at {x[worst]:R}");
        var allowed = typeof(T) == typeof(float) ? item.Ulps.Single : item.Ulps.Double;
        Assert.True(errors[worst] <= allowed, $"{item.Name} in {lanes}: {errors[worst]:F3} ulp at {x[worst]:R}, allowed {allowed}");
    }

    private static double[] DoubleErrors<TLanes>(FunctionCase item, double[] x, BigInteger[] exact)
        where TLanes : unmanaged, ILanes<TLanes, double>
    {
        var y = new double[x.Length];
        item.Map<TLanes, double>(x, y);
        return [.. x.Select((value, index) => HighPrecision.UlpsFrom(exact[index], y[index], LeastResult(item, value, -1010)))];
    }

    private static double[] SingleErrors<TLanes>(FunctionCase item, float[] x, double[] exact)
        where TLanes : unmanaged, ILanes<TLanes, float>
    {
        var y = new float[x.Length];
        item.Map<TLanes, float>(x, y);
        return [.. x.Select((value, index) => UlpsFrom(exact[index], y[index], LeastResult(item, value, -116)))];
    }

    // The binary exponent below which results count as if they had it.
    private static int LeastResult(FunctionCase item, double x, int underflow)
        => Math.Max(item.LeastExponent(x), item.Product ? underflow : -10000);

    private static double UlpsFrom(double exact, float value, int leastExponent)
    {
        if (Math.Abs(exact) >= (double)float.MaxValue * (1 + Math.ScaleB(1, -25)))
        {
            return float.IsInfinity(value) && float.Sign(value) == Math.Sign(exact) ? 0 : double.PositiveInfinity;
        }

        var exponent = exact == 0 ? -10000 : Math.ILogB(exact);
        var ulp = Math.ScaleB(1, Math.Max(Math.Max(exponent, leastExponent) - 23, -149));
        return double.IsNaN(value) ? double.PositiveInfinity : Math.Abs(value - exact) / ulp;
    }

    private static double[] DoublePoints(FunctionCase item)
    {
        var random = new Random(7);
        var points = new List<double>();
        while (points.Count < Points)
        {
            var magnitude = (points.Count % 4) switch
            {
                0 => random.NextDouble() * 2,
                1 => random.NextDouble() * 40,
                2 => Math.ScaleB(1 + random.NextDouble(), random.Next(-60, 10)),
                _ => Math.ScaleB(1 + random.NextDouble(), random.Next(-1000, 1024)),
            };
            Add(points, item, random.Next(2) == 0 ? magnitude : -magnitude, random);
        }

        return [.. points];
    }

    private static void Add(List<double> points, FunctionCase item, double x, Random random)
    {
        var (low, high) = item.Domain;
        if (x < low || x > high)
        {
            x = random.Next(4) == 0 ? Math.Max(low, -1000) + (random.NextDouble() * (Math.Min(high, 1000) - Math.Max(low, -1000))) : Math.Abs(x);
        }

        if (item.Takes(x))
        {
            points.Add(x);
        }
    }

    // Every 16411th bit pattern inside the domain.
    private static float[] SinglePoints(FunctionCase item)
    {
        var points = new List<float>();
        for (long bits = 0; bits < 1L << 32; bits += 16411)
        {
            var x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (item.Takes(x))
            {
                points.Add(x);
            }
        }

        return [.. points];
    }
}
