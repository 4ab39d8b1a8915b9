using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The body of a kernel on rows that fit one register.</summary>
internal interface INarrowRows<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Computes a row of <paramref name="count"/> elements; <paramref name="mask"/> is true in their lanes.</summary>
    void Row<TLanes>(nint row, int count, TLanes mask)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>The loop over rows so narrow that each is loaded once, into one register, and stays there.</summary>
internal static class NarrowRowLoop
{
    /// <summary>The most columns: what the widest register holds; 1 on hardware without SIMD.</summary>
    public static int Widest<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
        => Vector512.IsHardwareAccelerated ? Vector512<T>.Count
        : Vector256.IsHardwareAccelerated ? Vector256<T>.Count
        : Vector128.IsHardwareAccelerated ? Vector128<T>.Count : 1;

    /// <summary>Runs a body over all rows.</summary>
    public static void Run<T, TBody>(in TBody body, nint rows, nint columns, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, INarrowRows<T>
    {
        var blocks = Blocks.ByRows(rows, columns);
        var work = new Work<T, TBody>(body, blocks);
        LanesWork.For<Work<T, TBody>, T>(ref work, blocks.Count, blocks.Threads(threads), columns);
    }

    private readonly struct Work<T, TBody>(in TBody body, in Blocks blocks) : ILanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, INarrowRows<T>
    {
        private readonly TBody _body = body;
        private readonly Blocks _blocks = blocks;

        public void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, _, columns) = _blocks.Range(block);
            var local = _body;
            var mask = Partial.Mask<TLanes, T>((int)columns);
            foreach (var i in new SpreadRows(row, endRow))
            {
                local.Row(i, (int)columns, mask);
            }
        }
    }
}
