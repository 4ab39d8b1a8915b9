using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>The body of an elementwise kernel, with its operands: any number of inputs and outputs.</summary>
internal interface IElementwise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Whether whole registers go through the body in pairs, which hides the latency of a long formula. It has to be short enough that the compiler still inlines
    /// all of it, or it is many times slower.
    /// </summary>
    static virtual bool InPairs => false;

    /// <summary>Computes one register of every output from <c>(row, column)</c> on.</summary>
    void Invoke<TLanes, TAccess>(nint row, nint column, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TAccess : struct, IAccess;
}

/// <summary>A body with one output, which it does not read: a large one may be stored past the caches.</summary>
internal unsafe interface IStreamable<T> : IElementwise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The first element of a row of the output.</summary>
    T* Destination(nint row);
}

/// <summary>The loop over all elements of a matrix.</summary>
internal static unsafe class ElementwiseLoop
{
    /// <summary>Whether an output is so large that it should go past the caches.</summary>
    /// <remarks>
    /// An ordinary store reads the line first. Of an output larger than the last-level cache nothing would be left there for the next reader anyway, so a third of
    /// the traffic of a function, and half of that of a fill, is saved.
    /// </remarks>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; short rows are not worth their unaligned ends.</param>
    /// <param name="output">The output.</param>
    /// <param name="input">What is read while it is written; the same memory must not be streamed.</param>
    public static bool IsStreamed<T>(nint rows, nint columns, T* output, T* input)
        where T : unmanaged
        => (long)rows * columns * sizeof(T) >= LastLevelCache.Bytes && columns >= 1024 && output != input && (nint)output % sizeof(T) == 0;

    /// <summary>Runs a body over all blocks, its output stored past the caches if <paramref name="isStreamed"/>.</summary>
    public static void Run<T, TBody>(in TBody body, in Blocks blocks, bool isStreamed, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IStreamable<T>
    {
        if (isStreamed)
        {
            var work = new StreamedWork<T, TBody>(body, blocks);
            Workers.For(ref work, blocks.Count, blocks.Threads(threads));
        }
        else
        {
            Run<T, TBody>(body, blocks, threads);
        }
    }

    /// <summary>Runs a body over all blocks.</summary>
    public static void Run<T, TBody>(in TBody body, in Blocks blocks, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IElementwise<T>
    {
        var work = new Work<T, TBody>(body, blocks);
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));
    }

    /// <summary>Runs a body over the columns <c>[column, end)</c> of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<T, TLanes, TBody>(in TBody body, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TBody : struct, IElementwise<T>
    {
        if (TBody.InPairs)
        {
            column = Pairs<T, TLanes, TBody>(body, row, column, end);
        }

        var local = body;
        for (; column <= end - TLanes.Count; column += TLanes.Count)
        {
            local.Invoke<TLanes, Whole>(row, column, TLanes.Count);
        }

        if (column < end)
        {
            local.Invoke<TLanes, Partial>(row, column, (int)(end - column));
        }
    }

    // The pairs of whole registers from a column on; the column behind them comes back. A method of its own, because the compiler inlines so much into one and no more.
    private static nint Pairs<T, TLanes, TBody>(in TBody body, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TBody : struct, IElementwise<T>
    {
        var local = body;
        var count = LanesPair<TLanes, T>.Count;
        for (; column <= end - count; column += count)
        {
            local.Invoke<LanesPair<TLanes, T>, Whole>(row, column, count);
        }

        return column;
    }

    /// <summary>As <see cref="Row"/>, stored past the caches. <see cref="EndStream"/> must follow before another thread reads the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RowStreamed<T, TLanes, TBody>(in TBody body, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TBody : struct, IStreamable<T>
    {
        // A first part brings the output to a multiple of the register.
        var local = body;
        var head = Head<T, TLanes>(local.Destination(row) + column, end - column);
        if (head != 0)
        {
            local.Invoke<TLanes, Partial>(row, column, (int)head);
            column += head;
        }

        for (; column <= end - TLanes.Count; column += TLanes.Count)
        {
            local.Invoke<TLanes, Streamed>(row, column, TLanes.Count);
        }

        if (column < end)
        {
            local.Invoke<TLanes, Partial>(row, column, (int)(end - column));
        }
    }

    /// <summary>The elements, of so many, in front of the first that is aligned to the register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Head<T, TLanes>(T* elements, nint count)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var past = (nint)((nuint)elements / (nuint)sizeof(T) % (nuint)TLanes.Count);
        return past == 0 ? 0 : Math.Min(TLanes.Count - past, count);
    }

    /// <summary>Orders what was stored past the caches before whatever tells others that it is there; x86 does not by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EndStream()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }

    private readonly struct StreamedWork<T, TBody>(in TBody body, in Blocks blocks) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IStreamable<T>
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

            EndStream();
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, column, endColumn) = _blocks.Range(block);
            for (; row < endRow; row++)
            {
                RowStreamed<T, TLanes, TBody>(_body, row, column, endColumn);
            }
        }
    }

    private readonly struct Work<T, TBody>(in TBody body, in Blocks blocks) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IElementwise<T>
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
            var (row, endRow, column, endColumn) = _blocks.Range(block);
            for (; row < endRow; row++)
            {
                Row<T, TLanes, TBody>(_body, row, column, endColumn);
            }
        }
    }
}
