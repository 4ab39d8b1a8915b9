using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Sums and maxima of probabilities that are given by their logarithms, one distribution per lane: value <c>i</c> of every lane is the register at <c>values + i · stride</c>.
/// </summary>
internal static unsafe class LogDomain
{
    /// <summary>Terms that are added up plainly before their sum joins a longer one.</summary>
    public const int PlainTerms = 16;

    /// <summary>
    /// Log-sum-exp, or the maximum, of the <c>outer · inner</c> values that start at <paramref name="values"/>: <paramref name="inner"/> neighbours, then the next ones
    /// <paramref name="jump"/> registers further on. Lanes that are all <c>-∞</c> give <c>-∞</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Marginalise<TSemiring, TLanes, T>(T* values, nint stride, nint outer, nint inner, nint jump)
        where TSemiring : struct, ISemiring
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var maximum = TLanes.Broadcast(T.NegativeInfinity);
        for (nint o = 0; o < outer; o++)
        {
            var from = values + o * jump * stride;
            for (nint i = 0; i < inner; i++)
            {
                maximum = TLanes.Max(maximum, TLanes.Load(from + i * stride));
            }
        }

        if (TSemiring.IsMaximum)
        {
            return maximum;
        }

        // Nothing is taken off where all is -∞: -∞ - (-∞) would be NaN.
        var shift = OrZero<TLanes, T>(maximum);
        TLanes total = TLanes.Zero, sum = TLanes.Zero;
        var terms = 0;
        for (nint o = 0; o < outer; o++)
        {
            var from = values + o * jump * stride;
            for (nint i = 0; i < inner; i++)
            {
                sum += Functions.Exp<TLanes, T>(TLanes.Load(from + i * stride) - shift);
                if (++terms == PlainTerms)
                {
                    total += sum;
                    sum = TLanes.Zero;
                    terms = 0;
                }
            }
        }

        return shift + Functions.Log<TLanes, T>(total + sum);
    }

    /// <summary>Takes the log-sum-exp, or the maximum, of <paramref name="count"/> values off each of them; lanes that are all <c>-∞</c> stay so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normalise<TSemiring, TLanes, T>(T* values, nint stride, nint count)
        where TSemiring : struct, ISemiring
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var normaliser = OrZero<TLanes, T>(Marginalise<TSemiring, TLanes, T>(values, stride, 1, count, 0));
        for (nint i = 0; i < count; i++)
        {
            TLanes.Store(TLanes.Load(values + i * stride) - normaliser, values + i * stride);
        }
    }

    /// <summary>The first <paramref name="lanes"/> elements, and 0 in the lanes behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(T* source, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> => lanes == TLanes.Count ? TLanes.Load(source) : TLanes.LoadPartial(source, lanes);

    /// <summary>Stores the first <paramref name="lanes"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes value, T* destination, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (lanes == TLanes.Count)
        {
            TLanes.Store(value, destination);
        }
        else
        {
            TLanes.StorePartial(value, destination, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes OrZero<TLanes, T>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TLanes.AndNot(value, TLanes.Equal(value, TLanes.Broadcast(T.NegativeInfinity)));
}
