using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The exponential inside the softmax. Logits are kept in units of <c>ln 2</c>, with <c>log₂ e</c> folded into the scale of the queries: then the argument is reduced
/// by one exact subtraction.
/// </summary>
internal static unsafe class AttentionExponential
{
    /// <summary><c>log₂ e</c>: turns nats into bits.</summary>
    public const double BitsPerNat = 1.4426950408889634;

    /// <summary><c>ln 2</c>: turns bits into nats.</summary>
    public const double NatsPerBit = 0.69314718055994531;

    /// <summary>
    /// <c>2ˣ</c> for <c>x</c> up to 126; 0 where it would be below <c>2⁻¹²⁶</c> (float) or <c>2⁻¹⁰²²</c> (double), <c>-∞</c> included. NaN gives NaN. Error at most 1 ulp.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp2<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The power of two below the normal range is 0.
        x = TLanes.AtLeast(x, Choose<TLanes, T>(-127, -1023));
        var shift = Choose<TLanes, T>(12582912.0, 6755399441055744.0);
        var n = x + shift - shift;
        var f = x - n;
        return Polynomial<TLanes, T>(f) * TLanes.PowerOfTwo(n);
    }

    // 2ᶠ for |f| ≤ ½: 1 + f·p(f), interpolated at Chebyshev nodes; relative error 2⁻²⁶·⁷ (float), 2⁻⁵⁵ (double).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Polynomial<TLanes, T>(TLanes f)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TLanes p;
        if (sizeof(T) == 4)
        {
            p = TLanes.Constant(0.000154531634);
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.00133908633));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.00961808302));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.0555035695));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.240226507));
        }
        else
        {
            p = TLanes.Constant(4.4549605981865186e-10);
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(7.0725859492692234e-9));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(1.0178062445845774e-7));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(1.3215442587921689e-6));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(1.5252733829836119e-5));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.0001540353044173605));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.0013333558146416936));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.0096181291076068882));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.055504108664821597));
            p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(0.24022650695910097));
        }

        p = TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(NatsPerBit));
        return TLanes.FusedMultiplyAdd(p, f, TLanes.Constant(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Choose<TLanes, T>(double single, double @double)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Constant(sizeof(T) == 4 ? single : @double);
}
