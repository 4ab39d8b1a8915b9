using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The body of a kernel that reduces a row, once or twice, and then writes it. What it knows of the row in between is a
/// <typeparamref name="TState"/>, so that a short row is done while it is in cache and a very long one in pieces by several threads.
/// </summary>
internal interface IRowPasses<T, TState>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TState : unmanaged
{
    /// <summary>How many reductions there are: 1 or 2.</summary>
    static abstract int Reductions { get; }

    /// <summary>Whether the first reduction takes the maximum of its pieces; all others take their sum.</summary>
    static abstract bool FirstIsMaximum { get; }

    /// <summary>Reduces the columns <c>[column, end)</c> of a row to one or two numbers.</summary>
    (double First, double Second) Reduce<TLanes>(int reduction, in TState state, nint row, nint column, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>;

    /// <summary>Takes in the result of a reduction over the whole row.</summary>
    void Finish(int reduction, ref TState state, nint row, double first, double second);

    /// <summary>Writes the columns <c>[column, end)</c> of a row.</summary>
    void Write<TLanes>(in TState state, nint row, nint column, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>The loop over rows, and the reductions over a row that its bodies are made of.</summary>
internal static unsafe class RowLoop
{
    /// <summary>Terms that each lane of the two accumulators adds up before the sum moves on to double.</summary>
    public const int RegistersPerSum = 32;

    // Rows of fewer registers than this are treated in groups, in another order than that of memory.
    private const int NarrowRegisters = 8;

    /// <summary>Runs a body over all rows. A row longer than two blocks is cut into blocks, the reductions of which are combined in their order.</summary>
    public static void Run<T, TState, TBody>(in TBody body, nint rows, nint columns, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TState : unmanaged
        where TBody : struct, IRowPasses<T, TState>
    {
        if (columns <= 2 * Blocks.Elements)
        {
            var blocks = Blocks.ByRows(rows, columns);
            var work = new Work<T, TState, TBody>(body, blocks);
            Workers.For(ref work, blocks.Count, blocks.Threads(threads));
        }
        else
        {
            RunPieces<T, TState, TBody>(body, rows, columns, threads);
        }
    }

    /// <summary>One row in one piece.</summary>
    /// <remarks>A method of its own: together with what calls it, the passes would exceed what the JIT is willing to inline, and register operations become calls.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Row<T, TState, TLanes, TBody>(in TBody body, nint row, nint columns)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TState : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TBody : struct, IRowPasses<T, TState>
    {
        var state = default(TState);
        var (first, second) = body.Reduce<TLanes>(0, state, row, 0, columns);
        body.Finish(0, ref state, row, first, second);
        if (TBody.Reductions > 1)
        {
            (first, second) = body.Reduce<TLanes>(1, state, row, 0, columns);
            body.Finish(1, ref state, row, first, second);
        }

        body.Write<TLanes>(state, row, 0, columns);
    }

    /// <summary>The largest of some elements: NaN when any is NaN, <c>-∞</c> for none.</summary>
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

    /// <summary>The largest of some elements, <c>-∞</c> for none. A NaN counts for nothing or comes through: for those who meet it again in a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxOfNumbers<T, TLanes>(T* x, nint columns)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (columns < TLanes.Count)
        {
            return Max<T, TLanes>(x, columns);
        }

        // Four chains hide the latency of a maximum, which takes one instruction here. The last registers overlap those before them.
        var last = columns - TLanes.Count;
        TLanes first = TLanes.Constant(double.NegativeInfinity), second = first, third = first, fourth = first;
        nint column = 0;
        for (; column <= last - 3 * TLanes.Count; column += 4 * TLanes.Count)
        {
            first = TLanes.AtLeast(first, TLanes.Load(x + column));
            second = TLanes.AtLeast(second, TLanes.Load(x + column + TLanes.Count));
            third = TLanes.AtLeast(third, TLanes.Load(x + column + 2 * TLanes.Count));
            fourth = TLanes.AtLeast(fourth, TLanes.Load(x + column + 3 * TLanes.Count));
        }

        for (; column < last; column += TLanes.Count)
        {
            first = TLanes.AtLeast(first, TLanes.Load(x + column));
        }

        first = TLanes.AtLeast(first, TLanes.Load(x + last));
        return TLanes.MaxAcross(TLanes.AtLeast(TLanes.AtLeast(first, second), TLanes.AtLeast(third, fourth)));
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
        while (TBody.IsLong && column <= end - TLanes.Count)
        {
            // Two accumulators take turns.
            var registersEnd = column + Math.Min((end - column) / TLanes.Count, 2 * RegistersPerSum) * TLanes.Count;
            TLanes first = TLanes.Zero, firstOther = TLanes.Zero, second = TLanes.Zero, secondOther = TLanes.Zero;
            for (; column < registersEnd; column += TLanes.Count)
            {
                local.Terms<TLanes, Whole>(row, column, TLanes.Count, out var firstTerm, out var secondTerm);
                (first, firstOther) = (firstOther, first + firstTerm);
                if (TBody.HasSecond)
                {
                    (second, secondOther) = (secondOther, second + secondTerm);
                }
            }

            firstSum += double.CreateTruncating(TLanes.Sum(first + firstOther));
            if (TBody.HasSecond)
            {
                secondSum += double.CreateTruncating(TLanes.Sum(second + secondOther));
            }
        }

        while (!TBody.IsLong && column <= end - 2 * TLanes.Count)
        {
            var pairs = Math.Min((end - column) / (2 * TLanes.Count), RegistersPerSum);
            var pairsEnd = column + pairs * (2 * TLanes.Count);
            TLanes firstEven = TLanes.Zero, firstOdd = TLanes.Zero, secondEven = TLanes.Zero, secondOdd = TLanes.Zero;
            for (; column < pairsEnd; column += 2 * TLanes.Count)
            {
                local.Terms<TLanes, Whole>(row, column, TLanes.Count, out var first, out var second);
                firstEven += first;
                if (TBody.HasSecond)
                {
                    secondEven = TBody.SecondIsSquare ? TLanes.FusedMultiplyAdd(first, first, secondEven) : secondEven + second;
                }

                local.Terms<TLanes, Whole>(row, column + TLanes.Count, TLanes.Count, out first, out second);
                firstOdd += first;
                if (TBody.HasSecond)
                {
                    secondOdd = TBody.SecondIsSquare ? TLanes.FusedMultiplyAdd(first, first, secondOdd) : secondOdd + second;
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

    private static void RunPieces<T, TState, TBody>(in TBody body, nint rows, nint columns, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TState : unmanaged
        where TBody : struct, IRowPasses<T, TState>
    {
        var blocks = Blocks.Pieces(rows, columns);
        using var scratch = Scratch.Rent(Scratch.SizeOf<TState>(rows) + Scratch.SizeOf<(double, double)>(blocks.Count));
        var states = scratch.Take<TState>(rows);
        new Span<TState>(states, checked((int)rows)).Clear();
        var results = scratch.Take<(double First, double Second)>(blocks.Count);
        for (var reduction = 0; reduction < TBody.Reductions; reduction++)
        {
            var reduce = new PieceWork<T, TState, TBody>(body, blocks, states, results, reduction);
            Workers.For(ref reduce, blocks.Count, blocks.Threads(threads));
            for (var block = 0; block < blocks.Count;)
            {
                var row = blocks.Range(block).FirstRow;
                var (first, second) = results[block++];
                for (; block < blocks.Count && blocks.Range(block).FirstRow == row; block++)
                {
                    // Math.Max hands a NaN on.
                    first = TBody.FirstIsMaximum && reduction == 0 ? Math.Max(first, results[block].First) : first + results[block].First;
                    second += results[block].Second;
                }

                body.Finish(reduction, ref states[row], row, first, second);
            }
        }

        var write = new PieceWork<T, TState, TBody>(body, blocks, states, results, TBody.Reductions);
        Workers.For(ref write, blocks.Count, blocks.Threads(threads));
    }

    // One reduction over all pieces, or the writing of them.
    private readonly struct PieceWork<T, TState, TBody>(in TBody body, in Blocks blocks, TState* states, (double First, double Second)* results, int pass) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TState : unmanaged
        where TBody : struct, IRowPasses<T, TState>
    {
        private readonly TBody _body = body;
        private readonly Blocks _blocks = blocks;
        private readonly TState* _states = states;
        private readonly (double First, double Second)* _results = results;
        private readonly int _pass = pass;

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

            // A body may have stored past the caches.
            ElementwiseLoop.EndStream();
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, _, column, end) = _blocks.Range(block);
            if (_pass == TBody.Reductions)
            {
                _body.Write<TLanes>(_states[row], row, column, end);
            }
            else
            {
                _results[block] = _body.Reduce<TLanes>(_pass, _states[row], row, column, end);
            }
        }
    }

    private readonly struct Work<T, TState, TBody>(in TBody body, in Blocks blocks) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TState : unmanaged
        where TBody : struct, IRowPasses<T, TState>
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

            // A body may have stored past the caches.
            ElementwiseLoop.EndStream();
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, _, columns) = _blocks.Range(block);
            if (columns >= NarrowRegisters * TLanes.Count)
            {
                for (; row < endRow; row++)
                {
                    Row<T, TState, TLanes, TBody>(_body, row, columns);
                }

                return;
            }

            foreach (var i in new SpreadRows(row, endRow))
            {
                Row<T, TState, TLanes, TBody>(_body, i, columns);
            }
        }
    }
}
