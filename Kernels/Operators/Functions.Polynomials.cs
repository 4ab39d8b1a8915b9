using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// Interpolants at Chebyshev nodes and minimax polynomials, in the form that has no cancellation and needs no fused multiply-add. sizeof(T) is folded by the
// JIT and by ILGPU, so only the polynomial of the element type is compiled.
public static unsafe partial class Functions
{
    /// <summary><c>(eʳ - 1 - r) / r²</c> for <c>|r| ≤ ½ ln 2</c>; times <c>r²</c> an error of 2⁻²⁹ (float, <c>r &lt; 0</c>), 2⁻²⁷ (float, <c>r &gt; 0</c>: the last place of <c>eʳ</c> is larger there), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpTail<TLanes, T>(TLanes r)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.00134275714);
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.00836765952));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0416750088));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.166665316));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.499999672));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.500007048234374e-08);
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.7630234494349167e-07));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.755758627262377e-06));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.4801493134688305e-05));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.00019841269506772988));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0013888888943599015));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.008333333333494335));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.04166666666653026));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.16666666666666413));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.5000000000000011));
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

    /// <summary><c>(t + k) Φ(-t) exp(t²/2)</c> with <c>q = (t - k) / (t + k)</c>, <c>k = 2.3125</c> (float: its leading coefficient is nearly a float) or 3.5 (double), for <c>t ≥ 0</c>; relative error 2⁻²⁸ (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailPolynomial<TLanes, T>(TLanes q)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-7.99141274e-05);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.000232103236));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(7.84949066e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00128815778));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00139817591));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.00482622876));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0125053624));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0240001426));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0931455105));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.39888773));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.695555331));
            return p;
        }
        else
        {
            var p = TLanes.Constant(1.4970403011617106e-09);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(4.932357312349873e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.876062065818632e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.6406669881187804e-08));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.010062231702615e-08));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(1.2398714180944482e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(2.9438867087405936e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.4322718883342881e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.4791484445265717e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.1650551474301186e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(5.651902091778244e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(1.1506663678921483e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.8788893752415142e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-7.558467466030078e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(6.703323124374067e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00047665710541742247));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0004450129500263532));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.00318910104873513));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0064762189198730846));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.017407832602070586));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.11605092871407843));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.3154249698879521));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.565561816053779));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.7444160754359381));
            return p;
        }
    }
}
