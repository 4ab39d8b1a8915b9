using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>eˣ</c> and the constants of it, which are known to the compiler (<see cref="Known"/>) or held in registers (<see cref="Held"/>).</summary>
/// <remarks>
/// A constant that the compiler knows is loaded wherever it is used: a dozen loads for a register of results. A processor that does two multiply-adds
/// and two loads per cycle then waits for the loads, so a long loop holds the constants in registers; AVX-512 has enough, others hold some.
/// </remarks>
internal unsafe struct Exponential<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Exponential<TLanes, T>* s_held = Allocate();

    private TLanes _one;
    private TLanes _perLn2;
    private TLanes _minusHighLn2;
    private TLanes _minusLowLn2;
    private TLanes _bound;

    // (eʳ - 1 - r) / r² by powers of r; the last ones are of double alone.
    private TLanes _tail0, _tail1, _tail2, _tail3, _tail4;
    private TLanes _tail5, _tail6, _tail7, _tail8, _tail9;

    /// <summary>Constants that the compiler knows.</summary>
    public static Exponential<TLanes, T> Known
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var result = default(Exponential<TLanes, T>);
            result._one = TLanes.Constant(1);
            result._perLn2 = TLanes.Constant(Functions.PerLn2);
            result._bound = TLanes.Constant(0.35);
            if (sizeof(T) == 4)
            {
                result._minusHighLn2 = TLanes.Constant(-Functions.SingleHighLn2);
                result._minusLowLn2 = TLanes.Constant(-Functions.SingleLowLn2);
                result._tail0 = TLanes.Constant(0.499999672);
                result._tail1 = TLanes.Constant(0.166665316);
                result._tail2 = TLanes.Constant(0.0416750088);
                result._tail3 = TLanes.Constant(0.00836765952);
                result._tail4 = TLanes.Constant(0.00134275714);
            }
            else
            {
                result._minusHighLn2 = TLanes.Constant(-Functions.DoubleHighLn2);
                result._minusLowLn2 = TLanes.Constant(-Functions.DoubleLowLn2);
                result._tail0 = TLanes.Constant(0.5000000000000011);
                result._tail1 = TLanes.Constant(0.16666666666666413);
                result._tail2 = TLanes.Constant(0.04166666666653026);
                result._tail3 = TLanes.Constant(0.008333333333494335);
                result._tail4 = TLanes.Constant(0.0013888888943599015);
                result._tail5 = TLanes.Constant(0.00019841269506772988);
                result._tail6 = TLanes.Constant(2.4801493134688305e-05);
                result._tail7 = TLanes.Constant(2.755758627262377e-06);
                result._tail8 = TLanes.Constant(2.7630234494349167e-07);
                result._tail9 = TLanes.Constant(2.500007048234374e-08);
            }

            return result;
        }
    }

    /// <summary>Constants that are read from memory once, and then stay in registers.</summary>
    public static ref readonly Exponential<TLanes, T> Held
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *s_held;
    }

    /// <summary><c>eˣ</c>, as <see cref="Functions.Exp"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Invoke(TLanes x)
    {
        // Where any power of two can be applied, it decides alone for a huge x, if only what is left of that is bounded; otherwise x is bounded.
        var bounded = TLanes.ScalesByAnyPower ? x : Functions.ExpClamp<TLanes, T>(x);
        var n = TLanes.RoundToNearest(bounded * _perLn2);
        var r = TLanes.FusedMultiplyAdd(n, _minusLowLn2, TLanes.FusedMultiplyAdd(n, _minusHighLn2, bounded));
        r = TLanes.ScalesByAnyPower ? TLanes.BoundMagnitude(r, _bound) : r;

        // The shorter form needs multiply-adds that round once.
        var power = TLanes.Count > 1
            ? TLanes.FusedMultiplyAdd(TLanes.FusedMultiplyAdd(Tail(r), r, _one), r, _one)
            : _one + TLanes.FusedMultiplyAdd(r * r, Tail(r), r);
        return TLanes.ScaleB(power, n);
    }

    /// <summary><c>(eʳ - 1 - r) / r²</c> for <c>|r| ≤ ½ ln 2</c>; times <c>r²</c> an error of 2⁻²⁹ (float, <c>r &lt; 0</c>), 2⁻²⁷ (float, <c>r &gt; 0</c>: the last place of <c>eʳ</c> is larger there), 2⁻⁵⁸ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Tail(TLanes r)
    {
        TLanes p;
        if (sizeof(T) == 4)
        {
            p = _tail4;
        }
        else
        {
            p = TLanes.FusedMultiplyAdd(_tail9, r, _tail8);
            p = TLanes.FusedMultiplyAdd(p, r, _tail7);
            p = TLanes.FusedMultiplyAdd(p, r, _tail6);
            p = TLanes.FusedMultiplyAdd(p, r, _tail5);
            p = TLanes.FusedMultiplyAdd(p, r, _tail4);
        }

        p = TLanes.FusedMultiplyAdd(p, r, _tail3);
        p = TLanes.FusedMultiplyAdd(p, r, _tail2);
        p = TLanes.FusedMultiplyAdd(p, r, _tail1);
        return TLanes.FusedMultiplyAdd(p, r, _tail0);
    }

    private static Exponential<TLanes, T>* Allocate()
    {
        var memory = (Exponential<TLanes, T>*)AlignedMemory.Alloc((nuint)sizeof(Exponential<TLanes, T>));
        *memory = Known;
        return memory;
    }
}
