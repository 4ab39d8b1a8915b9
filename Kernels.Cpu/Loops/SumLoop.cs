using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The sum of a body's first terms over a whole matrix: block by block, the blocks' sums added in double and in order.</summary>
internal static unsafe class SumLoop
{
    /// <summary>The sum; 0 for an empty matrix.</summary>
    public static double Run<T, TBody>(in TBody body, in Blocks blocks, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, ITerms<T>
    {
        using var scratch = Scratch.Rent(Scratch.SizeOf<double>(blocks.Count));
        var sums = scratch.Take<double>(blocks.Count);
        var work = new Work<T, TBody>(body, blocks, sums);
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));
        return Total(sums, blocks.Count);
    }

    /// <summary>The sum of the blocks' sums, in order.</summary>
    public static double Total(double* sums, int count)
    {
        double total = 0;
        for (var i = 0; i < count; i++)
        {
            total += sums[i];
        }

        return total;
    }

    private readonly struct Work<T, TBody>(in TBody body, in Blocks blocks, double* sums) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, ITerms<T>
    {
        private readonly TBody _body = body;
        private readonly Blocks _blocks = blocks;
        private readonly double* _sums = sums;

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
            double sum = 0;
            for (; row < endRow; row++)
            {
                sum += RowLoop.Sums<T, TLanes, TBody>(_body, row, column, endColumn).First;
            }

            _sums[block] = sum;
        }
    }
}
