using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The messages between the factors of a group and one of their variables: <see cref="States"/> rows each.</summary>
internal unsafe struct FactorSlot<T>
    where T : unmanaged
{
    public nint States;
    public T* Incoming;
    public nint IncomingStride;
    public T* Previous;
    public nint PreviousStride;
    public T* Outgoing;
    public nint OutgoingStride;
}

/// <summary>The factors of a group: their tables and slots.</summary>
internal unsafe struct FactorGroup<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Numbers of a table, over the factors of a block: enough work to hand to a thread.
    private const nint BlockNumbers = 16384;

    public T* Tables;
    public nint TablesStride;
    public bool Shared;
    public nint Entries;
    public nint Factors;
    public FactorSlot<T>* Slots;
    public int SlotCount;

    public FactorGroup(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, FactorSlot<T>* slots)
    {
        Tables = Pointer(tables);
        TablesStride = (nint)tables.Stride;
        Factors = (nint)incoming[0].Columns;
        Shared = tables.Columns != Factors;
        Entries = (nint)tables.Rows;
        Slots = slots;
        SlotCount = incoming.Length;
        for (var k = 0; k < incoming.Length; k++)
        {
            slots[k] = new() { States = (nint)incoming[k].Rows, Incoming = Pointer(incoming[k]), IncomingStride = (nint)incoming[k].Stride };
        }
    }

    /// <summary>Factors of one block: a multiple of every register's lanes, by the shape of the tables alone.</summary>
    public readonly nint FactorsPerBlock => Math.Max(16, BlockNumbers / Math.Max(1, Entries * SlotCount) / 16 * 16);

    public readonly int Blocks => checked((int)((Factors + FactorsPerBlock - 1) / FactorsPerBlock));

    public static T* Pointer(DeviceMatrix<T> matrix) => matrix.IsAbsent ? null : matrix.Tensor.Pointer + matrix.Offset;

    /// <summary>
    /// The tables of a register of factors with the messages of all variables but <paramref name="without"/> added, entry by entry: the messages are spread over the states of one
    /// variable after another, in place, from the last entry back; one addition per entry for each variable, or less.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AddMessages<TLanes>(nint factor, int lanes, int without, T* entries)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes.Store(TLanes.Zero, entries);
        nint filled = 1;
        for (var k = 0; k < SlotCount; k++)
        {
            ref readonly var slot = ref Slots[k];
            for (var entry = filled - 1; entry >= 0; entry--)
            {
                var sum = TLanes.Load(entries + entry * TLanes.Count);
                var to = entries + entry * slot.States * TLanes.Count;
                for (var state = slot.States - 1; state >= 0; state--)
                {
                    TLanes.Store(k == without ? sum : sum + LogDomain.Load<TLanes, T>(slot.Incoming + state * slot.IncomingStride + factor, lanes), to + state * TLanes.Count);
                }
            }

            filled *= slot.States;
        }

        for (nint entry = 0; entry < Entries; entry++)
        {
            TLanes.Store(TLanes.Load(entries + entry * TLanes.Count) + Table<TLanes>(entry, factor, lanes), entries + entry * TLanes.Count);
        }
    }

    /// <summary>An entry of the tables of a register of factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Table<TLanes>(nint entry, nint factor, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T> => Shared
        ? TLanes.Broadcast(Tables[entry * TablesStride])
        : LogDomain.Load<TLanes, T>(Tables + entry * TablesStride + factor, lanes);
}

/// <summary>Messages of a block of factors, as many at a time as a register has lanes.</summary>
internal unsafe struct FactorMessagesWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public FactorGroup<T> Group;
    public T Damping;
    public T* Change;

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var begin = block * Group.FactorsPerBlock;
        var end = Math.Min(begin + Group.FactorsPerBlock, Group.Factors);
        nint states = 0;
        for (var k = 0; k < Group.SlotCount; k++)
        {
            states = Math.Max(states, Group.Slots[k].States);
        }

        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(Group.Entries * TLanes.Count) + Scratch.SizeOf<T>(states * TLanes.Count));
        var entries = scratch.Take<T>(Group.Entries * TLanes.Count);
        var message = scratch.Take<T>(states * TLanes.Count);
        for (var factor = begin; factor < end; factor += TLanes.Count)
        {
            var lanes = (int)Math.Min(TLanes.Count, end - factor);
            var change = TLanes.Zero;
            nint inner = Group.Entries;
            for (var k = 0; k < Group.SlotCount; k++)
            {
                ref readonly var slot = ref Group.Slots[k];
                inner /= slot.States;
                if (slot.Outgoing is null)
                {
                    continue;
                }

                // Entry (o, c, i) of a table stands at (o · C_k + c) · inner + i.
                Group.AddMessages<TLanes>(factor, lanes, k, entries);
                var outer = Group.Entries / inner / slot.States;
                for (nint state = 0; state < slot.States; state++)
                {
                    var value = LogDomain.Marginalise<TSemiring, TLanes, T>(entries + state * inner * TLanes.Count, TLanes.Count, outer, inner, slot.States * inner);
                    TLanes.Store(value, message + state * TLanes.Count);
                }

                LogDomain.Normalise<TSemiring, TLanes, T>(message, TLanes.Count, slot.States);
                change = TLanes.Max(change, Deliver<TLanes>(slot, factor, lanes, message));
            }

            if (Change is not null)
            {
                LogDomain.Store<TLanes, T>(change, Change + factor, lanes);
            }
        }
    }

    /// <summary>Damps and stores a message; gives the largest change of a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TLanes Deliver<TLanes>(in FactorSlot<T> slot, nint factor, int lanes, T* message)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (Damping != T.Zero)
        {
            TLanes damping = TLanes.Broadcast(Damping), rest = TLanes.Broadcast(T.One - Damping);
            for (nint state = 0; state < slot.States; state++)
            {
                var old = LogDomain.Load<TLanes, T>(slot.Previous + state * slot.PreviousStride + factor, lanes);
                TLanes.Store(damping * old + rest * TLanes.Load(message + state * TLanes.Count), message + state * TLanes.Count);
            }

            LogDomain.Normalise<TSemiring, TLanes, T>(message, TLanes.Count, slot.States);
        }

        TLanes largest = TLanes.Zero, one = TLanes.Constant(1), infinity = TLanes.Broadcast(T.PositiveInfinity);
        for (nint state = 0; state < slot.States; state++)
        {
            var old = LogDomain.Load<TLanes, T>(slot.Previous + state * slot.PreviousStride + factor, lanes);
            var value = TLanes.Load(message + state * TLanes.Count);
            var size = TLanes.Abs(value);
            size = TLanes.Select(TLanes.Equal(size, infinity), one, TLanes.Max(size, one));
            largest = TLanes.Max(largest, TLanes.AndNot(TLanes.Abs(value - old) / size, TLanes.Equal(value, old)));
            LogDomain.Store<TLanes, T>(value, slot.Outgoing + state * slot.OutgoingStride + factor, lanes);
        }

        return largest;
    }
}

/// <summary>Beliefs of a block of factors, as many at a time as a register has lanes.</summary>
internal unsafe struct FactorBeliefsWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public FactorGroup<T> Group;
    public T* Beliefs;
    public nint BeliefsStride;
    public T* Energy;

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var begin = block * Group.FactorsPerBlock;
        var end = Math.Min(begin + Group.FactorsPerBlock, Group.Factors);
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(Group.Entries * TLanes.Count));
        var entries = scratch.Take<T>(Group.Entries * TLanes.Count);
        for (var factor = begin; factor < end; factor += TLanes.Count)
        {
            var lanes = (int)Math.Min(TLanes.Count, end - factor);
            Group.AddMessages<TLanes>(factor, lanes, -1, entries);
            LogDomain.Normalise<TSemiring, TLanes, T>(entries, TLanes.Count, Group.Entries);
            TLanes total = TLanes.Zero, sum = TLanes.Zero;
            for (nint entry = 0; entry < Group.Entries; entry++)
            {
                var belief = TLanes.Load(entries + entry * TLanes.Count);
                LogDomain.Store<TLanes, T>(belief, Beliefs + entry * BeliefsStride + factor, lanes);
                var probability = Functions.Exp<TLanes, T>(belief);
                sum += TLanes.AndNot(probability * (Group.Table<TLanes>(entry, factor, lanes) - belief), TLanes.Equal(probability, TLanes.Zero));
                if (entry % LogDomain.PlainTerms == 0)
                {
                    total += sum;
                    sum = TLanes.Zero;
                }
            }

            if (Energy is not null)
            {
                LogDomain.Store<TLanes, T>(total + sum, Energy + factor, lanes);
            }
        }
    }
}

internal sealed unsafe partial class CpuMessageKernels<T>
{
    protected override void FactorMessagesCore<TSemiring>(
        DeviceMatrix<T> tables,
        ReadOnlySpan<DeviceMatrix<T>> incoming,
        ReadOnlySpan<DeviceMatrix<T>> previous,
        ReadOnlySpan<DeviceMatrix<T>> outgoing,
        double damping,
        DeviceMatrix<T> change)
    {
        var slots = stackalloc FactorSlot<T>[incoming.Length];
        var work = new FactorMessagesWork<TSemiring, T>
        {
            Group = new(tables, incoming, slots),
            Damping = T.CreateTruncating(damping),
            Change = FactorGroup<T>.Pointer(change),
        };
        for (var k = 0; k < incoming.Length; k++)
        {
            slots[k].Previous = FactorGroup<T>.Pointer(previous[k]);
            slots[k].PreviousStride = (nint)previous[k].Stride;
            slots[k].Outgoing = FactorGroup<T>.Pointer(outgoing[k]);
            slots[k].OutgoingStride = (nint)outgoing[k].Stride;
        }

        LanesWork.For<FactorMessagesWork<TSemiring, T>, T>(ref work, work.Group.Blocks, Threads, work.Group.Factors);
    }

    protected override void FactorBeliefsCore<TSemiring>(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> energy)
    {
        var slots = stackalloc FactorSlot<T>[incoming.Length];
        var work = new FactorBeliefsWork<TSemiring, T>
        {
            Group = new(tables, incoming, slots),
            Beliefs = FactorGroup<T>.Pointer(beliefs),
            BeliefsStride = (nint)beliefs.Stride,
            Energy = FactorGroup<T>.Pointer(energy),
        };
        LanesWork.For<FactorBeliefsWork<TSemiring, T>, T>(ref work, work.Group.Blocks, Threads, work.Group.Factors);
    }
}
