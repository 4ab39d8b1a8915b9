using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// The gamma function's logarithm and its derivatives. A negative argument is reflected (Γ(x) Γ(1 - x) = π / sin πx) and works on its magnitude,
// which is exact; a small one is moved to the right by the recurrence Γ(x + 1) = x Γ(x); the rest is the asymptotic series in powers of
// 1 / z², centred so that only even powers occur (Abramowitz and Stegun 1964, 6.1.17, 6.3.5 to 6.4.12), or, for the digamma function, a
// quotient of polynomials beside the logarithm, which serves small arguments as well.
public static unsafe partial class Functions
{
    /// <summary>
    /// <c>log|Γ(x)|</c>. <c>+∞</c> at 0, the negative integers and <c>+∞</c>; NaN below -2²¹ (float) or -2⁵⁰ (double), where neighbouring numbers are too far apart to
    /// tell a pole from what is beside it. Error at most 5 ulp for <c>x &gt; 0</c>, the zeros at 1 and 2 included; for <c>x &lt; 0</c> at most 4 ulp, or 4 ulp of
    /// <c>1 + |x|</c> where that is more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogGamma<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // log Γ(1 + y) with y = x - 1 from 1 on, with y = x and less log x in (0, 1), and for negative x
        // log|Γ(x)| = -log Γ(1 + |x|) - log|sin(πx) / π|. The logarithm's argument is 1 where there is none.
        var one = TLanes.Constant(1);
        var magnitude = TLanes.Abs(x);
        var negative = TLanes.LessThan(x, TLanes.Zero);
        var whole = TLanes.GreaterThanOrEqual(x, one);
        var y = TLanes.Select(whole, x - one, magnitude);
        var sine = TLanes.Abs(SineOverPi<TLanes, T>(FractionOfNegative<TLanes, T>(x)));
        var factor = TLanes.Select(whole, one, TLanes.Select(negative, sine, magnitude));
        var logOfFactor = LogPositive<TLanes, T>(factor);

        // For y < 2: y (y - 1) times a rational function, exact at the zeros. From there on Stirling's series; one division serves both.
        var z = TLanes.Select(whole, x, magnitude + one) - TLanes.Constant(0.5);
        var near = TLanes.LessThan(y, TLanes.Constant(2));
        var quotient = TLanes.Select(near, LogGammaNumerator<TLanes, T>(y), one) / TLanes.Select(near, LogGammaDenominator<TLanes, T>(y), z);
        var logarithm = LogOfProduct<TLanes, T>(TLanes.Mantissa(z) - one, TLanes.Exponent(z));
        var tail = TLanes.FusedMultiplyAdd(quotient, LogGammaTail<TLanes, T>(quotient * quotient), TLanes.Constant(0.91893853320467278));
        var far = TLanes.FusedMultiplyAdd(z, logarithm - one, tail);
        var value = TLanes.Select(near, y * (y - one) * quotient, far);

        var result = TLanes.Select(negative, -value, value) - logOfFactor;
        result = TLanes.Select(TLanes.Equal(factor, TLanes.Zero), TLanes.Constant(double.PositiveInfinity), result);
        result = TLanes.Select(TLanes.LessThan(x, LowestNegative<TLanes, T>()), TLanes.Constant(double.NaN), result);
        return TLanes.Select(TLanes.LessThan(x, TLanes.Constant(double.PositiveInfinity)), result, x);
    }

    /// <summary>
    /// <c>ψ(x) = d/dx log Γ(x)</c>. <c>-∞</c> at +0, <c>+∞</c> at -0 and at <c>+∞</c>; NaN at the negative integers and below -2²¹ (float) or -2⁵⁰ (double).
    /// Error for <c>x &gt; 0</c> at most 5 ulp, or 5 ulp of 1 where that is more (around the zero at 1.4616); for <c>x &lt; 0</c>, where there is a zero between
    /// any two poles, at most 5 ulp, or 5 ulp of <c>max(4, log|x|)</c> where that is more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Digamma<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ψ(1 + y) = log(y + c) - P(y) / Q(y) with y = |x|, less 1/x for positive x, in one quotient with P / Q, or less π cot(πx) for negative x.
        // The rest falls behind the logarithm long before y is bounded.
        var magnitude = TLanes.Abs(x);
        var bounded = TLanes.AtMost(magnitude, Choose<TLanes, T>(16777216, 1152921504606846976));
        var numerator = DigammaNumerator<TLanes, T>(bounded);
        var denominator = DigammaDenominator<TLanes, T>(bounded);
        var numeratorWithPole = TLanes.FusedMultiplyAdd(bounded, numerator, denominator);
        var denominatorWithPole = x * denominator;
        TLanes rest;
        if (TLanes.All(TLanes.GreaterThanOrEqual(x, TLanes.Zero)))
        {
            // Shapes and counts are positive, and then the cotangent is left out.
            rest = numeratorWithPole / denominatorWithPole;
        }
        else
        {
            var negative = TLanes.LessThan(x, TLanes.Zero);
            rest = TLanes.Select(negative, numerator, numeratorWithPole) / TLanes.Select(negative, denominator, denominatorWithPole)
                + TLanes.And(negative, DigammaReflection<TLanes, T>(x));
        }

        // The logarithm, at least 0.4, needs no more than an absolute accuracy.
        var z = magnitude + Choose<TLanes, T>(1.5, 3.5);
        var f = TLanes.Mantissa(z) - TLanes.Constant(1);
        var s = f / (TLanes.Constant(2) + f);
        var square = s * s;
        var logarithm = TLanes.FusedMultiplyAdd(TLanes.Exponent(z), TLanes.Constant(0.69314718055994531), s * TLanes.FusedMultiplyAdd(square, LogTail<TLanes, T>(square), TLanes.Constant(2)));
        return TLanes.Select(TLanes.LessThan(x, TLanes.Constant(double.PositiveInfinity)), logarithm - rest, x);
    }

    // π cot(πx) for negative x, NaN at the integers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes DigammaReflection<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var r = FractionOfNegative<TLanes, T>(x);
        var v = r * r;
        var cotangent = CotangentNumerator<TLanes, T>(v) / (r * CotangentDenominator<TLanes, T>(v));
        return TLanes.Select(TLanes.Equal(r, TLanes.Zero), TLanes.Constant(double.NaN), cotangent);
    }

    /// <summary>
    /// <c>ψ'(x) = d²/dx² log Γ(x)</c>. <c>+∞</c> at 0 and the negative integers; 0 at <c>+∞</c>; NaN below -2²¹ (float) or -2⁵⁰ (double). Error at most 4 ulp for <c>x &gt; 0</c>, 5 ulp for <c>x &lt; 0</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Trigamma<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // 1/x² + ψ'(1 + x) for positive x, (π / sin πx)² - ψ'(1 + |x|) for negative x.
        var one = TLanes.Constant(1);
        var magnitude = TLanes.Abs(x);
        var negative = TLanes.LessThan(x, TLanes.Zero);
        var pole = one / TLanes.Select(negative, SineOverPi<TLanes, T>(FractionOfNegative<TLanes, T>(x)), x);

        // ψ'(1 + y) = ψ'(4 + y) + 1/(m - 1)² + 1/m² + 1/(m + 1)², m = y + 2: with b = 1/(m² - 1) the outer two are 2b + 4b². Where the
        // common denominator overflows they are nothing beside the series, 1/z (1 + …).
        var m = magnitude + TLanes.Constant(2);
        var difference = TLanes.FusedMultiplyAdd(m, m, -one);
        var inverse = one / (m * difference);
        var middle = difference * inverse;
        var b = m * inverse;
        var shifts = TLanes.FusedMultiplyAdd(middle, middle, TLanes.FusedMultiplyAdd(TLanes.Constant(4) * b, b, b + b));
        shifts = TLanes.And(TLanes.LessThan(magnitude, Choose<TLanes, T>(1099511627776, 1152921504606846976)), shifts);
        var series = one / (magnitude + TLanes.Constant(3.5));
        var w = series * series;
        var rest = TLanes.FusedMultiplyAdd(series * w, TrigammaTail<TLanes, T>(w), series) + shifts;

        var result = TLanes.FusedMultiplyAdd(pole, pole, TLanes.Select(negative, -rest, rest));
        return TLanes.Select(TLanes.LessThan(x, LowestNegative<TLanes, T>()), TLanes.Constant(double.NaN), result);
    }

    // Below, the nearest integer is not to be had everywhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LowestNegative<TLanes, T>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Choose<TLanes, T>(-2097152, -1125899906842624);

    // x less the nearest integer for x down to LowestNegative, 0 below it; meaningless for positive x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes FractionOfNegative<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bounded = TLanes.AtLeast(x, LowestNegative<TLanes, T>());
        return bounded - TLanes.RoundToNearest(bounded);
    }

    // sin(πr) / π for |r| <= ½, whose magnitude is that of sin(πx) / π when r is x less an integer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SineOverPi<TLanes, T>(TLanes r)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var v = r * r;
        return TLanes.FusedMultiplyAdd(r * v, SineTail<TLanes, T>(v), r);
    }
}
