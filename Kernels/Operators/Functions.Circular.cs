using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// Sine and cosine. All of them end in the sine of an argument folded into a quarter turn on either side of 0, where one polynomial has relative accuracy.
// Near the zeros the differences that fold it are exact.
public static unsafe partial class Functions
{
    /// <summary><c>sin πx</c> for <c>|x| ≤ 2²⁰</c> (float) or <c>2⁴⁹</c> (double); NaN beyond. Keeps the sign of zero. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SinPi<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SinCosPi<TLanes, T>(LessEvenInteger<TLanes, T>(x), out var sine, out _);

        // The difference of -0 and itself is +0.
        return TLanes.Select(TLanes.Equal(x, TLanes.Zero), x, sine);
    }

    /// <summary><c>cos πx</c> for <c>|x| ≤ 2²⁰</c> (float) or <c>2⁴⁹</c> (double); NaN beyond. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes CosPi<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SinCosPi<TLanes, T>(LessEvenInteger<TLanes, T>(x), out _, out var cosine);
        return cosine;
    }

    /// <summary><c>sin πx</c> and <c>cos πx</c> together, for <c>|x| ≤ 1</c>; meaningless numbers elsewhere. Error at most 4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCosPi<TLanes, T>(TLanes x, out TLanes sine, out TLanes cosine)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // cos πx = sin π(½ - |x|), and sin π|x| = sin π min(|x|, 1 - |x|), which is taken with a minus sign: a maximum is the cheaper instruction.
        var magnitude = TLanes.Abs(x);
        var complement = TLanes.Constant(0.5) - magnitude;
        var folded = TLanes.AtLeast(-magnitude, magnitude - TLanes.Constant(1));
        cosine = complement * SinPiRatio<TLanes, T>(complement * complement);
        sine = TLanes.Xor(folded * SinPiRatio<TLanes, T>(folded * folded), TLanes.AndNot(TLanes.Constant(-0.0), x));
    }

    /// <summary><c>sin x</c> of an angle in radians, for <c>|x| ≤ 8192</c>; NaN beyond. Keeps the sign of zero. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sin<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // sin|x| = (-1)ⁿ sin(|x| - nπ); the signs of x and of (-1)ⁿ are put on at the end.
        var magnitude = TLanes.Abs(x);
        var n = TLanes.RoundToNearest(magnitude * TLanes.Constant(0.31830988618379067));
        var sign = TLanes.Xor(TLanes.And(x, TLanes.Constant(-0.0)), SignOfParity<TLanes, T>(n));
        return WithinRadians<TLanes, T>(magnitude, TLanes.Xor(SinOfQuarter<TLanes, T>(LessMultipleOfPi<TLanes, T>(magnitude, n)), sign));
    }

    /// <summary><c>cos x</c> of an angle in radians, for <c>|x| ≤ 8192</c>; NaN beyond. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Cos<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // cos|x| = -(-1)ⁿ sin(|x| - (n + ½)π).
        var magnitude = TLanes.Abs(x);
        var half = TLanes.Constant(0.5);
        var n = TLanes.RoundToNearest(TLanes.FusedMultiplyAdd(magnitude, TLanes.Constant(0.31830988618379067), -half));
        var sign = TLanes.Xor(TLanes.Constant(-0.0), SignOfParity<TLanes, T>(n));
        return WithinRadians<TLanes, T>(magnitude, TLanes.Xor(SinOfQuarter<TLanes, T>(LessMultipleOfPi<TLanes, T>(magnitude, n + half)), sign));
    }

    // x less the nearest even integer, which is exact; NaN outside the domain of RoundToNearest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LessEvenInteger<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var even = TLanes.RoundToNearest(TLanes.Constant(0.5) * x);
        var inside = TLanes.LessThanOrEqual(TLanes.Abs(x), Choose<TLanes, T>(1048576, 562949953421312));
        return TLanes.Select(inside, x - (even + even), TLanes.Constant(double.NaN));
    }

    // The sign bit where the integer n is odd.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SignOfParity<TLanes, T>(TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = TLanes.Constant(0.5) * n;
        return TLanes.AndNot(TLanes.Constant(-0.0), TLanes.Equal(half, TLanes.RoundToNearest(half)));
    }

    // x - mπ for a multiple m < 2¹² of ½. π is cut into parts of 11 (40) bits, whose products with the 13 bits of m are exact, and a last one beyond
    // the closest that a float (double) in the domain comes to a multiple of ½π.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LessMultipleOfPi<TLanes, T>(TLanes x, TLanes m)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            x -= m * TLanes.Constant(3.140625);
            x -= m * TLanes.Constant(0.0009675025939941406);
            x -= m * TLanes.Constant(1.5099067240953445e-07);
            x -= m * TLanes.Constant(5.126565838509123e-12);
            return x - m * TLanes.Constant(1.2246467991473532e-16);
        }
        else
        {
            x -= m * TLanes.Constant(3.1415926535883045);
            x -= m * TLanes.Constant(1.488709496096051e-12);
            x -= m * TLanes.Constant(1.273663432701236e-24);
            return x - m * TLanes.Constant(9.540334652437137e-37);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes WithinRadians<TLanes, T>(TLanes magnitude, TLanes result)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Select(TLanes.LessThanOrEqual(magnitude, TLanes.Constant(8192)), result, TLanes.Constant(double.NaN));

    // sin r for |r| ≤ ½π: r + r³ tail(r²), where the leading r is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SinOfQuarter<TLanes, T>(TLanes r)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var square = r * r;
        return TLanes.FusedMultiplyAdd(r * square, SinTail<TLanes, T>(square), r);
    }

    /// <summary><c>sin(πx) / x</c> with <c>z = x²</c> for <c>|x| ≤ ½</c>; relative error 2⁻²⁷ (float), 2⁻⁶¹ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SinPiRatio<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.0776559123);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.598290411));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(2.55007739));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-5.16771008));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(3.14159264));
            return p;
        }
        else
        {
            var p = TLanes.Constant(7.6978267682241906e-07);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-2.1903497074626017e-05));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.00046629981618983938));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.0073704305059169434));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.082145886573102895));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.59926452931894468));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(2.5501640398773005));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-5.1677127800499696));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(3.1415926535897932));
            return p;
        }
    }

    /// <summary><c>(sin(r) / r - 1) / z</c> with <c>z = r²</c> for <c>|r| ≤ ½π</c>; error 2⁻³³ (float), 2⁻⁵⁹ (double) of <c>sin(r) / r</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SinTail<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-2.40801904e-08);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(2.75364636e-06));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.000198410866));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.00833333277));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.166666667));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.7314447669863993e-15);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-7.6439702967985721e-13));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.6058977312464088e-10));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-2.5052107616996183e-08));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(2.7557319219163233e-06));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.00019841269841254974));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.0083333333333333159));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.16666666666666667));
            return p;
        }
    }
}
