using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// What turns uniforms into other distributions.
public static unsafe partial class Functions
{
    /// <summary>
    /// Two independent standard normals of two uniforms in (0, 1) that are not subnormal (Box and Muller 1958): <c>first = r cos θ</c>, <c>second = r sin θ</c>,
    /// <c>r = √(-2 ln radius)</c>, <c>θ = 2π angle</c>; meaningless numbers elsewhere. Error at most 5 ulp, but that an <paramref name="angle"/> counts as the nearest multiple of 2⁻²⁴ (2⁻⁵³).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BoxMuller<TLanes, T>(TLanes radius, TLanes angle, out TLanes first, out TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // With x = 1 - 2u in (-1, 1): cos 2πu = -cos πx = sin π(|x| - ½), sin 2πu = sin πx = ±sin π(½ - |½ - |x||).
        var r = TLanes.Sqrt(MinusTwiceLogOfUniform<TLanes, T>(radius));
        var half = TLanes.Constant(0.5);
        var x = TLanes.FusedMultiplyAdd(angle, TLanes.Constant(-2), TLanes.Constant(1));
        var a = TLanes.Abs(x) - half;
        var b = half - TLanes.Abs(a);
        first = r * (a * SinPiRatio<TLanes, T>(a * a));
        second = r * TLanes.Xor(b * SinPiRatio<TLanes, T>(b * b), TLanes.And(x, TLanes.Constant(-0.0)));
    }

    /// <summary>A draw from the standard Gumbel distribution of a uniform in (0, 1): <c>-ln(-ln u)</c>; NaN outside, and where <c>u</c> is subnormal. Error at most 2 ulp of the larger of the result and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Gumbel<TLanes, T>(TLanes u)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var result = -LogOfNormalNumber<TLanes, T>(-LogOfNormalNumber<TLanes, T>(u));
        var inside = TLanes.And(TLanes.LessThan(u, TLanes.Constant(1)), TLanes.GreaterThanOrEqual(u, Choose<TLanes, T>(1.1754943508222875e-38, 2.2250738585072014e-308)));
        return TLanes.Select(inside, result, TLanes.Constant(double.NaN));
    }

    // -2 ln x of a normal number in (0, 1), within some 2 ulp, in fewer operations than LogOfProduct: with x = m 2ⁿ it is -2n ln 2 - 4 artanh(s), s = (m - 1) / (m + 1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes MinusTwiceLogOfUniform<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var f = TLanes.Mantissa(x) - TLanes.Constant(1);
        var s = f / (TLanes.Constant(2) + f);
        return TLanes.FusedMultiplyAdd(TLanes.ExponentBelowOne(x), TLanes.Constant(-1.3862943611198906), s * MinusFourArtanhRatio<TLanes, T>(s * s));
    }

    // The logarithm of a positive normal number: Log without the edges.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogOfNormalNumber<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogOfProduct<TLanes, T>(TLanes.Mantissa(x) - TLanes.Constant(1), TLanes.Exponent(x));
}
