using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>One query against a range of keys, with the columns of the head in the lanes.</summary>
internal static unsafe class AttentionRow<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary><c>Σ a_i · b_i</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot(T* a, T* b, nint count)
    {
        var (sum0, sum1) = (TLanes.Zero, TLanes.Zero);
        nint i = 0;
        for (; i <= count - (2 * TLanes.Count); i += 2 * TLanes.Count)
        {
            sum0 = TLanes.FusedMultiplyAdd(TLanes.Load(a + i), TLanes.Load(b + i), sum0);
            sum1 = TLanes.FusedMultiplyAdd(TLanes.Load(a + i + TLanes.Count), TLanes.Load(b + i + TLanes.Count), sum1);
        }

        for (; i < count; i += TLanes.Count)
        {
            var rest = (int)Math.Min(TLanes.Count, count - i);
            sum1 = TLanes.FusedMultiplyAdd(TLanes.LoadPartial(a + i, rest), TLanes.LoadPartial(b + i, rest), sum1);
        }

        return TLanes.Sum(sum0 + sum1);
    }

    /// <summary><c>products[t] = factor · Σ_i x_i · rows[t·stride + i]</c>, plus the bias in bits if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Products(T* x, T* rows, nint stride, nint count, nint columns, T factor, T* bias, T* products)
    {
        var whole = columns - (columns % TLanes.Count);
        var tail = (int)(columns - whole);
        nint t = 0;
        for (; t <= count - 4; t += 4)
        {
            // Four keys at a time share the loads of the query.
            var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var row = rows + (t * stride);
            for (nint i = 0; i < whole; i += TLanes.Count)
            {
                var xi = TLanes.Load(x + i);
                sum0 = TLanes.FusedMultiplyAdd(xi, TLanes.Load(row + i), sum0);
                sum1 = TLanes.FusedMultiplyAdd(xi, TLanes.Load(row + stride + i), sum1);
                sum2 = TLanes.FusedMultiplyAdd(xi, TLanes.Load(row + (2 * stride) + i), sum2);
                sum3 = TLanes.FusedMultiplyAdd(xi, TLanes.Load(row + (3 * stride) + i), sum3);
            }

            if (tail != 0)
            {
                var xi = TLanes.LoadPartial(x + whole, tail);
                sum0 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row + whole, tail), sum0);
                sum1 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row + stride + whole, tail), sum1);
                sum2 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row + (2 * stride) + whole, tail), sum2);
                sum3 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row + (3 * stride) + whole, tail), sum3);
            }

            products[t] = TLanes.Sum(sum0) * factor;
            products[t + 1] = TLanes.Sum(sum1) * factor;
            products[t + 2] = TLanes.Sum(sum2) * factor;
            products[t + 3] = TLanes.Sum(sum3) * factor;
        }

        for (; t < count; t++)
        {
            products[t] = Dot(x, rows + (t * stride), columns) * factor;
        }

        if (bias is null)
        {
            return;
        }

        var bits = TLanes.Constant(AttentionExponential.BitsPerNat);
        for (t = 0; t < count; t += TLanes.Count)
        {
            var rest = (int)Math.Min(TLanes.Count, count - t);
            TLanes.StorePartial(TLanes.FusedMultiplyAdd(TLanes.LoadPartial(bias + t, rest), bits, TLanes.LoadPartial(products + t, rest)), products + t, rest);
        }
    }

    /// <summary><c>values[t] = 2^(values[t] - shift)</c>; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Weigh(T* values, nint count, T shift)
    {
        var sum = TLanes.Zero;
        var shifts = TLanes.Broadcast(shift);
        nint t = 0;
        for (; t <= count - TLanes.Count; t += TLanes.Count)
        {
            var weight = AttentionExponential.Exp2<TLanes, T>(TLanes.Load(values + t) - shifts);
            TLanes.Store(weight, values + t);
            sum += weight;
        }

        var total = TLanes.Sum(sum);
        if (t < count)
        {
            // The lanes behind the last key would count as 2^-shift.
            var rest = (int)(count - t);
            var weight = AttentionExponential.Exp2<TLanes, T>(TLanes.LoadPartial(values + t, rest) - shifts);
            TLanes.StorePartial(weight, values + t, rest);
            total += TLanes.Sum(TLanes.LoadPartial(values + t, rest));
        }

        return total;
    }

    /// <summary><c>output[i] = Σ_t weights[t] · rows[t·stride + i]</c>; the output is written in whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightedSum(T* weights, T* rows, nint stride, nint count, nint columns, T* output)
    {
        nint i = 0;
        for (; i <= columns - (4 * TLanes.Count); i += 4 * TLanes.Count)
        {
            var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            for (nint t = 0; t < count; t++)
            {
                var weight = TLanes.Broadcast(weights[t]);
                var row = rows + (t * stride) + i;
                sum0 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(row), sum0);
                sum1 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(row + TLanes.Count), sum1);
                sum2 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(row + (2 * TLanes.Count)), sum2);
                sum3 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(row + (3 * TLanes.Count)), sum3);
            }

            TLanes.Store(sum0, output + i);
            TLanes.Store(sum1, output + i + TLanes.Count);
            TLanes.Store(sum2, output + i + (2 * TLanes.Count));
            TLanes.Store(sum3, output + i + (3 * TLanes.Count));
        }

        for (; i < columns; i += TLanes.Count)
        {
            var rest = (int)Math.Min(TLanes.Count, columns - i);
            var sum = TLanes.Zero;
            for (nint t = 0; t < count; t++)
            {
                sum = TLanes.FusedMultiplyAdd(TLanes.Broadcast(weights[t]), TLanes.LoadPartial(rows + (t * stride) + i, rest), sum);
            }

            TLanes.Store(sum, output + i);
        }
    }

    /// <summary>The largest value; <c>-∞</c> when there is none. A NaN may get lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Maximum(T* values, nint count)
    {
        var maximum = TLanes.Constant(double.NegativeInfinity);
        nint t = 0;
        for (; t <= count - TLanes.Count; t += TLanes.Count)
        {
            maximum = TLanes.AtLeast(TLanes.Load(values + t), maximum);
        }

        var result = TLanes.MaxAcross(maximum);
        for (; t < count; t++)
        {
            result = T.Max(result, values[t]);
        }

        return result;
    }

    /// <summary>A log-sum-exp in bits; <c>+∞</c>, which takes all weight away, for <c>-∞</c>.</summary>
    public static T LseInBits(T lse) => T.IsNegativeInfinity(lse) ? T.PositiveInfinity : lse * T.CreateTruncating(AttentionExponential.BitsPerNat);
}
