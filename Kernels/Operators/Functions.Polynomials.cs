using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// Interpolants at Chebyshev nodes and minimax polynomials, in the form that has no cancellation and needs no fused multiply-add. sizeof(T) is folded by the
// JIT and by ILGPU, so only the polynomial of the element type is compiled.
public static unsafe partial class Functions
{
    /// <summary><c>(tanh(y) / y - 1) / z</c> with <c>z = y²</c> for <c>|y| ≤ ¼ ln 2</c>; times <c>z</c> an error of 2⁻³² (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes TanhTail<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-0.0527253457);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.13331178));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.333333227));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.0034446225244840616);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.00885729156895632958));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.0218693702090928421));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.053968252775358998));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.133333333327799868));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.333333333333324783));
            return p;
        }
    }

    /// <summary><c>(2 artanh(s) / s - 2) / z</c> with <c>z = s²</c> for <c>s = f / (2 + f)</c>, <c>1 + f</c> in <c>[√½, 3/2]</c>; relative error 2⁻²⁷ (float), 2⁻⁵⁴ (double), where <c>z</c> times it is at most a 70th of the whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogTail<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.2374834636);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.2853268477));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.4000031215));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.6666666628));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.13604792887954698);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.13210251775113507));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.15388840650682184));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.18181738292027205));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.22222223040081571));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.28571428567324053));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.4000000000000784));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.66666666666666663));
            return p;
        }
    }

    /// <summary><c>-4 artanh(s) / s</c> with <c>z = s²</c> for <c>s = f / (2 + f)</c>, <c>1 + f</c> in <c>[¾, 3/2]</c>; relative error 2⁻²⁸ (float), 2⁻⁶⁰ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes MinusFourArtanhRatio<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-0.6086985059);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.7990534635));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-1.333340968));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-3.99999999));
            return p;
        }
        else
        {
            return TLanes.FusedMultiplyAdd(TLanes.Constant(-2) * z, LogTail<TLanes, T>(z), TLanes.Constant(-4));
        }
    }

    /// <summary><c>erf(x) / x</c> with <c>z = x²</c> for <c>|x| ≤ ½</c>; relative error 2⁻²⁹ (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ErfCentre<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.00471889189);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.0267576492));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.112828303));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.37612609));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.12837917));
            return p;
        }
        else
        {
            var p = TLanes.Constant(1.472521125226674e-06);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-1.4845787890421724e-05));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.00012053332795966865));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.00085482977079068972));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.0052239773725259965));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.026866170632859));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.11283791670925271));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.37612638903183471));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.1283791670955126));
            return p;
        }
    }

    /// <summary><c>P</c> of <c>Φ(-t) exp(t²/2) = P / ((at + b) P + R)</c> for <c>0 ≤ t ≤ 15</c> (float) or 39 (double); relative error 2⁻²⁶ (float), 2⁻⁵⁹ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailNumerator<TLanes, T>(TLanes t)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.398946524);
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(3.92603898));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(17.6645145));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(42.1732864));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(47.9928589));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.39894228040152313);
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(12.413287046900592));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(189.62956568531473));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(1849.9237889415253));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(12672.869359390108));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(63456.63224581709));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(234913.76816663312));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(635701.1983202798));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(1208949.1137221786));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(1472730.1030738044));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(889373.4032503429));
            return p;
        }
    }

    /// <summary><c>R</c> to <see cref="NormalTailNumerator"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailRest<TLanes, T>(TLanes t)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.979923785);
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(9.99883747));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(40.560379));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(95.9028931));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.9999999926425902);
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(31.115496627475558));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(473.3308147644065));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(4574.840799582));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(30825.498152377062));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(150099.4508727194));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(529984.5412051154));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(1319460.5167469445));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(2135366.30111945));
            p = TLanes.FusedMultiplyAdd(p, t, TLanes.Constant(1778746.8063673123));
            return p;
        }
    }
}
