using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Elementary functions on <see cref="ILanes{TSelf, T}"/>: one formula for every register width, for single elements and for GPUs.
/// </summary>
/// <remarks>
/// Errors are in units in the last place (ulp) of the exact result, over the whole domain, for float and double; the tests hold them to it.
/// NaN gives NaN.
/// </remarks>
public static unsafe partial class Functions
{
    /// <summary><c>1 / ln 2</c>.</summary>
    internal const double PerLn2 = 1.4426950408889634;

    // ln 2 in two parts, for float and double: the high one has so few bits that its product with an exponent is exact.
    internal const double SingleHighLn2 = 0.693115234375;
    internal const double SingleLowLn2 = 3.1946184945309415e-05;
    internal const double DoubleHighLn2 = 0.69314718055966296;
    internal const double DoubleLowLn2 = 2.8235290563031577e-13;

    /// <summary><c>eˣ</c>. Overflows to <c>+∞</c>, underflows gradually to 0. Error at most 1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Exponential<TLanes, T>.Known.Invoke(x);

    /// <summary><see cref="Exp"/> for <paramref name="x"/> that is not positive, with fewer multiplier instructions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes ExpOfNotPositive<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bounded = TLanes.AtLeast(x, ExpLow<TLanes, T>());
        var n = NearestMultipleOfLn2<TLanes, T>(bounded);
        var r = LessMultipleOfLn2<TLanes, T>(bounded, n);
        return TLanes.ScaleB(TLanes.FusedMultiplyAdd(r * r, Exponential<TLanes, T>.Known.Tail(r), r) + TLanes.Constant(1), n);
    }

    /// <summary>The largest magnitude of <c>k</c> in <see cref="ExpOverPowerOfTwo"/>, which keeps the reduction of its argument exact.</summary>
    internal const int LargestPowerOfTwo = 740;

    /// <summary><c>eˣ 2⁻ᵏ</c> for integers <c>k</c> up to <see cref="LargestPowerOfTwo"/> in magnitude: overflow and gradual underflow are those of the result. Error at most 1 ulp.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="k">The power.</param>
    /// <param name="low">What <see cref="ExpBounds"/> gives for <paramref name="k"/>.</param>
    /// <param name="high">The same.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes ExpOverPowerOfTwo<TLanes, T>(TLanes x, TLanes k, TLanes low, TLanes high)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bounded = TLanes.Clamp(x, low, high);
        var n = NearestMultipleOfLn2<TLanes, T>(bounded);
        return TimesExp<TLanes, T>(TLanes.Constant(1), LessMultipleOfLn2<TLanes, T>(bounded, n), n - k);
    }

    /// <summary>Where <see cref="ExpOverPowerOfTwo"/> is 0, and where it is infinite; taken once for a loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (TLanes Low, TLanes High) ExpBounds<TLanes, T>(TLanes k)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var ln2 = TLanes.Constant(0.69314718055994531);
        return ((k - Choose<TLanes, T>(152, 1080)) * ln2, (k + Choose<TLanes, T>(130, 1026)) * ln2);
    }

    /// <summary><c>eˣ - 1</c>, accurate near 0; keeps the sign of zero. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Expm1<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Below -40 the result is -1 to the last bit.
        var result = Expm1Finite<TLanes, T>(TLanes.Clamp(x, TLanes.Constant(-40), ExpHigh<TLanes, T>()));
        return TLanes.Select(TLanes.LessThan(TLanes.Abs(x), HalfEpsilon<TLanes, T>()), x, result);
    }

    /// <summary>Natural logarithm. <c>log 0 = -∞</c>; NaN below 0. Error at most 1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return LogEdges<TLanes, T>(LogPositive<TLanes, T>(x), x, x);
    }

    /// <summary><c>log(1 + x)</c>, accurate near 0; keeps the sign of zero. <c>-∞</c> at -1; NaN below. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log1p<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = TLanes.Constant(1) + x;
        var result = LogEdges<TLanes, T>(Log1pFinite<TLanes, T>(x, sum), sum, x);
        return TLanes.Select(TLanes.LessThan(TLanes.Abs(x), HalfEpsilon<TLanes, T>()), x, result);
    }

    /// <summary>Hyperbolic tangent; keeps the sign of zero. Error at most 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Tanh<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // With x = ½ n ln 2 + y, |y| ≤ ¼ ln 2, and t = tanh y it is (2ⁿ - 1 + (2ⁿ + 1) t) / (2ⁿ + 1 + (2ⁿ - 1) t), which is 1 to the last bit from 10 (20) on.
        // The sums hardly cancel; where n is 0 the quotient is t, and x itself when that is tiny: the 0 beside it is a negative one, for the sake of -0.
        var bound = Choose<TLanes, T>(10, 20);
        var bounded = TLanes.Clamp(x, -bound, bound);
        var shift = Choose<TLanes, T>(Bits.SingleShift + 127, Bits.DoubleShift + 1023);
        var shifted = TLanes.FusedMultiplyAdd(bounded, TLanes.Constant(2.8853900817779268), shift);
        var n = shifted - shift;
        var y = TLanes.FusedMultiplyAdd(n, TLanes.Constant(-0.34657359027997264), bounded);
        var z = y * y;
        var t = y * TLanes.FusedMultiplyAdd(z, TanhTail<TLanes, T>(z), TLanes.Constant(1));
        var power = TLanes.PowerOfShifted(shifted);
        var sum = power + TLanes.Constant(1);
        var difference = -(TLanes.Constant(1) - power);
        return TLanes.FusedMultiplyAdd(t, sum, difference) / TLanes.FusedMultiplyAdd(t, difference, sum);
    }

    /// <summary><c>1 / (1 + e⁻ˣ)</c>, accurate in both tails. Error at most 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Logistic<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The exponential of -|x| never overflows: 1 / (1 + e) on the right, e / (1 + e) on the left.
        var one = TLanes.Constant(1);
        var e = Exp<TLanes, T>(-TLanes.Abs(x));
        return TLanes.Select(TLanes.LessThan(x, TLanes.Zero), e, one) / (one + e);
    }

    /// <summary>Derivative of <see cref="Logistic"/>, <c>e⁻ˣ / (1 + e⁻ˣ)²</c>, accurate in both tails. Error at most 5 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogisticDerivative<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var e = Exp<TLanes, T>(-TLanes.Abs(x));
        var sum = TLanes.Constant(1) + e;
        return e / (sum * sum);
    }

    /// <summary><c>log(1 + eˣ)</c> as <c>max(x, 0) + log(1 + e^-|x|)</c>, without a linear cut-off. Error at most 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Softplus<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var e = Exp<TLanes, T>(-TLanes.Abs(x));
        var positive = TLanes.Select(TLanes.LessThanOrEqual(x, TLanes.Zero), TLanes.Zero, x);
        return positive + Log1pFinite<TLanes, T>(e, TLanes.Constant(1) + e);
    }

    /// <summary>Error function; keeps the sign of zero. Error at most 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Erf<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var magnitude = TLanes.Abs(x);
        var t = NormalBound<TLanes, T>(magnitude * TLanes.Constant(1.4142135623730951));
        var tail = NormalTail<TLanes, T>(t);
        var outer = TLanes.Or(TLanes.Constant(1) - (tail + tail), TLanes.And(x, TLanes.Constant(-0.0)));
        return TLanes.Select(TLanes.LessThan(magnitude, TLanes.Constant(0.5)), x * ErfCentre<TLanes, T>(x * x), outer);
    }

    /// <summary>Standard normal distribution function <c>Φ(x) = ½ erfc(-x / √2)</c>, accurate in the left tail. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes NormalDistribution<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var t = NormalBound<TLanes, T>(x);
        var tail = NormalTail<TLanes, T>(t);
        return TLanes.Select(TLanes.LessThan(x, TLanes.Zero), tail, TLanes.Constant(1) - tail);
    }

    /// <summary><c>x Φ(x)</c>, accurate in the left tail; 0 at <c>-∞</c>. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Gelu<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // max(x, 0) - |x| Φ(-|x|).
        var t = NormalBound<TLanes, T>(x);
        return TLanes.AtLeast(x, TLanes.Zero) - TimesExpHalfSquare<TLanes, T>(t * NormalTailRatio<TLanes, T>(t), t);
    }

    /// <summary>Derivative of <see cref="Gelu"/>, <c>Φ(x) + x φ(x)</c>. Error at most 6 ulp; within 1 of the zero at -0.75 at most 6 ulp of ⅛.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes GeluDerivative<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var t = NormalBound<TLanes, T>(x);
        var exponential = TimesExpHalfSquare<TLanes, T>(TLanes.Constant(1), t);
        var tail = NormalTailRatio<TLanes, T>(t) * exponential;
        var distribution = TLanes.Select(TLanes.LessThan(x, TLanes.Zero), tail, TLanes.Constant(1) - tail);
        var bounded = TLanes.Or(t, TLanes.And(x, TLanes.Constant(-0.0)));
        return TLanes.FusedMultiplyAdd(TLanes.Constant(0.3989422804014327) * bounded, exponential, distribution);
    }

    /// <summary><c>x / (1 + e⁻ˣ)</c>, accurate in the left tail until <c>e⁻ˣ</c> is subnormal; 0 at <c>-∞</c>. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return BoundBelow<TLanes, T>(x) * Logistic<TLanes, T>(x);
    }

    /// <summary>Derivative of <see cref="Silu"/>, <c>σ(x) + x σ(x) σ(-x)</c>. Error at most 6 ulp; within 1 of the zero at -1.28 at most 6 ulp of ⅛.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SiluDerivative<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // With e = exp(-|x|): σ(|x|) = 1 / (1 + e), σ(x) σ(-x) = e / (1 + e)². From 1000 on e is 0.
        var one = TLanes.Constant(1);
        var e = Exp<TLanes, T>(-TLanes.Abs(x));
        var inverse = one / (one + e);
        var logistic = TLanes.Select(TLanes.LessThan(x, TLanes.Zero), e, one) * inverse;
        var bounded = TLanes.Clamp(x, TLanes.Constant(-1000), TLanes.Constant(1000));
        return TLanes.FusedMultiplyAdd(bounded, e * inverse * inverse, logistic);
    }

    // x, but finite at -∞, where it multiplies a 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes BoundBelow<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.AtLeast(x, TLanes.Constant(-1000));
    }

    // |x|, bounded where φ(x) and Φ(-|x|) are 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalBound<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.AtMost(TLanes.Abs(x), Choose<TLanes, T>(15, 39));

    // Φ(-t) exp(t²/2) for t >= 0, as P / ((at + b) P + R): it falls like a multiple of 1 / t, and so the rounding errors of P count for little where t is large,
    // while all terms are positive.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailRatio<TLanes, T>(TLanes t)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var numerator = NormalTailNumerator<TLanes, T>(t);
        var linear = TLanes.FusedMultiplyAdd(t, Choose<TLanes, T>(2.50660157, 2.5066282746304323), Choose<TLanes, T>(0.00172580255, 1.499634479227233e-10));
        return numerator / TLanes.FusedMultiplyAdd(linear, numerator, NormalTailRest<TLanes, T>(t));
    }

    // Φ(-t) for t >= 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTail<TLanes, T>(TLanes t)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TimesExpHalfSquare<TLanes, T>(NormalTailRatio<TLanes, T>(t), t);

    // factor · exp(-t²/2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes TimesExpHalfSquare<TLanes, T>(TLanes factor, TLanes t)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // -½ t² = n ln 2 + r. The square is never rounded by itself: it is added to the product of n and the high part of ln 2, which is exact.
        var shift = Choose<TLanes, T>(Bits.SingleShift, Bits.DoubleShift);
        var n = TLanes.FusedMultiplyAdd(TLanes.Constant(-0.72134752044448170) * t, t, shift) - shift;
        var minusHalf = TLanes.Constant(-0.5);
        var multiple = n * Choose<TLanes, T>(-SingleHighLn2, -DoubleHighLn2);
        TLanes r;
        if (TLanes.Count > 1)
        {
            r = TLanes.FusedMultiplyAdd(minusHalf * t, t, multiple);
        }
        else
        {
            // Where a multiply-add may round twice: the square of the high half of t is exact, the rest (t - high)(t + high) is small.
            var high = TLanes.HighPart(t);
            r = (minusHalf * high * high) + multiple + (minusHalf * (t - high) * (t + high));
        }

        return TimesExp<TLanes, T>(factor, TLanes.FusedMultiplyAdd(n, Choose<TLanes, T>(-SingleLowLn2, -DoubleLowLn2), r), n);
    }

    // factor · exp(r + n ln 2) for |r| <= ½ ln 2; scaled last, so that only the product underflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes TimesExp<TLanes, T>(TLanes factor, TLanes r, TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.ScaleB(TLanes.FusedMultiplyAdd(factor, ExpSeries<TLanes, T>(r), factor), n);
    }

    // exp(r) - 1 for |r| <= ½ ln 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpSeries<TLanes, T>(TLanes r)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.FusedMultiplyAdd(r * r, Exponential<TLanes, T>.Known.Tail(r), r);

    // exp(x) - 1 for x in [-40, ExpHigh], at least twice the smallest normal number in magnitude or 0.
    // 2ⁿ (1 + r + tail) - 1: 2ⁿ - 1 and 2ⁿ r are added with their rounding error, which joins the small rest. All at half size, so that
    // n = 128 (1024) still has a power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Expm1Finite<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var n = NearestMultipleOfLn2<TLanes, T>(x);
        var high = TLanes.FusedMultiplyAdd(n, Choose<TLanes, T>(-SingleHighLn2, -DoubleHighLn2), x);
        var low = n * Choose<TLanes, T>(-SingleLowLn2, -DoubleLowLn2);
        var r = high + low;
        var rest = TLanes.FusedMultiplyAdd(r * r, Exponential<TLanes, T>.Known.Tail(r), high - r + low);
        var power = TLanes.PowerOfTwo(n - TLanes.Constant(1));
        var whole = power - TLanes.Constant(0.5);
        var scaled = power * r;
        var sum = whole + scaled;
        var half = sum + TLanes.FusedMultiplyAdd(power, rest, whole - sum + scaled);
        return half + half;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NearestMultipleOfLn2<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.RoundToNearest(x * TLanes.Constant(PerLn2));

    // x - n ln 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LessMultipleOfLn2<TLanes, T>(TLanes x, TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var high = TLanes.FusedMultiplyAdd(n, Choose<TLanes, T>(-SingleHighLn2, -DoubleHighLn2), x);
        return TLanes.FusedMultiplyAdd(n, Choose<TLanes, T>(-SingleLowLn2, -DoubleLowLn2), high);
    }

    // log x for finite x > 0; a meaningless number elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogPositive<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Subnormal numbers are scaled by 2²⁵ (2⁵⁴) into the normal range first.
        var shift = Choose<TLanes, T>(25, 54);
        var subnormal = TLanes.LessThan(x, Choose<TLanes, T>(1.1754943508222875e-38, 2.2250738585072014e-308));
        var normal = TLanes.Select(subnormal, x * Choose<TLanes, T>(33554432, 18014398509481984), x);
        var exponent = TLanes.Exponent(normal) - TLanes.And(subnormal, shift);
        return LogOfProduct<TLanes, T>(TLanes.Mantissa(normal) - TLanes.Constant(1), exponent);
    }

    // log((1 + f) 2ⁿ) for 1 + f in [¾, 3/2].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogOfProduct<TLanes, T>(TLanes f, TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogOfProduct<TLanes, T>(f, f / (TLanes.Constant(2) + f), n);

    // The same with s = f / (2 + f), whose last bits do not count: log(1 + f) = 2 artanh(s) = f - f²/2 + s (f²/2 + s² tail), where the
    // leading f is exact (fdlibm, e_log.c).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogOfProduct<TLanes, T>(TLanes f, TLanes s, TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var square = s * s;
        var halfSquare = TLanes.Constant(0.5) * f * f;
        var rest = TLanes.FusedMultiplyAdd(s, TLanes.FusedMultiplyAdd(square, LogTail<TLanes, T>(square), halfSquare), n * Choose<TLanes, T>(SingleLowLn2, DoubleLowLn2));
        return TLanes.FusedMultiplyAdd(n, Choose<TLanes, T>(SingleHighLn2, DoubleHighLn2), f - (halfSquare - rest));
    }

    // log(1 + x) for finite x > -1 (a meaningless number for NaN) and sum = 1 + x rounded. The rounding error of the sum, exact by the order
    // of its terms, joins the mantissa.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Log1pFinite<TLanes, T>(TLanes x, TLanes sum)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var one = TLanes.Constant(1);
        var error = TLanes.Select(TLanes.LessThan(x, one), x - (sum - one), one - (sum - x));
        var exponent = TLanes.Exponent(sum);
        var scaled = error * TLanes.PowerOfTwo(-exponent);
        // From 2⁶⁰ on the error does not count, and its scale may leave the normal range.
        var correction = TLanes.And(TLanes.LessThan(x, TLanes.Constant(1152921504606846976)), scaled);
        return LogOfProduct<TLanes, T>(TLanes.Mantissa(sum) - one + correction, exponent);
    }

    // -∞ where the argument is 0, NaN where it is negative, x where x is +∞ or NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogEdges<TLanes, T>(TLanes result, TLanes argument, TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        result = TLanes.Select(TLanes.Equal(argument, TLanes.Zero), TLanes.Constant(double.NegativeInfinity), result);
        result = TLanes.Select(TLanes.LessThan(argument, TLanes.Zero), TLanes.Constant(double.NaN), result);
        return TLanes.Select(TLanes.LessThan(x, TLanes.Constant(double.PositiveInfinity)), result, x);
    }

    /// <summary>Bounds an exponent to where the exponential is neither 0 nor +∞, and a little beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes ExpClamp<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Clamp(x, ExpLow<TLanes, T>(), ExpHigh<TLanes, T>());

    // Outside [ExpLow, ExpHigh] the exponential is 0 or +∞.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpLow<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Choose<TLanes, T>(-104, -746);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpHigh<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Choose<TLanes, T>(89, 710);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes HalfEpsilon<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Choose<TLanes, T>(2.9802322387695313e-8, 5.5511151231257827e-17);

    // The constant for the element type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Choose<TLanes, T>(double single, double @double)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Constant(sizeof(T) == 4 ? single : @double);
}
