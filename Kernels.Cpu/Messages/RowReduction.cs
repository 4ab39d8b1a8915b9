using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The loop shape of every reduction over the rows of a graph: a slice of the features stays in registers while the messages of a row pass, in the order
/// of the edges. Sums of more than <see cref="EdgeBlocks.PlainEdges"/> messages are sums of such sums.
/// </summary>
/// <remarks>
/// Register budget: eight accumulators at most, so that 16 registers are enough for them, a weight and a loaded row. Eight, four or two
/// independent chains also hide the latency of an addition; narrower rows take four edges at a time for the same reason, and of a single feature a register
/// holds the messages of several edges.
/// </remarks>
internal unsafe struct RowReduction<TMessages, TReduction, T>
    where TMessages : struct, IEdgeMessages<T>
    where TReduction : struct, IReduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What is reduced.</summary>
    public TMessages Messages;

    /// <summary>Number of positions of all rows: no message after them is asked for.</summary>
    public nint Positions;

    /// <summary>How many positions ahead the caches are asked for messages.</summary>
    public nint Distance;

    /// <summary>Number of features of a message.</summary>
    public nint Features;

    /// <summary>Edge number at every position; read only when an argument is asked for.</summary>
    public int* Order;

    /// <summary>Whether there is one feature and as many positions as any register has lanes: then a register holds several messages.</summary>
    public readonly bool IsColumn => Features == 1 && Messages.HasColumn && Positions >= Vector512<T>.Count;

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
        var offsets = stackalloc long[] { begin, end };
        var row = new Rows(output, 0, offsets, 1, accumulate, divisor);
        var heads = Messages.Heads;
        var width = heads == 1 ? Features : Features / heads;
        nint feature = 0;
        for (var head = 0; head < heads; head++)
        {
            Messages.SelectHead(head);
            var last = feature + width;
            if (TReduction.IsExtremum && arg is not null)
            {
                for (; last - feature >= 4 * TLanes.Count; feature += 4 * TLanes.Count)
                {
                    SliceWithArg4<TLanes>(output + feature, arg + feature, begin, end, feature, accumulate);
                }

                for (; feature < last; feature += TLanes.Count)
                {
                    SliceWithArg<TLanes>(output + feature, arg + feature, begin, end, feature, (int)Math.Min(TLanes.Count, last - feature), accumulate);
                }
            }
            else
            {
                Slices<TLanes>(row, feature, last);
            }

            feature = last;
        }
    }

    /// <summary>
    /// Reduces the messages of neighbouring rows, slice of features by slice; rows without messages are left as they are. For messages of one head, without
    /// edge numbers.
    /// </summary>
    /// <param name="output">The first row, <c>[F]</c>.</param>
    /// <param name="stride">Stride of the rows.</param>
    /// <param name="offsets">First position of every row, and the position after the last, <c>[rows + 1]</c>.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="accumulate">Whether to go on from what the rows hold.</param>
    public readonly void ReduceRows<TLanes>(T* output, nint stride, long* offsets, nint rows, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes, T> => Slices<TLanes>(new Rows(output, stride, offsets, rows, accumulate, T.Zero), 0, Features);

    private readonly void Slices<TLanes>(in Rows rows, nint feature, nint last)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (TLanes.Count > 1 && IsColumn)
        {
            Column<TLanes>(rows);
            return;
        }

        for (; last - feature >= 8 * TLanes.Count; feature += 8 * TLanes.Count)
        {
            Slice8<TLanes>(rows, feature);
        }

        if (last - feature >= 4 * TLanes.Count)
        {
            Slice4<TLanes>(rows, feature);
            feature += 4 * TLanes.Count;
        }

        if (last - feature >= 2 * TLanes.Count)
        {
            Slice2<TLanes>(rows, feature);
            feature += 2 * TLanes.Count;
        }

        for (; feature < last; feature += TLanes.Count)
        {
            var count = (int)Math.Min(TLanes.Count, last - feature);
            if (count == TLanes.Count)
            {
                Slice1<TLanes>(rows, feature, TLanes.Count);
            }
            else
            {
                SlicePartial<TLanes>(rows, feature, count);
            }
        }
    }

    private readonly void Slice8<TLanes>(in Rows rows, nint feature)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var output = rows.Output + feature;
        for (nint row = 0; row < rows.Count; row++, output += rows.Stride)
        {
            var begin = (nint)rows.Offsets[row];
            var end = (nint)rows.Offsets[row + 1];
            var accumulate = rows.Accumulate;
            var divisor = rows.DivisorOf(end - begin);
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var distance = Math.Min(Distance, Positions - next);
                var a0 = TLanes.Broadcast(TReduction.Identity<T>());
                TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
                for (var position = begin; position < next; position++)
                {
                    var message = messages.At(position);
                    messages.Prefetch(position + distance, feature, 8 * sizeof(TLanes));
                    a0 = messages.Accumulate<TReduction, TLanes>(a0, message, TLanes.Load(message.Row + feature), feature, TLanes.Count);
                    a1 = messages.Accumulate<TReduction, TLanes>(a1, message, TLanes.Load(message.Row + feature + TLanes.Count), feature + TLanes.Count, TLanes.Count);
                    a2 = messages.Accumulate<TReduction, TLanes>(a2, message, TLanes.Load(message.Row + feature + 2 * TLanes.Count), feature + 2 * TLanes.Count, TLanes.Count);
                    a3 = messages.Accumulate<TReduction, TLanes>(a3, message, TLanes.Load(message.Row + feature + 3 * TLanes.Count), feature + 3 * TLanes.Count, TLanes.Count);
                    a4 = messages.Accumulate<TReduction, TLanes>(a4, message, TLanes.Load(message.Row + feature + 4 * TLanes.Count), feature + 4 * TLanes.Count, TLanes.Count);
                    a5 = messages.Accumulate<TReduction, TLanes>(a5, message, TLanes.Load(message.Row + feature + 5 * TLanes.Count), feature + 5 * TLanes.Count, TLanes.Count);
                    a6 = messages.Accumulate<TReduction, TLanes>(a6, message, TLanes.Load(message.Row + feature + 6 * TLanes.Count), feature + 6 * TLanes.Count, TLanes.Count);
                    a7 = messages.Accumulate<TReduction, TLanes>(a7, message, TLanes.Load(message.Row + feature + 7 * TLanes.Count), feature + 7 * TLanes.Count, TLanes.Count);
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
    }

    private readonly void Slice4<TLanes>(in Rows rows, nint feature)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var output = rows.Output + feature;
        for (nint row = 0; row < rows.Count; row++, output += rows.Stride)
        {
            var begin = (nint)rows.Offsets[row];
            var end = (nint)rows.Offsets[row + 1];
            var accumulate = rows.Accumulate;
            var divisor = rows.DivisorOf(end - begin);
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var distance = Math.Min(Distance, Positions - next);
                var a0 = TLanes.Broadcast(TReduction.Identity<T>());
                TLanes a1 = a0, a2 = a0, a3 = a0;
                for (var position = begin; position < next; position++)
                {
                    var message = messages.At(position);
                    messages.Prefetch(position + distance, feature, 4 * sizeof(TLanes));
                    a0 = messages.Accumulate<TReduction, TLanes>(a0, message, TLanes.Load(message.Row + feature), feature, TLanes.Count);
                    a1 = messages.Accumulate<TReduction, TLanes>(a1, message, TLanes.Load(message.Row + feature + TLanes.Count), feature + TLanes.Count, TLanes.Count);
                    a2 = messages.Accumulate<TReduction, TLanes>(a2, message, TLanes.Load(message.Row + feature + 2 * TLanes.Count), feature + 2 * TLanes.Count, TLanes.Count);
                    a3 = messages.Accumulate<TReduction, TLanes>(a3, message, TLanes.Load(message.Row + feature + 3 * TLanes.Count), feature + 3 * TLanes.Count, TLanes.Count);
                }

                Finish(a0, output, TLanes.Count, accumulate, next == end ? divisor : T.One);
                Finish(a1, output + TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
                Finish(a2, output + 2 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
                Finish(a3, output + 3 * TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
                accumulate = true;
            }
        }
    }

    private readonly void Slice2<TLanes>(in Rows rows, nint feature)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var output = rows.Output + feature;
        for (nint row = 0; row < rows.Count; row++, output += rows.Stride)
        {
            var begin = (nint)rows.Offsets[row];
            var end = (nint)rows.Offsets[row + 1];
            var accumulate = rows.Accumulate;
            var divisor = rows.DivisorOf(end - begin);
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var distance = Math.Min(Distance, Positions - next);
                var a0 = TLanes.Broadcast(TReduction.Identity<T>());
                TLanes a1 = a0;
                for (var position = begin; position < next; position++)
                {
                    var message = messages.At(position);
                    messages.Prefetch(position + distance, feature, 2 * sizeof(TLanes));
                    a0 = messages.Accumulate<TReduction, TLanes>(a0, message, TLanes.Load(message.Row + feature), feature, TLanes.Count);
                    a1 = messages.Accumulate<TReduction, TLanes>(a1, message, TLanes.Load(message.Row + feature + TLanes.Count), feature + TLanes.Count, TLanes.Count);
                }

                Finish(a0, output, TLanes.Count, accumulate, next == end ? divisor : T.One);
                Finish(a1, output + TLanes.Count, TLanes.Count, accumulate, next == end ? divisor : T.One);
                accumulate = true;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void SlicePartial<TLanes>(in Rows rows, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => Slice1<TLanes>(rows, feature, count);

    // One register of features: the positions are dealt to four accumulators.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Slice1<TLanes>(in Rows rows, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var output = rows.Output + feature;
        for (nint row = 0; row < rows.Count; row++, output += rows.Stride)
        {
            var begin = (nint)rows.Offsets[row];
            var end = (nint)rows.Offsets[row + 1];
            var accumulate = rows.Accumulate;
            var divisor = rows.DivisorOf(end - begin);
            for (var next = begin; begin < end; begin = next)
            {
                next = Math.Min(begin + EdgeBlocks.PlainEdges, end);
                var distance = Math.Min(Distance, Positions - next);
                var a0 = TLanes.Broadcast(TReduction.Identity<T>());
                TLanes a1 = a0, a2 = a0, a3 = a0;
                var position = begin;
                for (; position <= next - 4; position += 4)
                {
                    messages.Prefetch(position + distance, feature, sizeof(TLanes));
                    messages.Prefetch(position + distance + 1, feature, sizeof(TLanes));
                    messages.Prefetch(position + distance + 2, feature, sizeof(TLanes));
                    messages.Prefetch(position + distance + 3, feature, sizeof(TLanes));
                    a0 = Accumulate<TLanes>(messages, a0, messages.At(position), feature, count);
                    a1 = Accumulate<TLanes>(messages, a1, messages.At(position + 1), feature, count);
                    a2 = Accumulate<TLanes>(messages, a2, messages.At(position + 2), feature, count);
                    a3 = Accumulate<TLanes>(messages, a3, messages.At(position + 3), feature, count);
                }

                for (; position < next; position++)
                {
                    messages.Prefetch(position + distance, feature, sizeof(TLanes));
                    a0 = Accumulate<TLanes>(messages, a0, messages.At(position), feature, count);
                }

                a0 = TReduction.Combine<TLanes, T>(TReduction.Combine<TLanes, T>(a0, a1), TReduction.Combine<TLanes, T>(a2, a3));
                Finish(a0, output, count, accumulate, next == end ? divisor : T.One);
                accumulate = true;
            }
        }
    }

    // One feature: neighbouring messages side by side, in four registers. A row of at most EdgeBlocks.PieceEdges has sums of few terms in every lane.
    private readonly void Column<TLanes>(in Rows rows)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var identity = TLanes.Broadcast(TReduction.Identity<T>());
        var lastRegister = Positions - TLanes.Count;
        var output = rows.Output;
        for (nint row = 0; row < rows.Count; row++, output += rows.Stride)
        {
            var begin = (nint)rows.Offsets[row];
            var end = (nint)rows.Offsets[row + 1];
            if (begin == end)
            {
                continue;
            }

            TLanes a0 = identity, a1 = identity, a2 = identity, a3 = identity;
            var position = begin;
            for (; position <= end - 4 * TLanes.Count; position += 4 * TLanes.Count)
            {
                a0 = TReduction.Combine<TLanes, T>(a0, messages.Column<TLanes>(position));
                a1 = TReduction.Combine<TLanes, T>(a1, messages.Column<TLanes>(position + TLanes.Count));
                a2 = TReduction.Combine<TLanes, T>(a2, messages.Column<TLanes>(position + 2 * TLanes.Count));
                a3 = TReduction.Combine<TLanes, T>(a3, messages.Column<TLanes>(position + 3 * TLanes.Count));
            }

            for (; position <= end - TLanes.Count; position += TLanes.Count)
            {
                a0 = TReduction.Combine<TLanes, T>(a0, messages.Column<TLanes>(position));
            }

            if (position < end)
            {
                // A whole register of messages, of which those of other rows are left out. Every message keeps its lane wherever the row lies.
                var register = position <= lastRegister ? messages.Column<TLanes>(position) : Shifted(messages.Column<TLanes>(lastRegister), position - lastRegister);
                a1 = TReduction.Combine<TLanes, T>(a1, TLanes.Select(Partial.Mask<TLanes, T>((int)(end - position)), register, identity));
            }

            var value = Across(TReduction.Combine<TLanes, T>(TReduction.Combine<TLanes, T>(a0, a1), TReduction.Combine<TLanes, T>(a2, a3)));
            Finish(new Scalar<T>(value), output, 1, rows.Accumulate, rows.DivisorOf(end - begin));
        }
    }

    // The lanes from one on, in front; what follows them counts for nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes Shifted<TLanes>(TLanes value, nint lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var memory = (value, value);
        return TLanes.Load((T*)&memory + lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Across<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        !TReduction.IsExtremum ? TLanes.Sum(value) : typeof(TReduction) == typeof(Max) ? TLanes.MaxAcross(value) : TLanes.MinAcross(value);

    // A value that the reduction leaves as it was keeps its edge. That is one comparison, which the values need not wait for, but a NaN equals nothing: where
    // there is one, the edges are found with care. Four registers of values, four of edge numbers, a candidate, a mask and a number: eleven registers.
    private readonly void SliceWithArg4<TLanes>(T* output, int* arg, nint begin, nint end, nint feature, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        var distance = Math.Min(Distance, Positions - end);
        Start(messages, output, arg, begin, feature, TLanes.Count, accumulate, out TLanes v0, out TLanes e0);
        Start(messages, output + TLanes.Count, arg + TLanes.Count, begin, feature + TLanes.Count, TLanes.Count, accumulate, out TLanes v1, out TLanes e1);
        Start(messages, output + 2 * TLanes.Count, arg + 2 * TLanes.Count, begin, feature + 2 * TLanes.Count, TLanes.Count, accumulate, out TLanes v2, out TLanes e2);
        Start(messages, output + 3 * TLanes.Count, arg + 3 * TLanes.Count, begin, feature + 3 * TLanes.Count, TLanes.Count, accumulate, out TLanes v3, out TLanes e3);
        for (var position = begin + 1; position < end; position++)
        {
            var message = messages.At(position);
            messages.Prefetch(position + distance, feature, 4 * sizeof(TLanes));
            var edge = EdgeNumbers.Broadcast<TLanes, T>(Order[position]);
            Combine(messages.Value(message, TLanes.Load(message.Row + feature), feature, TLanes.Count), edge, ref v0, ref e0);
            Combine(messages.Value(message, TLanes.Load(message.Row + feature + TLanes.Count), feature + TLanes.Count, TLanes.Count), edge, ref v1, ref e1);
            Combine(messages.Value(message, TLanes.Load(message.Row + feature + 2 * TLanes.Count), feature + 2 * TLanes.Count, TLanes.Count), edge, ref v2, ref e2);
            Combine(messages.Value(message, TLanes.Load(message.Row + feature + 3 * TLanes.Count), feature + 3 * TLanes.Count, TLanes.Count), edge, ref v3, ref e3);
        }

        if (T.IsNaN(TLanes.MaxAcross(TLanes.Max(TLanes.Max(v0, v1), TLanes.Max(v2, v3)))))
        {
            for (nint part = 0; part < 4 * TLanes.Count; part += TLanes.Count)
            {
                SliceWithArg<TLanes>(output + part, arg + part, begin, end, feature + part, TLanes.Count, accumulate);
            }

            return;
        }

        TLanes.Store(v0, output);
        TLanes.Store(v1, output + TLanes.Count);
        TLanes.Store(v2, output + 2 * TLanes.Count);
        TLanes.Store(v3, output + 3 * TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e0, arg, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e1, arg + TLanes.Count, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e2, arg + 2 * TLanes.Count, TLanes.Count);
        EdgeNumbers.Store<TLanes, T>(e3, arg + 3 * TLanes.Count, TLanes.Count);
    }

    // One register of features: the positions are cut into four parts, four chains that hide the latency of a comparison, and the parts are merged in their
    // order, so that the first of equal edges stays. What does not divide by four goes to the first part.
    private readonly void SliceWithArg<TLanes>(T* output, int* arg, nint begin, nint end, nint feature, int count, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var messages = Messages;
        Start(messages, output, arg, begin, feature, count, accumulate, out TLanes v0, out TLanes e0);
        var part = (end - begin) / 4;
        var second = end - 3 * part;
        var position = begin + 1;
        if (part > 0)
        {
            var third = second + part;
            var fourth = third + part;
            TLanes v1 = Value<TLanes>(messages, messages.At(second), feature, count), e1 = EdgeNumbers.Broadcast<TLanes, T>(Order[second]);
            TLanes v2 = Value<TLanes>(messages, messages.At(third), feature, count), e2 = EdgeNumbers.Broadcast<TLanes, T>(Order[third]);
            TLanes v3 = Value<TLanes>(messages, messages.At(fourth), feature, count), e3 = EdgeNumbers.Broadcast<TLanes, T>(Order[fourth]);
            for (nint i = 1; i < part; i++, position++)
            {
                Replace(Value<TLanes>(messages, messages.At(position), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[position]), ref v0, ref e0);
                Replace(Value<TLanes>(messages, messages.At(second + i), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[second + i]), ref v1, ref e1);
                Replace(Value<TLanes>(messages, messages.At(third + i), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[third + i]), ref v2, ref e2);
                Replace(Value<TLanes>(messages, messages.At(fourth + i), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[fourth + i]), ref v3, ref e3);
            }

            for (; position < second; position++)
            {
                Replace(Value<TLanes>(messages, messages.At(position), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[position]), ref v0, ref e0);
            }

            Replace(v1, e1, ref v0, ref e0);
            Replace(v2, e2, ref v0, ref e0);
            Replace(v3, e3, ref v0, ref e0);
            position = end;
        }

        for (; position < end; position++)
        {
            Replace(Value<TLanes>(messages, messages.At(position), feature, count), EdgeNumbers.Broadcast<TLanes, T>(Order[position]), ref v0, ref e0);
        }

        EdgeRows.Store(v0, output, count);
        EdgeNumbers.Store<TLanes, T>(e0, arg, count);
    }

    // The first value, which takes the place where there is nothing yet or where it is better.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Start<TLanes>(in TMessages messages, T* output, int* arg, nint begin, nint feature, int count, bool accumulate, out TLanes value, out TLanes edge)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        value = Value<TLanes>(messages, messages.At(begin), feature, count);
        edge = EdgeNumbers.Broadcast<TLanes, T>(Order[begin]);
        if (accumulate)
        {
            var before = EdgeRows.Load<TLanes, T>(output, count);
            var edgeBefore = EdgeNumbers.Load<TLanes, T>(arg, count);
            var replaces = TLanes.Or(EdgeNumbers.Equal<TLanes, T>(edgeBefore, EdgeNumbers.Broadcast<TLanes, T>(-1)), TReduction.Replaces<TLanes, T>(value, before));
            value = TLanes.Select(replaces, value, before);
            edge = TLanes.Select(replaces, edge, edgeBefore);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine<TLanes>(TLanes candidate, TLanes number, ref TLanes value, ref TLanes edge)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var before = value;
        value = TReduction.Combine<TLanes, T>(before, candidate);
        edge = TLanes.Select(TLanes.Equal(value, before), edge, number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Replace<TLanes>(TLanes candidate, TLanes number, ref TLanes value, ref TLanes edge)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var replaces = TReduction.Replaces<TLanes, T>(candidate, value);
        value = TLanes.Select(replaces, candidate, value);
        edge = TLanes.Select(replaces, number, edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Value<TLanes>(TMessages messages, EdgeMessage<T> message, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => messages.Value(message, EdgeRows.Load<TLanes, T>(message.Row + feature, count), feature, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Accumulate<TLanes>(TMessages messages, TLanes accumulator, EdgeMessage<T> message, nint feature, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> => messages.Accumulate<TReduction, TLanes>(accumulator, message, EdgeRows.Load<TLanes, T>(message.Row + feature, count), feature, count);

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

    /// <summary>Neighbouring rows of the output and the positions of their messages.</summary>
    /// <remarks>A divisor of 0 stands for the number of the messages of each row.</remarks>
    private readonly struct Rows(T* output, nint stride, long* offsets, nint count, bool accumulate, T divisor)
    {
        public readonly T* Output = output;
        public readonly nint Stride = stride;
        public readonly long* Offsets = offsets;
        public readonly nint Count = count;
        public readonly bool Accumulate = accumulate;

        /// <summary>What a mean of a row of so many messages is divided by.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T DivisorOf(nint messages) => !TReduction.IsMean ? T.One : divisor == T.Zero ? T.CreateTruncating(messages) : divisor;
    }
}
