using System.Numerics;
using Native.Kernels;

namespace Native.Tests.Operators;

/// <summary>The primitives of every register width and element type, lane by lane against plain scalar arithmetic.</summary>
public unsafe class LanesTests
{
    [Fact]
    public void Float() => All<Scalar<float>, Lanes128<float>, Lanes256<float>, Lanes512<float>, float>();

    [Fact]
    public void Double() => All<Scalar<double>, Lanes128<double>, Lanes256<double>, Lanes512<double>, double>();

    private static void All<TA, TB, TC, TD, T>()
        where TA : unmanaged, ILanes<TA, T>
        where TB : unmanaged, ILanes<TB, T>
        where TC : unmanaged, ILanes<TC, T>
        where TD : unmanaged, ILanes<TD, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Assert.Equal([1, 16 / sizeof(T), 32 / sizeof(T), 64 / sizeof(T)], [TA.Count, TB.Count, TC.Count, TD.Count]);
        Check<TA, T>();
        Check<TB, T>();
        Check<TC, T>();
        Check<TD, T>();
        Check<LanesPair<TB, T>, T>();
        Check<LanesPair<TD, T>, T>();
    }

    private static void Check<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] values = [T.Zero, T.NegativeZero, T.One, -T.One, T.E, -T.Pi, T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Epsilon, T.CreateChecked(1e-3), T.CreateChecked(-700)];
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                Binary<TLanes, T>((x, y) => x + y, (x, y) => x + y, a, b);
                Binary<TLanes, T>((x, y) => x - y, (x, y) => x - y, a, b);
                Binary<TLanes, T>((x, y) => x * y, (x, y) => x * y, a, b);
                Binary<TLanes, T>((x, y) => x / y, (x, y) => x / y, a, b);
                Binary<TLanes, T>(TLanes.Max, T.Max, a, b);
                Binary<TLanes, T>(TLanes.Min, T.Min, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Select(TLanes.Equal(x, y), x, -x), (x, y) => x == y ? x : -x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Select(TLanes.LessThan(x, y), x, -x), (x, y) => x < y ? x : -x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Select(TLanes.LessThanOrEqual(x, y), x, -x), (x, y) => x <= y ? x : -x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Select(TLanes.GreaterThan(x, y), x, -x), (x, y) => x > y ? x : -x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Select(TLanes.GreaterThanOrEqual(x, y), x, -x), (x, y) => x >= y ? x : -x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.And(TLanes.GreaterThan(x, y), x), (x, y) => x > y ? x : T.Zero, a, b);
                Binary<TLanes, T>((x, y) => TLanes.AndNot(x, TLanes.GreaterThan(x, y)), (x, y) => x > y ? T.Zero : x, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Or(TLanes.Abs(x), TLanes.And(y, TLanes.Constant(-0.0))), T.CopySign, a, b);
                Binary<TLanes, T>((x, y) => TLanes.Xor(x, TLanes.And(y, TLanes.Constant(-0.0))), (x, y) => T.IsNegative(y) ? -x : x, a, b);
            }

            Binary<TLanes, T>((x, _) => -x, (x, _) => -x, a, a);
            Binary<TLanes, T>((x, _) => TLanes.Abs(x), (x, _) => T.Abs(x), a, a);
            Binary<TLanes, T>((x, _) => TLanes.Sqrt(x), (x, _) => T.Sqrt(x), a, a);
            Binary<TLanes, T>((x, _) => TLanes.RoundToNearest(x), (x, _) => T.Round(x), T.IsFinite(a) ? a : T.One, a);
            Binary<TLanes, T>((x, _) => TLanes.Select(TLanes.IsNaN(x), TLanes.Constant(1), TLanes.Zero), (x, _) => T.IsNaN(x) ? T.One : T.Zero, a, a);
            Binary<TLanes, T>((x, _) => TLanes.All(TLanes.Equal(x, x)) ? x : -x, (x, _) => T.IsNaN(x) ? -x : x, a, a);
            Binary<TLanes, T>((x, _) => TLanes.AtLeast(x, TLanes.Constant(-2)), (x, _) => T.Max(x, T.CreateChecked(-2)), a, a);
            Binary<TLanes, T>((x, _) => TLanes.AtMost(x, TLanes.Constant(1.5)), (x, _) => T.Min(x, T.CreateChecked(1.5)), a, a);
            Binary<TLanes, T>((x, _) => TLanes.Clamp(x, TLanes.Constant(-2), TLanes.Constant(1.5)), (x, _) => T.IsNaN(x) ? x : T.Clamp(x, T.CreateChecked(-2), T.CreateChecked(1.5)), a, a);
        }

        if (TLanes.ScalesByAnyPower)
        {
            foreach (var value in new[] { T.One, T.Pi, T.NaN })
            {
                Binary<TLanes, T>(TLanes.ScaleB, (_, _) => T.PositiveInfinity, value, T.PositiveInfinity);
                Binary<TLanes, T>(TLanes.ScaleB, (_, _) => T.Zero, value, T.NegativeInfinity);
            }

            Binary<TLanes, T>(TLanes.ScaleB, (_, _) => T.PositiveInfinity, T.One, T.CreateChecked(1e30));
            Binary<TLanes, T>(TLanes.ScaleB, (_, _) => T.Zero, T.One, T.CreateChecked(-1e30));
        }

        var range = sizeof(T) == 4 ? 126 : 1022;
        for (var n = -2 * range; n <= 2 * range; n++)
        {
            var exponent = T.CreateChecked(n);
            Binary<TLanes, T>(TLanes.ScaleB, (x, y) => T.ScaleB(x, int.CreateChecked(y)), T.CreateChecked(0.8125), exponent);
            if (Math.Abs(n) > range)
            {
                continue;
            }

            Binary<TLanes, T>((x, _) => TLanes.PowerOfTwo(x), (x, _) => T.ScaleB(T.One, int.CreateChecked(x)), exponent, exponent);

            // The addition of the shift rounds to the nearest integer.
            var shift = T.CreateChecked(sizeof(T) == 4 ? 12582912.0 + 127 : 6755399441055744.0 + 1023);
            var near = exponent + T.CreateChecked(0.25);
            Binary<TLanes, T>((x, y) => TLanes.PowerOfShifted(x + y), (x, _) => T.ScaleB(T.One, int.CreateChecked(T.Round(x))), near, shift);
            foreach (var m in new[] { 0.75, 0.9, 1, sizeof(T) == 4 ? 1.4999998807907104 : 1.4999999999999998 })
            {
                var value = T.ScaleB(T.CreateChecked(m), Math.Max(n, 1 - range));
                Binary<TLanes, T>((x, _) => TLanes.Mantissa(x), (_, _) => T.CreateChecked(m), value, value);
                Binary<TLanes, T>((x, _) => TLanes.Exponent(x), (_, _) => T.CreateChecked(Math.Max(n, 1 - range)), value, value);
                if (value <= T.One)
                {
                    Binary<TLanes, T>((x, _) => TLanes.ExponentBelowOne(x), (_, _) => T.CreateChecked(Math.Max(n, 1 - range)), value, value);
                }
            }
        }

        var tenth = T.CreateChecked(0.1);
        var high = TLanes.Sum(TLanes.HighPart(TLanes.Broadcast(tenth))) / T.CreateChecked(TLanes.Count);
        Assert.True(T.Abs(high - tenth) < T.CreateChecked(sizeof(T) == 4 ? 1e-4 : 1e-8));
        Assert.Equal(T.Zero, T.FusedMultiplyAdd(high, high, -(high * high)));
        Assert.Equal(T.CreateChecked(7), TLanes.Sum(TLanes.FusedMultiplyAdd(TLanes.Constant(2), TLanes.Constant(3), TLanes.Constant(1))) / T.CreateChecked(TLanes.Count));
        Across<TLanes, T>();
        Partial<TLanes, T>();
    }

    private static void Binary<TLanes, T>(Func<TLanes, TLanes, TLanes> lanes, Func<T, T, T> scalar, T a, T b)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The operands stand in alternate lanes, so that a lane that takes its neighbour's value shows.
        var count = TLanes.Count;
        var x = new T[count];
        var y = new T[count];
        var actual = new T[count];
        for (var lane = 0; lane < count; lane++)
        {
            x[lane] = lane % 2 == 0 ? a : T.One;
            y[lane] = lane % 2 == 0 ? b : T.One;
        }

        fixed (T* left = x, right = y, result = actual)
        {
            TLanes.Store(lanes(TLanes.Load(left), TLanes.Load(right)), result);
        }

        for (var lane = 0; lane < count; lane += 2)
        {
            Assert.Equal(scalar(a, b), actual[lane]);
        }
    }

    private static void Across<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var count = TLanes.Count;
        var values = new T[count];
        for (var place = 0; place < count; place++)
        {
            for (var lane = 0; lane < count; lane++)
            {
                values[lane] = T.CreateChecked(lane == place ? 100 : lane);
            }

            fixed (T* source = values)
            {
                Assert.Equal(T.CreateChecked(100 - place + (count * (count - 1) / 2)), TLanes.Sum(TLanes.Load(source)));
                Assert.Equal(T.CreateChecked(100), TLanes.MaxAcross(TLanes.Load(source)));
                Assert.Equal(T.CreateChecked(-100), TLanes.MinAcross(-TLanes.Load(source)));
                values[place] = T.NaN;
                Assert.True(T.IsNaN(TLanes.MaxAcross(TLanes.Load(source))));
                Assert.True(T.IsNaN(TLanes.MinAcross(TLanes.Load(source))));
                Assert.True(T.IsNaN(TLanes.Sum(TLanes.Load(source))));
            }
        }
    }

    private static void Partial<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Reads and writes end exactly at the end of a page that is followed by one that must not be touched.
        using var memory = new GuardedMemory();
        var poison = T.CreateChecked(-5);
        for (var count = 0; count <= TLanes.Count; count++)
        {
            var end = (T*)memory.End;
            for (var lane = 1; lane <= count + 1; lane++)
            {
                end[-lane] = T.CreateChecked(lane);
            }

            var loaded = TLanes.LoadPartial(end - count, count);
            var whole = new T[TLanes.Count];
            fixed (T* destination = whole)
            {
                TLanes.Store(loaded, destination);
            }

            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                Assert.Equal(lane < count ? T.CreateChecked(count - lane) : T.Zero, whole[lane]);
            }

            TLanes.StorePartial(TLanes.Broadcast(poison), end - count, count);
            for (var lane = 1; lane <= count; lane++)
            {
                Assert.Equal(poison, end[-lane]);
            }

            Assert.Equal(T.CreateChecked(count + 1), end[-(count + 1)]);
        }
    }
}
