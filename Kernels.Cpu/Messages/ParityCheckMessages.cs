using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The messages of a block of checks, a register of code words at a time. Instead of <c>t = tanh(|x|/2)</c>, which is 1 for all large <c>|x|</c>, each bit brings its complement
/// <c>y = 1 - t = 2 / (e^|x| + 1)</c>: a product of <c>t</c> is <c>y₁ + y₂ - y₁y₂</c>, sums of numbers of one sign that lose nothing, and the message is <c>log (2 - y) / y</c>.
/// One exponential and one logarithm per edge, and products of all others from both ends.
/// </summary>
/// <remarks>Where a size is so large that <c>y</c> underflows, the lanes concerned are done again by box-plus, one pair at a time.</remarks>
internal unsafe struct ParityCheckMessagesWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int BlockNumbers = 8192;

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

    // Above this size e^|x| + 1 may be infinite or its inverse lose bits.
    private static double Limit => typeof(T) == typeof(float) ? 80 : 690;

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
        using var scratch = Scratch.Rent(2 * Scratch.SizeOf<T>(LongestRow * TLanes.Count));
        var values = scratch.Take<T>(LongestRow * TLanes.Count);
        var before = scratch.Take<T>(LongestRow * TLanes.Count);
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
                    Combine<TLanes>(order, bits, word, lanes, before, TLanes.Equal(TLanes.Zero, TLanes.Zero));
                }
                else
                {
                    Products<TLanes>(order, bits, word, lanes, values, before);
                }
            }
        }
    }

    /// <summary>The tanh rule by complements.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Products<TLanes>(int* order, nint bits, nint word, int lanes, T* values, T* before)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes one = TLanes.Constant(1), two = TLanes.Constant(2), signBit = TLanes.Constant(-0.0);
        TLanes product = TLanes.Zero, sign = TLanes.Zero, largest = TLanes.Zero;
        for (nint i = 0; i < bits; i++)
        {
            var x = LogDomain.Load<TLanes, T>(Incoming + order[i] * IncomingStride + word, lanes);
            var size = TLanes.Abs(x);
            largest = TLanes.Max(largest, size);
            sign = TLanes.Xor(sign, TLanes.And(x, signBit));
            var y = two / (Functions.Exp<TLanes, T>(size) + one);
            TLanes.Store(y, values + i * TLanes.Count);
            TLanes.Store(product, before + i * TLanes.Count);
            product = Both(product, y);
        }

        product = TLanes.Zero;
        for (var i = bits - 1; i >= 0; i--)
        {
            var x = LogDomain.Load<TLanes, T>(Incoming + order[i] * IncomingStride + word, lanes);
            var others = Both(TLanes.Load(before + i * TLanes.Count), product);
            product = Both(product, TLanes.Load(values + i * TLanes.Count));
            var size = Functions.Log<TLanes, T>((two - others) / others);
            var signOfOthers = TLanes.Xor(sign, TLanes.And(x, signBit));
            LogDomain.Store<TLanes, T>(TLanes.Xor(size, signOfOthers), Outgoing + order[i] * OutgoingStride + word, lanes);
        }

        if (!(TLanes.MaxAcross(largest) <= T.CreateTruncating(Limit)))
        {
            Combine<TLanes>(order, bits, word, lanes, before, TLanes.GreaterThan(largest, TLanes.Constant(Limit)));
        }
    }

    /// <summary>Box-plus, one pair at a time, in the lanes of a mask.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Combine<TLanes>(int* order, nint bits, nint word, int lanes, T* before, TLanes mask)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var all = TLanes.Broadcast(T.PositiveInfinity);
        for (nint i = 0; i < bits; i++)
        {
            TLanes.Store(all, before + i * TLanes.Count);
            all = BoxPlus(all, LogDomain.Load<TLanes, T>(Incoming + order[i] * IncomingStride + word, lanes));
        }

        all = TLanes.Broadcast(T.PositiveInfinity);
        for (var i = bits - 1; i >= 0; i--)
        {
            var to = Outgoing + order[i] * OutgoingStride + word;
            var others = BoxPlus(TLanes.Load(before + i * TLanes.Count), all);
            all = BoxPlus(all, LogDomain.Load<TLanes, T>(Incoming + order[i] * IncomingStride + word, lanes));
            LogDomain.Store<TLanes, T>(TLanes.Select(mask, others, LogDomain.Load<TLanes, T>(to, lanes)), to, lanes);
        }
    }

    /// <summary>Compiled by itself: three copies in one method are more than the compiler inlines the functions into, and then every operation is a call.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TLanes BoxPlus<TLanes>(TLanes a, TLanes b)
        where TLanes : unmanaged, ILanes<TLanes, T> => LogOdds.BoxPlus<TSemiring, TLanes, T>(a, b);

    /// <summary>The complement of the product of two numbers given by their complements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Both<TLanes>(TLanes a, TLanes b)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.FusedMultiplyAdd(-a, b, a + b);
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
