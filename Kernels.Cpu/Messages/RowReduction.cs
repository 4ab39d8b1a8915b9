using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The loop shape of every reduction over the rows of a graph: a slice of the features stays in registers while the messages of a row pass, in the order
/// of the edges. Sums of more than <see cref="EdgeBlocks.PlainEdges"/> messages are sums of such sums.
/// </summary>
/// <remarks>
/// Register budget: eight accumulators at most, so that 16 registers are enough for them, a weight and a loaded row. Eight, four or two
/// independent chains also hide the latency of an addition; narrower rows take four edges at a time for the same reason.
/// </remarks>
internal unsafe struct RowReduction<TMessages, TReduction, T>
    where TMessages : struct, IEdgeMessages<T>
    where TReduction : struct, IReduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What is reduced.</summary>
    public TMessages Messages;

    /// <summary>Number of features of a message.</summary>
    public nint Features;

    /// <summary>Edge number at every position; read only when an argument is asked for.</summary>
    public int* Order;

    /// <summary>Reduces the messages at the positions <c>[begin, end)</c>, at least one, into a row.</summary>
    /// <param name="output">The row, <c>[F]</c>.</param>
    /// <param name="arg">Extrema: receives edge numbers, <c>[F]</c>; may be null.</param>
    /// <param name="begin">First position.</param>
    /// <param name="end">Position after the last.</param>
    /// <param name="accumulate">Whether to go on from what the row (and <paramref name="arg"/>; where it is -1, there is nothing to go on from) holds.</param>
    /// <param name="divisor">What the result is divided by, 1 for nothing.</param>
    public void Reduce<TLanes>(T* output, int* arg, nint begin, nint end, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var heads = Messages.Heads;
        var width = heads == 1 ? Features : Features / heads;
        nint feature = 0;
        for (var head = 0; head < heads; head++)
        {
            Messages.SelectHead(head);
            var last = feature + width;
            if (TReduction.IsExtremum && arg is not null && accumulate)
            {
                for (; feature < last; feature += TLanes.Count)
                {
                    SliceWithArg<TLanes>(output + feature, arg + feature, begin, end, feature, (int)Math.Min(TLanes.Count, last - feature), true);
                }
            }
            else
            {
                for (; last - feature >= 8 * TLanes.Count; feature += 8 * TLanes.Count)
                {
                    Slice8<TLanes>(output + feature, begin, end, feature, accumulate, divisor);
                }

                if (last - feature >= 4 * TLanes.Count)
                {
                    Slice4<TLanes>(output + feature, begin, end, feature, accumulate, divisor);
                    feature += 4 * TLanes.Count;
                }

                if (last - feature >= 2 * TLanes.Count)
                {
                    Slice2<TLanes>(output + feature, begin, end, feature, accumulate, divisor);
                    feature += 2 * TLanes.Count;
                }

                for (; feature < last; feature += TLanes.Count)
                {
                    var count = (int)Math.Min(TLanes.Count, last - feature);
                    if (count == TLanes.Count)
                    {
                        Slice1<TLanes>(output + feature, begin, end, feature, TLanes.Count, accumulate, divisor);
                    }
                    else
                    {
                        SlicePartial<TLanes>(output + feature, begin, end, feature, count, accumulate, divisor);
                    }
                }
            }

            feature = last;
            if (TReduction.IsExtremum && arg is not null && !accumulate)
            {
                FindExtrema<TLanes>(output, arg, begin, end, last - width, last);
            }
        }
    }

    // The values are known and the rows still in the first cache: the edge of a value is the first that has it. A comparison does not wait for the one
    // before, as it would if values and edges were chosen together; only a NaN, which equals nothing, needs that.
    private readonly void FindExtrema<TLanes>(T* output, int* arg, nint begin, nint end, nint feature, nint last)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (; feature < last;)
        {
            var count = (int)Math.Min(4 * TLanes.Count, last - feature);
            if (count == 4 * TLanes.Count)
            {
                if (!TryFind4<TLanes>(output + feature, arg + feature, begin, end, feature))
                {
                    for (var part = feature; part < feature + count; part += TLanes.Count)
                    {
                        SliceWithArg<TLanes>(output + part, arg + part, begin, end, part, TLanes.Count, false);
                    }
                }
            }
            else
            {
                count = Math.Min(TLanes.Count, count);
                if (!TryFind1<TLanes>(output + feature, arg + feature, begin, end, feature, count))
                {
                    SliceWithArg<TLanes>(output + feature, arg + feature, begin, end, feature, count, false);
                }
            }

            feature += count;
        }
    }

    // Backwards, so that the first edge is the last to be chosen. Four values, four edge numbers, a row and a number: ten registers.
    private readonly bool TryFind4<TLanes>(T* output, int* arg, nint begin, nint end, nint feature)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var v0 = TLanes.Load(output);
        var v1 = TLanes.Load(output + TLanes.Count);
        var v2 = TLanes.Load(output + 2 * TLanes.Count);
        var v3 = TLanes.Load(output + 3 * TLanes.Count);
        if (T.IsNaN(TLanes.MaxAcross(TLanes.Max(TLanes.Max(v0, v1), TLanes.Max(v2, v3)))))
        {
            return false;
        }

        var messages = Messages;
        TLanes e0 = TLanes.Zero, e1 = e0, e2 = e0, e3 = e0;
        for (var position = end - 1; position >= begin; position--)
        {
            var message = messages.At(position);
            var edge = EdgeNumbers.Broadcast<TLanes, T>(Order[position]);
            e0 = TLanes.Select(TLanes.Equal(messages.Value<TLanes>(message, feature, TLanes.Count), v0), edge, e0);
            e1 = TLanes.Select(TLanes.Equal(messages.Value<TLanes>(message, feature + TLanes.Count, TLanes.Count), v1), edge, e1);
            e2 = TLanes.Select(TLanes.Equal(messages.Value<TLanes>(message, feature + 2 * TLanes.Count, TLanes.Count), v2), edge, e2);
            e3 = TLanes.Select(TLanes.Equal(messages.Value<TLanes>(message, feature + 3 * TLanes.Count, TLanes.Count), v3), edge, e3);
        }

        EdgeNumbers.Store<TLanes, T>(e0, arg, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e1, arg + TLanes.Count, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e2, arg + 2 * TLanes.Count, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e3, arg + 3 * TLanes.Count, TLanes.Count);
        return true;
    }

    private readonly bool TryFind1<TLanes>(T* output, int* arg, nint begin, nint end, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var value = EdgeRows.Load<TLanes, T>(output, count);
        if (T.IsNaN(TLanes.MaxAcross(value)))
        {
            return false;
        }

        var messages = Messages;
        var edges = TLanes.Zero;
        for (var position = end - 1; position >= begin; position--)
        {
            edges = TLanes.Select(TLanes.Equal(messages.Value<TLanes>(messages.At(position), feature, count), value), EdgeNumbers.Broadcast<TLanes, T>(Order[position]), edges);
        }

        EdgeNumbers.Store<TLanes, T>(edges, arg, count);
        return true;
    }

    private readonly void Slice8<TLanes>(T* output, nint begin, nint end, nint feature, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var a0 = TLanes.Broadcast(TReduction.Identity<T>());
            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            for (var position = begin; position < next; position++)
            {
                var message = messages.At(position);
                messages.Prefetch(position, feature, 8 * sizeof(TLanes));
                a0 = messages.Accumulate<TReduction, TLanes>(a0, message, feature, TLanes.Count);
                a1 = messages.Accumulate<TReduction, TLanes>(a1, message, feature + TLanes.Count, TLanes.Count);
                a2 = messages.Accumulate<TReduction, TLanes>(a2, message, feature + 2 * TLanes.Count, TLanes.Count);
                a3 = messages.Accumulate<TReduction, TLanes>(a3, message, feature + 3 * TLanes.Count, TLanes.Count);
                a4 = messages.Accumulate<TReduction, TLanes>(a4, message, feature + 4 * TLanes.Count, TLanes.Count);
                a5 = messages.Accumulate<TReduction, TLanes>(a5, message, feature + 5 * TLanes.Count, TLanes.Count);
                a6 = messages.Accumulate<TReduction, TLanes>(a6, message, feature + 6 * TLanes.Count, TLanes.Count);
                a7 = messages.Accumulate<TReduction, TLanes>(a7, message, feature + 7 * TLanes.Count, TLanes.Count);
            }

            Finish(a0, output, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a1, output + TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a2, output + 2 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a3, output + 3 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a4, output + 4 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a5, output + 5 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a6, output + 6 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a7, output + 7 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            accumulate = true;
        }
    }

    private readonly void Slice4<TLanes>(T* output, nint begin, nint end, nint feature, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var a0 = TLanes.Broadcast(TReduction.Identity<T>());
            TLanes a1 = a0, a2 = a0, a3 = a0;
            for (var position = begin; position < next; position++)
            {
                var message = messages.At(position);
                messages.Prefetch(position, feature, 4 * sizeof(TLanes));
                a0 = messages.Accumulate<TReduction, TLanes>(a0, message, feature, TLanes.Count);
                a1 = messages.Accumulate<TReduction, TLanes>(a1, message, feature + TLanes.Count, TLanes.Count);
                a2 = messages.Accumulate<TReduction, TLanes>(a2, message, feature + 2 * TLanes.Count, TLanes.Count);
                a3 = messages.Accumulate<TReduction, TLanes>(a3, message, feature + 3 * TLanes.Count, TLanes.Count);
            }

            Finish(a0, output, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a1, output + TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a2, output + 2 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a3, output + 3 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            accumulate = true;
        }
    }

    private readonly void Slice2<TLanes>(T* output, nint begin, nint end, nint feature, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var a0 = TLanes.Broadcast(TReduction.Identity<T>());
            TLanes a1 = a0;
            for (var position = begin; position < next; position++)
            {
                var message = messages.At(position);
                messages.Prefetch(position, feature, 2 * sizeof(TLanes));
                a0 = messages.Accumulate<TReduction, TLanes>(a0, message, feature, TLanes.Count);
                a1 = messages.Accumulate<TReduction, TLanes>(a1, message, feature + TLanes.Count, TLanes.Count);
            }

            Finish(a0, output, TLanes.Count, accumulate, next == end ? divisor : T.One);
            Finish(a1, output + TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
            accumulate = true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void SlicePartial<TLanes>(T* output, nint begin, nint end, nint feature, int count, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T> => Slice1<TLanes>(output, begin, end, feature, count, accumulate, divisor);

    // One register of features: the positions are dealt to four accumulators.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Slice1<TLanes>(T* output, nint begin, nint end, nint feature, int count, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        for (var next = begin; begin < end; begin = next)
        {
            next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
            var a0 = TLanes.Broadcast(TReduction.Identity<T>());
            TLanes a1 = a0, a2 = a0, a3 = a0;
            var position = begin;
            for (; position <= next - 4; position += 4)
            {
                messages.Prefetch(position, feature, sizeof(TLanes));
                messages.Prefetch(position + 1, feature, sizeof(TLanes));
                messages.Prefetch(position + 2, feature, sizeof(TLanes));
                messages.Prefetch(position + 3, feature, sizeof(TLanes));
                a0 = messages.Accumulate<TReduction, TLanes>(a0, messages.At(position), feature, count);
                a1 = messages.Accumulate<TReduction, TLanes>(a1, messages.At(position + 1), feature, count);
                a2 = messages.Accumulate<TReduction, TLanes>(a2, messages.At(position + 2), feature, count);
                a3 = messages.Accumulate<TReduction, TLanes>(a3, messages.At(position + 3), feature, count);
            }

            for (; position < next; position++)
            {
                messages.Prefetch(position, feature, sizeof(TLanes));
                a0 = messages.Accumulate<TReduction, TLanes>(a0, messages.At(position), feature, count);
            }

            a0 = TReduction.Combine<TLanes, T>(TReduction.Combine<TLanes, T>(a0, a1), TReduction.Combine<TLanes, T>(a2, a3));
            Finish(a0, output, count, accumulate, next == end ? divisor : T.One);
            accumulate = true;
        }
    }

    // The value and the number of its edge side by side; a candidate takes the place where there is nothing yet or where it is better.
    private readonly void SliceWithArg<TLanes>(T* output, int* arg, nint begin, nint end, nint feature, int count, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var none = EdgeNumbers.Broadcast<TLanes, T>(-1);
        var value = TLanes.Zero;
        var edge = none;
        if (accumulate)
        {
            value = EdgeRows.Load<TLanes, T>(output, count);
            edge = EdgeNumbers.Load<TLanes, T>(arg, count);
        }

        var candidate = messages.Value<TLanes>(messages.At(begin), feature, count);
        var replaces = TLanes.Or(EdgeNumbers.Equal<TLanes, T>(edge, none), TReduction.Replaces<TLanes, T>(candidate, value));
        value = TLanes.Select(replaces, candidate, value);
        edge = TLanes.Select(replaces, EdgeNumbers.Broadcast<TLanes, T>(Order[begin]), edge);
        for (var position = begin + 1; position < end; position++)
        {
            messages.Prefetch(position, feature, sizeof(TLanes));
            candidate = messages.Value<TLanes>(messages.At(position), feature, count);
            replaces = TReduction.Replaces<TLanes, T>(candidate, value);
            value = TLanes.Select(replaces, candidate, value);
            edge = TLanes.Select(replaces, EdgeNumbers.Broadcast<TLanes, T>(Order[position]), edge);
        }

        EdgeRows.Store(value, output, count);
        EdgeNumbers.Store<TLanes, T>(edge, arg, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(TLanes value, T* output, int count, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (accumulate)
        {
            value = TReduction.Combine<TLanes, T>(EdgeRows.Load<TLanes, T>(output, count), value);
        }

        if (TReduction.IsMean && divisor != T.One)
        {
            value /= TLanes.Broadcast(divisor);
        }

        EdgeRows.Store(value, output, count);
    }
}
