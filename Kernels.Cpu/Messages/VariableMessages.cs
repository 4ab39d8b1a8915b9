using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The sums of the messages that enter the variables of a block: without each receiver's own (messages), or of all of them (beliefs).
/// They are made in double, side by side in the order of the variables, brought to a maximum of 0, and normalised a register at a time.
/// </summary>
/// <remarks>
/// A message that is left out is not taken off again: it is the sum of those before it plus the sum of those behind it. Long sums are blocked:
/// a stretch of <see cref="EdgeBlocks.PlainEdges"/> is added up plainly before it joins the total.
/// </remarks>
internal unsafe struct VariableMessagesWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const nint BlockNumbers = 16384;

    public long* Offsets;
    public int* Order;
    public int First;
    public int End;
    public nint States;
    public T* Incoming;
    public nint IncomingStride;
    public T* Outgoing;
    public nint OutgoingStride;
    public bool Beliefs;
    public T* Entropy;
    public int VariablesPerBlock;

    public void Run(EdgeIndex index, int threads)
    {
        // Variables of a block, by the shape alone: some edges each, a multiple of every register's lanes.
        var perVariable = States * (1 + (nint)(index.Edges / Math.Max(1, index.Nodes)));
        VariablesPerBlock = (int)Math.Max(16, BlockNumbers / perVariable / 16 * 16);
        fixed (long* offsets = index.Offsets)
        fixed (int* order = index.Order)
        {
            Offsets = offsets;
            Order = order;
            LanesWork.For<VariableMessagesWork<TSemiring, T>, T>(ref this, (End - First + VariablesPerBlock - 1) / VariablesPerBlock, threads, nint.MaxValue);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var begin = First + block * VariablesPerBlock;
        var end = Math.Min(begin + VariablesPerBlock, End);
        var position = Offsets[begin];
        var count = Beliefs ? end - begin : (nint)(Offsets[end] - position);
        if (count == 0)
        {
            return;
        }

        // Rows of whole registers; what stands behind the last distribution is normalised too and never looked at.
        var row = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        using var scratch = Scratch.Rent(Scratch.SizeOf<double>(States * row) + Scratch.SizeOf<T>(States * row));
        var sums = scratch.Take<double>(States * row);
        var values = scratch.Take<T>(States * row);
        for (nint state = 0; state < States; state++)
        {
            var from = Incoming + state * IncomingStride;
            var to = sums + state * row;
            for (var variable = begin; variable < end; variable++)
            {
                if (Beliefs)
                {
                    to[variable - begin] = Sum(from, variable);
                }
                else
                {
                    SumOfOthers(from, variable, to - position);
                }
            }

            new Span<double>(to + count, (int)(row - count)).Clear();
        }

        ShiftToZero(sums, values, row);
        for (nint i = 0; i < row; i += TLanes.Count)
        {
            if (!TSemiring.IsMaximum)
            {
                LogDomain.Normalise<TSemiring, TLanes, T>(values + i, row, States);
            }

            if (Beliefs)
            {
                StoreBeliefs<TLanes>(values + i, row, begin + i, (int)Math.Min(TLanes.Count, count - i));
            }
        }

        if (!Beliefs)
        {
            for (nint state = 0; state < States; state++)
            {
                var to = Outgoing + state * OutgoingStride;
                var from = values + state * row;
                for (nint i = 0; i < count; i++)
                {
                    to[Order[position + i]] = from[i];
                }
            }
        }
    }

    private readonly double Sum(T* from, int variable)
    {
        double total = 0, sum = 0;
        var begin = Offsets[variable];
        for (var p = begin; p < Offsets[variable + 1]; p++)
        {
            sum += double.CreateTruncating(from[Order[p]]);
            if ((p - begin) % EdgeBlocks.PlainEdges == EdgeBlocks.PlainEdges - 1)
            {
                total += sum;
                sum = 0;
            }
        }

        return total + sum;
    }

    private readonly void SumOfOthers(T* from, int variable, double* to)
    {
        double total = 0, sum = 0;
        long begin = Offsets[variable], end = Offsets[variable + 1];
        for (var p = begin; p < end; p++)
        {
            to[p] = total + sum;
            sum += double.CreateTruncating(from[Order[p]]);
            if ((p - begin) % EdgeBlocks.PlainEdges == EdgeBlocks.PlainEdges - 1)
            {
                total += sum;
                sum = 0;
            }
        }

        total = sum = 0;
        for (var p = end - 1; p >= begin; p--)
        {
            to[p] += total + sum;
            sum += double.CreateTruncating(from[Order[p]]);
            if ((end - 1 - p) % EdgeBlocks.PlainEdges == EdgeBlocks.PlainEdges - 1)
            {
                total += sum;
                sum = 0;
            }
        }
    }

    /// <summary>Takes the maximum over the states off, in double, and rounds: a float keeps the differences between states, however large the sums were.</summary>
    private readonly void ShiftToZero(double* sums, T* values, nint row)
    {
        for (nint i = 0; i < row; i++)
        {
            var maximum = double.NegativeInfinity;
            for (nint state = 0; state < States; state++)
            {
                maximum = Math.Max(maximum, sums[state * row + i]);
            }

            var shift = double.IsNegativeInfinity(maximum) ? 0 : maximum;
            for (nint state = 0; state < States; state++)
            {
                values[state * row + i] = T.CreateTruncating(sums[state * row + i] - shift);
            }
        }
    }

    private readonly void StoreBeliefs<TLanes>(T* values, nint row, nint variable, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint state = 0; state < States; state++)
        {
            LogDomain.Store<TLanes, T>(TLanes.Load(values + state * row), Outgoing + state * OutgoingStride + variable, lanes);
        }

        if (Entropy is not null)
        {
            LogDomain.Store<TLanes, T>(EntropyOf<TLanes>(values, row), Entropy + variable, lanes);
        }
    }

    private readonly TLanes EntropyOf<TLanes>(T* values, nint row)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes total = TLanes.Zero, sum = TLanes.Zero;
        for (nint state = 0; state < States; state++)
        {
            var belief = TLanes.Load(values + state * row);
            var probability = Functions.Exp<TLanes, T>(belief);
            sum -= TLanes.AndNot(probability * belief, TLanes.Equal(probability, TLanes.Zero));
            if (state % LogDomain.PlainTerms == 0)
            {
                total += sum;
                sum = TLanes.Zero;
            }
        }

        return total + sum;
    }
}

internal sealed unsafe partial class CpuMessageKernels<T>
{
    protected override void VariableMessagesCore<TSemiring>(DeviceEdgeIndex index, int first, int count, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing) =>
        new VariableMessagesWork<TSemiring, T>
        {
            First = first,
            End = first + count,
            States = (nint)incoming.Rows,
            Incoming = FactorGroup<T>.Pointer(incoming),
            IncomingStride = (nint)incoming.Stride,
            Outgoing = FactorGroup<T>.Pointer(outgoing),
            OutgoingStride = (nint)outgoing.Stride,
        }.Run(index.Host, Threads);

    protected override void VariableBeliefsCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> entropy) =>
        new VariableMessagesWork<TSemiring, T>
        {
            End = index.Nodes,
            States = (nint)incoming.Rows,
            Incoming = FactorGroup<T>.Pointer(incoming),
            IncomingStride = (nint)incoming.Stride,
            Outgoing = FactorGroup<T>.Pointer(beliefs),
            OutgoingStride = (nint)beliefs.Stride,
            Beliefs = true,
            Entropy = FactorGroup<T>.Pointer(entropy),
        }.Run(index.Host, Threads);
}
