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

    /// <summary><c>(2 artanh(s) / s - 2) / z</c> with <c>z = s²</c> for <c>s = f / (2 + f)</c>, <c>1 + f</c> in <c>[√½, √2]</c>; relative error 2⁻²⁹ (float), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogTail<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.233327618);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.285507364));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.400001226));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.666666666));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.1308944373626974);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.13268503447792365));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.15386249783145214));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.18181795454619548));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.22222222393451754));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.28571428570795937));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.4000000000000089));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.66666666666666663));
            return p;
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

    /// <summary><c>(t + k) Φ(-t) exp(t²/2)</c> with <c>q = (t - k) / (t + k)</c>, <c>k = 2.4375</c> (float: its leading coefficient is nearly a float) or 3 (double), for <c>t ≥ ½</c>; relative error 2⁻²⁷ (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailPolynomial<TLanes, T>(TLanes q)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-0.000230583961);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.000238657276));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.000966993456));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00227229868));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.00278566936));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0154415965));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0146614214));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.119103468));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.422527198));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.703152781));
            return p;
        }
        else
        {
            var p = TLanes.Constant(-2.3243421740095197e-08);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(8.1196680285690922e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(1.2434030934218802e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(5.8561834665554198e-08));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.107931197524059e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-6.0012303877236436e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(3.5778577574839273e-08));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(2.2571334720813768e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(3.6270882151781044e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.5168820535523072e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-2.068521239055672e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.3246463704134596e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(7.8811899873046441e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00015439456245201498));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.00025657525074467523));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0010458286345046905));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0010275922521411453));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.0069726212411971447));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.010462867023048538));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.047263025142991744));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.23001771997459983));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.5093319819174893));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.72908369013337304));
            return p;
        }
    }
}
