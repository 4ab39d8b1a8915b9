using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Arithmetic of signs that are known by their log-odds.</summary>
internal static class LogOdds
{
    /// <summary>
    /// <c>a ⊞ b = sign(ab) min(|a|, |b|) + log (1 + e^-|a+b|) / (1 + e^-|a-b|)</c>, the log-odds that two signs are equal; <see cref="MaxProduct"/> without the logarithm.
    /// No large numbers are subtracted; the quotient is in [½, 2], so the error is a few units in the last place of <c>max(1, |a ⊞ b|)</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes BoxPlus<TSemiring, TLanes, T>(TLanes a, TLanes b)
        where TSemiring : struct, ISemiring
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TLanes sizeA = TLanes.Abs(a), sizeB = TLanes.Abs(b);
        var sign = TLanes.And(TLanes.Xor(a, b), TLanes.Constant(-0.0));
        var size = TLanes.Min(sizeA, sizeB);
        if (!TSemiring.IsMaximum)
        {
            // With both signs in one bit, |a+b| and |a-b| are the sum and the difference of the sizes.
            var one = TLanes.Constant(1);
            var sum = one + Functions.Exp<TLanes, T>(-(sizeA + sizeB));
            var difference = one + Functions.Exp<TLanes, T>(-TLanes.Abs(sizeA - sizeB));
            var corrected = size + Functions.Log<TLanes, T>(sum / difference);

            // Of two infinite sizes the difference is NaN; the minimum is the answer.
            size = TLanes.Select(TLanes.Equal(size, TLanes.Broadcast(T.PositiveInfinity)), size, corrected);
        }

        return TLanes.Xor(size, sign);
    }
}
