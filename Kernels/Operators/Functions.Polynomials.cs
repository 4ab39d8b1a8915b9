using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// Interpolants at Chebyshev nodes, in the form that has no cancellation and needs no fused multiply-add. sizeof(T) is folded by the
// JIT and by ILGPU, so only the polynomial of the element type is compiled.
public static unsafe partial class Functions
{
    /// <summary><c>(eʳ - 1 - r) / r²</c> for <c>|r| ≤ ½ ln 2</c>; relative error 2⁻²⁸ (float), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpTail<TLanes, T>(TLanes r)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.0001989128);
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.00139339104));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.00833331066));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0416664626));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.166666667));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.5));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.0914907453046358e-09);
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.5105525761140995e-08));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.7557273111810967e-07));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.7557254656202336e-06));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(2.4801587325967827e-05));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0001984126987540889));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0013888888888883629));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.0083333333333259658));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.041666666666666671));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.16666666666666671));
            p = TLanes.FusedMultiplyAdd(p, r, TLanes.Constant(0.5));
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

    /// <summary><c>erf(x) / x</c> with <c>z = x²</c> for <c>|x| ≤ 1</c>; relative error 2⁻²⁹ (float), 2⁻⁶² (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ErfCentre<TLanes, T>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(7.87587506e-05);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.000801686429));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.00518908742));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.026854212));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.112835947));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.376126267));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.12837917));
            return p;
        }
        else
        {
            var p = TLanes.Constant(5.9571761477489113e-11);
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-1.1372848856791674e-09));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.4659775274047436e-08));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-1.6350312701054695e-07));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.6461000484121368e-06));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-1.4925595266831182e-05));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.0001205533111164271));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.000854832698083379));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.0052239776248180145));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.026866170645076792));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(0.11283791670954879));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(-0.37612638903183748));
            p = TLanes.FusedMultiplyAdd(p, z, TLanes.Constant(1.1283791670955126));
            return p;
        }
    }

    /// <summary><c>(t + k) Φ(-t) exp(t²/2)</c> with <c>q = (t - k) / (t + k)</c>, <c>k = 3</c> (float) or 6 (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalTailPolynomial<TLanes, T>(TLanes q)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(5.54918717e-05);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.000133323954));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.000244709321));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.00103447655));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00102415732));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00696992015));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.010462289));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0472627619));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.230017677));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.509331989));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.729083691));
            return p;
        }
        else
        {
            var p = TLanes.Constant(-3.8176167895319034e-10);
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-3.0556821277569796e-10));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(5.1051379283414157e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(2.8853714627445359e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-4.2188730939916696e-08));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(6.3525532234842636e-09));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(3.0849752167895456e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-4.2870090142631026e-07));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-1.798105427606492e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(6.7960239476338885e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(1.0748140234637114e-06));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-6.4751916736061931e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.00018136065189007337));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(3.2870005895729768e-05));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.0021316052533095608));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.010029820642050906));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.03098531550288202));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.075171915668817937));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.15268023206477355));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.26797424584166241));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.41390358577558284));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.5689688918147835));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(-0.70100902959086564));
            p = TLanes.FusedMultiplyAdd(p, q, TLanes.Constant(0.77735177189336224));
            return p;
        }
    }
}
