using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>One query against a range of keys, with the columns of the head in the lanes.</summary>
internal static unsafe class AttentionRow<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    // Of the reads of every 64 bytes, those this many rows ahead are begun. From L3 the hardware, left alone, reads faster than with this help.
    private const int RowsAhead = 16;

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
    public static void Products(T* x, T* rows, nint stride, nint count, nint columns, T factor, T* bias, T* products) =>
        Products<Constant0>(x, rows, stride, count, columns, factor, bias, products);

    /// <summary>The same; rows are asked for ahead if <typeparamref name="TFar"/> is 1, which helps when they come from main memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Products<TFar>(T* x, T* rows, nint stride, nint count, nint columns, T factor, T* bias, T* products)
        where TFar : struct, IConstant
    {
        var ahead = RowsAhead * stride;
        nint t = 0;
        for (; t <= count - 4; t += 4)
        {
            // Four keys at a time share the loads of the query. They are read in the order in which they lie, so that the hardware foresees them.
            var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var row0 = rows + (t * stride);
            var row1 = row0 + stride;
            var row2 = row1 + stride;
            var row3 = row2 + stride;
            nint i = 0;
            for (; i <= columns - (8 * TLanes.Count); i += 8 * TLanes.Count)
            {
                var half = i + (4 * TLanes.Count);
                var (x0, x1, x2, x3) = LoadFour(x + i);
                var (x4, x5, x6, x7) = LoadFour(x + half);
                sum0 = AddFour<TFar>(x0, x1, x2, x3, row0 + i, ahead, sum0);
                sum0 = AddFour<TFar>(x4, x5, x6, x7, row0 + half, ahead, sum0);
                sum1 = AddFour<TFar>(x0, x1, x2, x3, row1 + i, ahead, sum1);
                sum1 = AddFour<TFar>(x4, x5, x6, x7, row1 + half, ahead, sum1);
                sum2 = AddFour<TFar>(x0, x1, x2, x3, row2 + i, ahead, sum2);
                sum2 = AddFour<TFar>(x4, x5, x6, x7, row2 + half, ahead, sum2);
                sum3 = AddFour<TFar>(x0, x1, x2, x3, row3 + i, ahead, sum3);
                sum3 = AddFour<TFar>(x4, x5, x6, x7, row3 + half, ahead, sum3);
            }

            if (i <= columns - (4 * TLanes.Count))
            {
                var (x0, x1, x2, x3) = LoadFour(x + i);
                sum0 = AddFour<TFar>(x0, x1, x2, x3, row0 + i, ahead, sum0);
                sum1 = AddFour<TFar>(x0, x1, x2, x3, row1 + i, ahead, sum1);
                sum2 = AddFour<TFar>(x0, x1, x2, x3, row2 + i, ahead, sum2);
                sum3 = AddFour<TFar>(x0, x1, x2, x3, row3 + i, ahead, sum3);
                i += 4 * TLanes.Count;
            }

            for (; i < columns; i += TLanes.Count)
            {
                var rest = (int)Math.Min(TLanes.Count, columns - i);
                var xi = TLanes.LoadPartial(x + i, rest);
                sum0 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row0 + i, rest), sum0);
                sum1 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row1 + i, rest), sum1);
                sum2 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row2 + i, rest), sum2);
                sum3 = TLanes.FusedMultiplyAdd(xi, TLanes.LoadPartial(row3 + i, rest), sum3);
            }

            LaneSums.Of(sum0, sum1, sum2, sum3, products + t);
            products[t] *= factor;
            products[t + 1] *= factor;
            products[t + 2] *= factor;
            products[t + 3] *= factor;
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

    /// <summary><c>output[i] = Σ_t weights[t] · rows[t·stride + i]</c>; the output is written in whole registers. <typeparamref name="TFar"/> as in <see cref="Products{TFar}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightedSum<TFar>(T* weights, T* rows, nint stride, nint count, nint columns, T* output)
        where TFar : struct, IConstant
    {
        var ahead = RowsAhead * stride;
        nint i = 0;
        for (; i <= columns - (8 * TLanes.Count); i += 8 * TLanes.Count)
        {
            var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var (sum4, sum5, sum6, sum7) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var row = rows + i;
            for (nint t = 0; t < count; t++)
            {
                var weight = TLanes.Broadcast(weights[t]);
                AddWeighted<TFar>(weight, row, ahead, ref sum0, ref sum1, ref sum2, ref sum3);
                AddWeighted<TFar>(weight, row + (4 * TLanes.Count), ahead, ref sum4, ref sum5, ref sum6, ref sum7);
                row += stride;
            }

            StoreFour(sum0, sum1, sum2, sum3, output + i);
            StoreFour(sum4, sum5, sum6, sum7, output + i + (4 * TLanes.Count));
        }

        if (i <= columns - (4 * TLanes.Count))
        {
            var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var row = rows + i;
            for (nint t = 0; t < count; t++)
            {
                var weight = TLanes.Broadcast(weights[t]);
                AddWeighted<TFar>(weight, row, ahead, ref sum0, ref sum1, ref sum2, ref sum3);
                row += stride;
            }

            StoreFour(sum0, sum1, sum2, sum3, output + i);
            i += 4 * TLanes.Count;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLanes X0, TLanes X1, TLanes X2, TLanes X3) LoadFour(T* x) =>
        (TLanes.Load(x), TLanes.Load(x + TLanes.Count), TLanes.Load(x + (2 * TLanes.Count)), TLanes.Load(x + (3 * TLanes.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(TLanes x0, TLanes x1, TLanes x2, TLanes x3, T* to)
    {
        TLanes.Store(x0, to);
        TLanes.Store(x1, to + TLanes.Count);
        TLanes.Store(x2, to + (2 * TLanes.Count));
        TLanes.Store(x3, to + (3 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes AddFour<TFar>(TLanes x0, TLanes x1, TLanes x2, TLanes x3, T* row, nint ahead, TLanes sum)
        where TFar : struct, IConstant
    {
        Fetch<TFar>(row + ahead);
        sum = TLanes.FusedMultiplyAdd(x0, TLanes.Load(row), sum);
        sum = TLanes.FusedMultiplyAdd(x1, TLanes.Load(row + TLanes.Count), sum);
        sum = TLanes.FusedMultiplyAdd(x2, TLanes.Load(row + (2 * TLanes.Count)), sum);
        return TLanes.FusedMultiplyAdd(x3, TLanes.Load(row + (3 * TLanes.Count)), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWeighted<TFar>(TLanes weight, T* row, nint ahead, ref TLanes sum0, ref TLanes sum1, ref TLanes sum2, ref TLanes sum3)
        where TFar : struct, IConstant
    {
        Fetch<TFar>(row + ahead);
        var (x0, x1, x2, x3) = LoadFour(row);
        sum0 = TLanes.FusedMultiplyAdd(weight, x0, sum0);
        sum1 = TLanes.FusedMultiplyAdd(weight, x1, sum1);
        sum2 = TLanes.FusedMultiplyAdd(weight, x2, sum2);
        sum3 = TLanes.FusedMultiplyAdd(weight, x3, sum3);
    }

    // The lines of four registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<TFar>(T* row)
        where TFar : struct, IConstant
    {
        if (TFar.Value == 0 || !Sse.IsSupported)
        {
            return;
        }

        Sse.Prefetch0(row);
        if (sizeof(TLanes) >= 32)
        {
            Sse.Prefetch0((byte*)row + 64);
        }

        if (sizeof(TLanes) >= 64)
        {
            Sse.Prefetch0((byte*)row + 128);
            Sse.Prefetch0((byte*)row + 192);
        }
    }
}
