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
        // With x = 2u - 1 in (-1, 1): cos 2πu = -cos πx, sin 2πu = -sin πx; the sign goes to r.
        var r = -TLanes.Sqrt(TLanes.Constant(-2) * LogOfNormalNumber<TLanes, T>(radius));
        SinCosPi<TLanes, T>(angle + angle - TLanes.Constant(1), out var sine, out var cosine);
        first = r * cosine;
        second = r * sine;
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

    // The logarithm of a positive normal number: Log without the edges.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogOfNormalNumber<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogOfProduct<TLanes, T>(TLanes.Mantissa(x) - TLanes.Constant(1), TLanes.Exponent(x));
}
