using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The body of an elementwise kernel, with its operands: any number of inputs and outputs.</summary>
internal interface IElementwise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Computes one register of every output from <c>(row, column)</c> on.</summary>
    void Invoke<TLanes, TAccess>(nint row, nint column, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TAccess : struct, IAccess;
}

/// <summary>The loop over all elements of a matrix.</summary>
internal static class ElementwiseLoop
{
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
