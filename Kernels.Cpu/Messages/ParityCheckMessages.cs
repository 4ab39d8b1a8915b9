using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The messages of a block of checks, a register of code words at a time. A bit of size <c>|x|</c> brings <c>z = e^-|x|</c>, <c>tanh(|x|/2) = (1 - z) / (1 + z)</c>; of several bits,
/// <c>Π (1 + z) = S + D</c> and <c>Π (1 - z) = S - D</c>, so that the message is <c>log S/D</c>, and one bit more makes of it <c>(S + zD, D + zS)</c>: sums of numbers of one sign, which lose nothing.
/// One exponential, one logarithm and one quotient per edge; the products of all others come from both ends.
/// </summary>
/// <remarks>
/// Sizes far beyond the range of the exponential are what decoders meet once a word has settled. So <c>z</c> and <c>D</c> are kept in units of <c>e^-M</c>, with <c>M</c> the smallest size among the others,
/// which is what min-sum sends, and the message is <c>M + log S/D</c>. For all bits but one <c>M</c> is the smallest size of the check; the bit that has it alone hears of the second smallest: it stays out of the
/// products, which are in units of the second, and joins in at the end. Sizes are held negative, for which the two largest cost two instructions an edge.
/// </remarks>
internal unsafe struct ParityCheckMessagesWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int BlockNumbers = 8192;

    // S at most doubles with every bit: from this on it is brought back after so many bits.
    private const int BitsBetweenScalings = 16;
    private const double LargestSum = 1 << BitsBetweenScalings;
    private const int UnitRows = 5;

    public long* Offsets;
    public int* Order;
    public int Checks;
    public int ChecksPerBlock;
    public nint LongestRow;
    public nint Words;
    public T* Incoming;
    public nint IncomingStride;
    public T* Outgoing;
    public nint OutgoingStride;

    public void Run(EdgeIndex index, int threads)
    {
        if (Words == 0)
        {
            return;
        }

        Checks = index.Nodes;
        LongestRow = (nint)index.LongestRow;
        ChecksPerBlock = (int)Math.Max(1, BlockNumbers / (Words * (1 + (nint)(index.Edges / Math.Max(1, index.Nodes)))));
        fixed (long* offsets = index.Offsets)
        fixed (int* order = index.Order)
        {
            Offsets = offsets;
            Order = order;
            LanesWork.For<ParityCheckMessagesWork<TSemiring, T>, T>(ref this, (Checks + ChecksPerBlock - 1) / ChecksPerBlock, threads, Words);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        using var scratch = Scratch.Rent(4 * Scratch.SizeOf<T>(LongestRow * TLanes.Count) + Scratch.SizeOf<T>(UnitRows * TLanes.Count));
        var copies = scratch.Take<T>(LongestRow * TLanes.Count);
        var weights = scratch.Take<T>(LongestRow * TLanes.Count);
        var sums = scratch.Take<T>(LongestRow * TLanes.Count);
        var differences = scratch.Take<T>(LongestRow * TLanes.Count);
        var units = new Plate<TLanes, T>(scratch.Take<T>(UnitRows * TLanes.Count), TLanes.Count);
        var end = Math.Min((block + 1) * ChecksPerBlock, Checks);
        for (var check = block * ChecksPerBlock; check < end; check++)
        {
            var bits = (nint)(Offsets[check + 1] - Offsets[check]);
            var order = Order + Offsets[check];
            for (nint word = 0; word < Words; word += TLanes.Count)
            {
                var lanes = (int)Math.Min(TLanes.Count, Words - word);
                if (TSemiring.IsMaximum)
                {
                    MinSum<TLanes>(order, bits, word, lanes, copies);
                }
                else
                {
                    FindUnits(order, bits, word, lanes, copies, units);
                    TanhRule(order, bits, word, lanes, copies, weights, sums, differences, units);
                }
            }
        }
    }

    /// <summary>The units of a check: row 0 the smallest size and row 1 the second, both negative; row 2 signs, row 3 <c>e^(M₁ - M₂)</c>, row 4 <c>e^-2M₁</c>.</summary>
    // Apart from the loops that need them: around a call, or with more functions than the compiler inlines, registers would go through the stack in every turn.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void FindUnits<TLanes>(int* order, nint bits, nint word, int lanes, T* copies, Plate<TLanes, T> units)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        Smallest(order, bits, word, lanes, copies, out TLanes first, out TLanes second, out TLanes sign, out _);

        // Infinite sizes are no unit: finite ones stand for them, against which they are still as good as certain.
        var least = TLanes.Constant(typeof(T) == typeof(float) ? float.MinValue : double.MinValue);
        first = TLanes.AtLeast(first, least);
        second = TLanes.AtLeast(second, least);
        units[0] = first;
        units[1] = second;
        units[2] = sign;
        units[3] = Functions.Exp<TLanes, T>(second - first);
        units[4] = Functions.Exp<TLanes, T>(first + first);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void TanhRule<TLanes>(int* order, nint bits, nint word, int lanes, T* copies, T* weights, T* sums, T* differences, Plate<TLanes, T> units)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes first = units[0], second = units[1], sign = units[2], toFirst = units[3], squareOfFirst = units[4];
        var alone = TLanes.GreaterThan(first, second);
        var square = squareOfFirst * toFirst * toFirst;
        var weightOfFirst = TLanes.And(alone, TLanes.Constant(1));
        TLanes sum = TLanes.Constant(1), difference = TLanes.Zero;
        for (nint i = 0; i < bits; i++)
        {
            var size = NegativeSize(TLanes.Load(copies + i * TLanes.Count));
            var weight = TLanes.AndNot(Functions.Exp<TLanes, T>(size - second), TLanes.And(alone, TLanes.Equal(size, first)));
            TLanes.Store(weight, weights + i * TLanes.Count);
            TLanes.Store(sum, sums + i * TLanes.Count);
            TLanes.Store(difference, differences + i * TLanes.Count);
            Join(weight, square, i, ref sum, ref difference);
        }

        (sum, difference) = (TLanes.Constant(1), TLanes.Zero);
        for (var i = bits - 1; i >= 0; i--)
        {
            var x = TLanes.Load(copies + i * TLanes.Count);
            TLanes sumBefore = TLanes.Load(sums + i * TLanes.Count), differenceBefore = TLanes.Load(differences + i * TLanes.Count);
            var otherSum = TLanes.FusedMultiplyAdd(square * differenceBefore, difference, sumBefore * sum);
            var otherDifference = TLanes.FusedMultiplyAdd(sumBefore, difference, differenceBefore * sum);
            Join(TLanes.Load(weights + i * TLanes.Count), square, i, ref sum, ref difference);

            // All but the bit of the smallest size take it in.
            var isFirst = TLanes.And(alone, TLanes.Equal(NegativeSize(x), first));
            var inUnits = otherDifference * toFirst;
            var allDifference = TLanes.FusedMultiplyAdd(otherSum, weightOfFirst, inUnits);
            var allSum = TLanes.FusedMultiplyAdd(squareOfFirst * weightOfFirst, inUnits, otherSum);
            var quotient = TLanes.Select(isFirst, otherSum, allSum) / TLanes.Select(isFirst, otherDifference, allDifference);
            var message = Functions.Log<TLanes, T>(quotient) - TLanes.Select(isFirst, second, first);
            Send(TLanes.AtLeast(message, TLanes.Zero), sign, x, order[i], word, lanes);
        }
    }

    /// <summary>The smallest size among the others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void MinSum<TLanes>(int* order, nint bits, nint word, int lanes, T* copies)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        Smallest(order, bits, word, lanes, copies, out TLanes first, out TLanes second, out TLanes sign, out TLanes unknown);
        for (nint i = 0; i < bits; i++)
        {
            var x = TLanes.Load(copies + i * TLanes.Count);
            var message = -TLanes.Select(TLanes.Equal(NegativeSize(x), first), second, first);
            var unknownOthers = TLanes.GreaterThan(unknown, TLanes.And(TLanes.IsNaN(x), TLanes.Constant(1)));
            Send(TLanes.Select(unknownOthers, TLanes.Broadcast(T.NaN), message), sign, x, order[i], word, lanes);
        }
    }

    /// <summary>
    /// The two smallest sizes of a check, negative, the product of the signs, and how many bits are NaN; those are no smallest ones. Copies the messages,
    /// since rows a power of two apart share few cache lines.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Smallest<TLanes>(int* order, nint bits, nint word, int lanes, T* copies, out TLanes first, out TLanes second, out TLanes sign, out TLanes unknown)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var none = TLanes.Broadcast(T.NegativeInfinity);
        (first, second, sign, unknown) = (none, none, TLanes.Zero, TLanes.Zero);
        for (nint i = 0; i < bits; i++)
        {
            var x = LogDomain.Load<TLanes, T>(Incoming + order[i] * IncomingStride + word, lanes);
            TLanes.Store(x, copies + i * TLanes.Count);
            var isUnknown = TLanes.IsNaN(x);
            sign = TLanes.Xor(sign, x);
            unknown += TLanes.And(isUnknown, TLanes.Constant(1));
            var size = TLanes.Select(isUnknown, none, NegativeSize(x));
            second = TLanes.Clamp(size, second, first);
            first = TLanes.AtLeast(size, first);
        }
    }

    /// <summary>A message of a size, with the sign of all bits but this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Send<TLanes>(TLanes size, TLanes sign, TLanes x, int edge, nint word, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        LogDomain.Store<TLanes, T>(TLanes.Xor(size, TLanes.And(TLanes.Xor(sign, x), TLanes.Constant(-0.0))), Outgoing + edge * OutgoingStride + word, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NegativeSize<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Or(x, TLanes.Constant(-0.0));

    /// <summary>One bit more: <c>(S + zD, D + zS)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join<TLanes>(TLanes weight, TLanes square, nint bit, ref TLanes sum, ref TLanes difference)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var before = sum;
        sum = TLanes.FusedMultiplyAdd(weight * square, difference, sum);
        difference = TLanes.FusedMultiplyAdd(weight, before, difference);
        if (bit % BitsBetweenScalings == BitsBetweenScalings - 1)
        {
            // The message is a quotient: both may be scaled.
            var scale = TLanes.Select(TLanes.GreaterThan(sum, TLanes.Constant(LargestSum)), TLanes.Constant(1 / LargestSum), TLanes.Constant(1));
            sum *= scale;
            difference *= scale;
        }
    }
}

internal sealed unsafe partial class CpuMessageKernels<T>
{
    protected override void ParityCheckMessagesCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing) =>
        new ParityCheckMessagesWork<TSemiring, T>
        {
            Words = (nint)outgoing.Columns,
            Incoming = FactorGroup<T>.Pointer(incoming),
            IncomingStride = (nint)incoming.Stride,
            Outgoing = FactorGroup<T>.Pointer(outgoing),
            OutgoingStride = (nint)outgoing.Stride,
        }.Run(index.Host, Threads);
}
