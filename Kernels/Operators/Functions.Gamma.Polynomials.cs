using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// Interpolants at Chebyshev nodes of what the asymptotic series of the gamma function and its kin leave to be summed: the series itself
// diverges, its sum is smooth. Quotients of polynomials where the series does not serve.
public static unsafe partial class Functions
{
    /// <summary><c>P</c> of <c>ψ(1 + y) = log(y + c) - P / Q</c> with <c>c</c> = 1.5 (float) or 3.5 (double), for <c>y ≥ 0</c>; an error of 2⁻²⁷ (float), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes DigammaNumerator<TLanes, T>(TLanes y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.999999762);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3.08436608));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(2.6279521));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.999999999999992);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(53.72671183892151));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(400.7788528169083));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1585.0840771524988));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3481.0952091492013));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3988.3266216669144));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1839.1027154635735));
            return p;
        }
    }

    /// <summary><c>Q</c> to <see cref="DigammaNumerator"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes DigammaDenominator<TLanes, T>(TLanes y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = y + TLanes.Constant(4.1260252);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(5.80098486));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(2.67426848));
            return p;
        }
        else
        {
            var p = y + TLanes.Constant(19.92279283519551);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(168.95135317655706));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(786.2086266621203));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(2153.0158459228355));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3437.743789664501));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(2925.893905399508));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1004.9858954089186));
            return p;
        }
    }

    /// <summary><c>(ψ(z + ½) - log z) / w</c> with <c>w = 1/z²</c> for <c>z ≥ 3½</c>; times <c>w</c> an error of 2⁻²⁷ (float), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes DigammaTail<TLanes, T>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.0034078185);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.00727886567));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0416666083));
            return p;
        }
        else
        {
            var p = TLanes.Constant(9.060378864911641);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-5.4289986801326249));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(1.6465962413935811));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.37082878911742456));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.080650613187300588));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.021015172782160037));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0075598643513622929));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0041341039048475182));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0038442459774958829));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0072916666665576758));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.04166666666666663));
            return p;
        }
    }

    /// <summary><c>(z ψ'(z + ½) - 1) / w</c> with <c>w = 1/z²</c> for <c>z ≥ 3½</c>; times <c>w</c> an error of 2⁻²⁹ (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes TrigammaTail<TLanes, T>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.0239958111);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0226460509));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0291600823));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0833333135));
            return p;
        }
        else
        {
            var p = TLanes.Constant(987.04307913786454);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-602.8054560291273));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(179.06362313592714));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-36.506546653933718));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(6.3418330550813478));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-1.1443733596432548));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.25253683882467903));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0756035415182192));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.033072867602980734));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.023065475982153576));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.029166666666315479));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.083333333333333232));
            return p;
        }
    }

    /// <summary><c>z (log Γ(z + ½) - z log z + z - ½ log 2π)</c> with <c>w = 1/z²</c> for <c>z ≥ 2½</c>; over <c>z</c> an error of 2⁻³⁰ (float), 2⁻⁵⁵ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogGammaTail<TLanes, T>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.000407323765);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.000752655673));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.00243006204));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0416666642));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.37987810210036238);
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.43176550494109434));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.23176436114715207));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.081293381298396319));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.022592666799278554));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.0060344523523069085));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0019022049700518945));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.00083973961867009166));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.00059058208599275825));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.00076884915935201579));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(0.0024305555554011973));
            p = TLanes.FusedMultiplyAdd(p, w, TLanes.Constant(-0.041666666666666581));
            return p;
        }
    }

    /// <summary>Numerator of <c>log Γ(1 + y) / (y (y - 1))</c> for <c>y</c> in <c>[0, 2]</c>; the quotient has a relative error of 2⁻²⁹ (float), 2⁻⁵⁷ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogGammaNumerator<TLanes, T>(TLanes y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.000214915723);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.031916976));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.317245036));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.811798751));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.577215672));
            return p;
        }
        else
        {
            var p = TLanes.Constant(1.5462129680162399e-07);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.00010318936786846241));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.0046302125470460273));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.066206524143729809));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.41752536810485757));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1.3226883681228077));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(2.1865334418937055));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1.7958790189979279));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.57721566490153287));
            return p;
        }
    }

    /// <summary>Denominator to <see cref="LogGammaNumerator"/>; at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogGammaDenominator<TLanes, T>(TLanes y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.0107079828);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.211346269));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1.05842292));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1.83129132));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.4701852219090835e-05);
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.0017463681006452904));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.036138844471214009));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(0.3239769173460576));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1.4771004522959044));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3.6722217552107503));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(5.0212579006612508));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(3.5361659629745215));
            p = TLanes.FusedMultiplyAdd(p, y, TLanes.Constant(1));
            return p;
        }
    }

    /// <summary>Numerator of <c>πr cot(πr)</c> with <c>v = r²</c> for <c>|r| ≤ ½</c>; the quotient has an error of 2⁻³⁰ (float), 2⁻⁵⁶ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes CotangentNumerator<TLanes, T>(TLanes v)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-0.0965842232);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(1.98595381));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-4.49045181));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(1));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.012628275544356124);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-0.38936577438930281));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(2.679345303995051));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-4.6456982819048118));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(1));
            return p;
        }
    }

    /// <summary>Denominator to <see cref="CotangentNumerator"/>; at least 0.68.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes CotangentDenominator<TLanes, T>(TLanes v)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(0.200837612);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-1.20058382));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(1));
            return p;
        }
        else
        {
            var p = TLanes.Constant(0.0002839131287755286);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-0.027943126210568634));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.38348937212171808));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-1.355830148208359));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(1));
            return p;
        }
    }

    /// <summary><c>(sin(πr) / (πr) - 1) / v</c> with <c>v = r²</c> for <c>|r| ≤ ½</c>; times <c>v</c> an error of 2⁻³³ (float), 2⁻⁶⁰ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SineTail<TLanes, T>(TLanes v)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            var p = TLanes.Constant(-0.00225506281);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.0261280593));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-0.190750062));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.811742365));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-1.64493406));
            return p;
        }
        else
        {
            var p = TLanes.Constant(2.4591803848159392e-07);
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-6.9729605555642207e-06));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.00014842817816693618));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-0.0023460809634923995));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.026147847813078808));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-0.19075182412194128));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(0.81174242528335194));
            p = TLanes.FusedMultiplyAdd(p, v, TLanes.Constant(-1.6449340668482264));
            return p;
        }
    }
}
