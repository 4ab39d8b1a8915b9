using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The body of a kernel that treats rows one by one, in several passes while the row is in cache.</summary>
internal interface IRows<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Computes one row.</summary>
    void Row<TLanes>(nint row)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>The loop over rows, and the reductions over a row that its bodies are made of.</summary>
internal static unsafe class RowLoop
{
    // Terms that each lane of the two accumulators adds up before the sum moves on to double.
    private const int PairsPerSum = 32;

    // Rows of fewer registers than this are treated in groups, in another order than that of memory.
    private const int NarrowRegisters = 8;
    private const int RowsPerGroup = 64;
    private const int RowsBetweenNeighbours = 8;

    /// <summary>Runs a body over all rows.</summary>
    public static void Run<T, TBody>(in TBody body, nint rows, nint columns, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IRows<T>
    {
        var blocks = Blocks.ByRows(rows, columns);
        var work = new Work<T, TBody>(body, blocks);
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));
    }

    /// <summary>The largest element of a row: NaN when any is NaN, <c>-∞</c> for an empty row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T, TLanes>(T* x, nint columns)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (columns < TLanes.Count)
        {
            var lanes = TLanes.Select(Partial.Mask<TLanes, T>((int)columns), TLanes.LoadPartial(x, (int)columns), TLanes.Constant(double.NegativeInfinity));
            return TLanes.MaxAcross(lanes);
        }

        // Two chains hide the latency. The last registers overlap those before them, which a maximum does not mind.
        var last = columns - TLanes.Count;
        var even = TLanes.Load(x);
        var odd = even;
        nint column = TLanes.Count;
        for (; column <= last - TLanes.Count; column += 2 * TLanes.Count)
        {
            even = TLanes.Max(even, TLanes.Load(x + column));
            odd = TLanes.Max(odd, TLanes.Load(x + column + TLanes.Count));
        }

        if (column <= last)
        {
            even = TLanes.Max(even, TLanes.Load(x + column));
        }

        return TLanes.MaxAcross(TLanes.Max(TLanes.Max(even, odd), TLanes.Load(x + last)));
    }

    /// <summary>
    /// The sums of a body's terms over the columns <c>[column, end)</c> of one row, in a fixed order: at most 32 terms follow each other in the
    /// precision of <typeparamref name="T"/>, then lanes are folded pairwise, then double takes over.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double First, double Second) Sums<T, TLanes, TBody>(in TBody body, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TBody : struct, ITerms<T>
    {
        var local = body;
        double firstSum = 0;
        double secondSum = 0;
        while (column <= end - 2 * TLanes.Count)
        {
            var pairs = Math.Min((end - column) / (2 * TLanes.Count), PairsPerSum);
            var pairsEnd = column + pairs * (2 * TLanes.Count);
            TLanes firstEven = TLanes.Zero, firstOdd = TLanes.Zero, secondEven = TLanes.Zero, secondOdd = TLanes.Zero;
            for (; column < pairsEnd; column += 2 * TLanes.Count)
            {
                local.Terms<TLanes, Whole>(row, column, TLanes.Count, out var first, out var second);
                firstEven += first;
                if (TBody.HasSecond)
                {
                    secondEven += second;
                }

                local.Terms<TLanes, Whole>(row, column + TLanes.Count, TLanes.Count, out first, out second);
                firstOdd += first;
                if (TBody.HasSecond)
                {
                    secondOdd += second;
                }
            }

            firstSum += double.CreateTruncating(TLanes.Sum(firstEven + firstOdd));
            if (TBody.HasSecond)
            {
                secondSum += double.CreateTruncating(TLanes.Sum(secondEven + secondOdd));
            }
        }

        // What is left: a whole register, a part of one, or both.
        for (; column < end; column += TLanes.Count)
        {
            var count = (int)Math.Min(end - column, TLanes.Count);
            local.Terms<TLanes, Partial>(row, column, count, out var first, out var second);
            var mask = Partial.Mask<TLanes, T>(count);
            firstSum += double.CreateTruncating(TLanes.Sum(TLanes.And(mask, first)));
            if (TBody.HasSecond)
            {
                secondSum += double.CreateTruncating(TLanes.Sum(TLanes.And(mask, second)));
            }
        }

        return (firstSum, secondSum);
    }

    private readonly struct Work<T, TBody>(in TBody body, in Blocks blocks) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IRows<T>
    {
        private readonly TBody _body = body;
        private readonly Blocks _blocks = blocks;

        public void Run(int block)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Run<Lanes512<T>>(block);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Run<Lanes256<T>>(block);
            }
            else
            {
                Run<Lanes128<T>>(block);
            }
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, _, columns) = _blocks.Range(block);
            if (columns >= NarrowRegisters * TLanes.Count)
            {
                for (; row < endRow; row++)
                {
                    _body.Row<TLanes>(row);
                }

                return;
            }

            // The masked store at the end of a short row reaches into the next row's addresses. Input and output often lie at the same
            // offset of a 4 KiB page; the processor then takes the next row's load for a reader of that store and waits for it. So
            // neighbours are treated some rows apart. Rows do not depend on each other: their order changes no result.
            for (; row < endRow; row += RowsPerGroup)
            {
                var endGroup = Math.Min(row + RowsPerGroup, endRow);
                for (var phase = row; phase < row + RowsBetweenNeighbours; phase++)
                {
                    for (var i = phase; i < endGroup; i += RowsBetweenNeighbours)
                    {
                        _body.Row<TLanes>(i);
                    }
                }
            }
        }
    }
}
