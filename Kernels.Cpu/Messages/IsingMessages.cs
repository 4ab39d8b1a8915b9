using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The messages that arrive at the spins of a block of rows, a register of neighbouring columns at a time; the neighbours left and right are unaligned loads one column off.</summary>
internal unsafe struct IsingMessagesWork<TSemiring, T> : ILanesWork<T>
    where TSemiring : struct, ISemiring
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const nint BlockSpins = 2048;

    public nint Rows;
    public nint Columns;
    public T* Field;
    public nint FieldStride;
    public T* Right;
    public nint RightStride;
    public T* Down;
    public nint DownStride;
    public T* Incoming;
    public nint IncomingStride;
    public T* Outgoing;
    public nint OutgoingStride;
    public T Damping;
    public T* Change;

    public void Run(int threads)
    {
        if (Columns == 0)
        {
            new Span<T>(Change, Change is null ? 0 : (int)Rows).Clear();
        }
        else
        {
            LanesWork.For<IsingMessagesWork<TSemiring, T>, T>(ref this, (int)((Rows + RowsPerBlock - 1) / RowsPerBlock), threads, Columns);
        }
    }

    private readonly nint RowsPerBlock => Math.Max(1, BlockSpins / Columns);

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var end = Math.Min((block + 1) * RowsPerBlock, Rows);
        for (var row = block * RowsPerBlock; row < end; row++)
        {
            var change = TLanes.Zero;

            // Side by side: where the senders stand, the side from which they have heard this spin, and the coupling.
            change = Row<TLanes>(0, row, 1, row, -1, 1, Right + row * RightStride - 1, change);
            change = Row<TLanes>(1, row, 0, row, 1, 0, Right + row * RightStride, change);
            change = Row<TLanes>(2, row, 0, row - 1, 0, 3, Down + (row - 1) * DownStride, change);
            change = Row<TLanes>(3, row, 0, row + 1, 0, 2, Down + row * DownStride, change);
            if (Change is not null)
            {
                Change[row] = TLanes.MaxAcross(change);
            }
        }
    }

    /// <summary>The messages from one side to a row: from the spins of row <paramref name="from"/>, <paramref name="shift"/> columns off.</summary>
    // Four copies in the caller would be more than the compiler inlines the functions into; and what waits for its turn to be optimised is tens of times slower.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly TLanes Row<TLanes>(nint side, nint row, nint first, nint from, nint shift, int without, T* coupling, TLanes change)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var old = Incoming + (side * Rows + row) * IncomingStride;
        var to = Outgoing + (side * Rows + row) * OutgoingStride;
        if (from < 0 || from >= Rows)
        {
            return Border<TLanes>(old, to, Columns, change);
        }

        var last = Columns - (shift > 0 ? shift : 0);
        change = Border<TLanes>(old, to, first, change);
        for (var column = first; column < last; column += TLanes.Count)
        {
            var lanes = (int)Math.Min(TLanes.Count, last - column);
            var cavity = Twice(LogDomain.Load<TLanes, T>(Field + from * FieldStride + column + shift, lanes));
            for (nint other = 0; other < 4; other++)
            {
                if (other != without)
                {
                    cavity += LogDomain.Load<TLanes, T>(Incoming + (other * Rows + from) * IncomingStride + column + shift, lanes);
                }
            }

            var message = LogOdds.BoxPlus<TSemiring, TLanes, T>(Twice(LogDomain.Load<TLanes, T>(coupling + column, lanes)), cavity);
            change = Deliver(old + column, to + column, message, lanes, change);
        }

        return Border<TLanes>(old + last, to + last, Columns - last, change);
    }

    /// <summary>Spins without a neighbour on a side hear 0 from it.</summary>
    private readonly TLanes Border<TLanes>(T* old, T* to, nint count, TLanes change)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint column = 0; column < count; column += TLanes.Count)
        {
            change = Deliver(old + column, to + column, TLanes.Zero, (int)Math.Min(TLanes.Count, count - column), change);
        }

        return change;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TLanes Deliver<TLanes>(T* old, T* to, TLanes message, int lanes, TLanes change)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var before = LogDomain.Load<TLanes, T>(old, lanes);
        if (Damping != T.Zero)
        {
            message = TLanes.Broadcast(Damping) * before + TLanes.Broadcast(T.One - Damping) * message;
        }

        LogDomain.Store<TLanes, T>(message, to, lanes);
        // The lanes behind the last column are 0 throughout, and so is their change.
        return TLanes.Max(change, TLanes.Abs(message - before) / TLanes.Max(TLanes.Constant(1), TLanes.Abs(message)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Twice<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T> => value + value;
}

internal sealed unsafe partial class CpuMessageKernels<T>
{
    protected override void IsingMessagesCore<TSemiring>(
        DeviceMatrix<T> field, DeviceMatrix<T> right, DeviceMatrix<T> down, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing, double damping, DeviceMatrix<T> change) =>
        new IsingMessagesWork<TSemiring, T>
        {
            Rows = (nint)field.Rows,
            Columns = (nint)field.Columns,
            Field = FactorGroup<T>.Pointer(field),
            FieldStride = (nint)field.Stride,
            Right = FactorGroup<T>.Pointer(right),
            RightStride = (nint)right.Stride,
            Down = FactorGroup<T>.Pointer(down),
            DownStride = (nint)down.Stride,
            Incoming = FactorGroup<T>.Pointer(incoming),
            IncomingStride = (nint)incoming.Stride,
            Outgoing = FactorGroup<T>.Pointer(outgoing),
            OutgoingStride = (nint)outgoing.Stride,
            Damping = T.CreateTruncating(damping),
            Change = FactorGroup<T>.Pointer(change),
        }.Run(Threads);
}
