using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The body of a kernel that sums over rows, and may treat the rows of a block first.</summary>
internal interface IColumnTerms<T> : ITerms<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Called once for the rows <c>[row, end)</c> of a block, before their terms are summed; they are in cache then.</summary>
    void Prepare<TLanes>(nint row, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>
/// Sums over rows, column by column: bias and weight gradients, batch statistics. Blocks of at most <see cref="MostRows"/> rows are summed each into its
/// own partial sums, which are combined as a binary tree; so a sum over 10⁷ rows has some 50 roundings in a row at most.
/// </summary>
internal static unsafe class ColumnSumLoop
{
    private const int MostRows = 128;

    // A narrow matrix has too few columns to hide the latency of an addition; rows of a group are added in registers, and the
    // partial sums in cache are touched once a group.
    private const int RowsPerGroup = 4;

    /// <summary>
    /// Computes the sums into the partial sums of block 0, which it returns; the second sums follow at <paramref name="stride"/> elements.
    /// <paramref name="rows"/> must not be 0. The memory belongs to <paramref name="scratch"/>, rented with <see cref="Rent{T}"/>.
    /// </summary>
    public static T* Run<T, TBody>(in TBody body, nint rows, nint columns, Scratch scratch, out nint stride, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IColumnTerms<T>
    {
        var blocks = Cut(rows, columns);
        stride = Stride<T>(columns);
        var partials = scratch.Take<T>(2 * stride * blocks.Count);
        var work = new Work<T, TBody>(body, blocks, partials, stride);
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));

        for (var step = 1; step < blocks.Count; step *= 2)
        {
            for (var block = 0; block + step < blocks.Count; block += 2 * step)
            {
                var sum = partials + block * 2 * stride;
                var other = sum + step * 2 * stride;
                var addition = new AddTo<T>(other, sum);
                ElementwiseLoop.Run<T, AddTo<T>>(addition, Blocks.Elementwise(1, (TBody.HasSecond ? 2 : 1) * stride), 1);
            }
        }

        return partials;
    }

    /// <summary>Scratch for <see cref="Run"/> and <paramref name="vectors"/> further vectors of one element per column.</summary>
    public static Scratch Rent<T>(nint rows, nint columns, int vectors = 0)
        where T : unmanaged
        => Scratch.Rent(Scratch.SizeOf<T>(2 * Stride<T>(columns) * Cut(rows, columns).Count) + (nuint)vectors * Scratch.SizeOf<T>(columns));

    private static Blocks Cut(nint rows, nint columns) => Blocks.ByRows(rows, columns, 16, MostRows);

    // Whole cache lines, which are whole registers of any width: partial sums need no tails, and threads do not share lines.
    private static nint Stride<T>(nint columns)
        where T : unmanaged
        => (nint)Scratch.SizeOf<T>(columns) / sizeof(T);

    private readonly struct AddTo<T>(T* x, T* output) : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Operand<T> _x = new(x, 0);
        private readonly Operand<T> _output = new(output, 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => _output.Store<TLanes, TAccess>(_output.Load<TLanes, TAccess>(row, column, count) + _x.Load<TLanes, TAccess>(row, column, count), row, column, count);
    }

    private readonly struct Work<T, TBody>(in TBody body, in Blocks blocks, T* partials, nint stride) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, IColumnTerms<T>
    {
        private readonly TBody _body = body;
        private readonly Blocks _blocks = blocks;
        private readonly T* _partials = partials;
        private readonly nint _stride = stride;

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
            var (firstRow, endRow, _, columns) = _blocks.Range(block);
            _body.Prepare<TLanes>(firstRow, endRow);
            var body = _body;
            var firstSums = _partials + block * 2 * _stride;
            var secondSums = firstSums + _stride;
            for (var row = firstRow; row < endRow; row += RowsPerGroup)
            {
                var end = Math.Min(row + RowsPerGroup, endRow);
                nint column = 0;
                for (; column <= columns - TLanes.Count; column += TLanes.Count)
                {
                    var first = TLanes.Zero;
                    var second = TLanes.Zero;
                    for (var i = row; i < end; i++)
                    {
                        body.Terms<TLanes, Whole>(i, column, TLanes.Count, out var firstTerm, out var secondTerm);
                        first += firstTerm;
                        if (TBody.HasSecond)
                        {
                            second += secondTerm;
                        }
                    }

                    Add(first, firstSums + column, row == firstRow);
                    if (TBody.HasSecond)
                    {
                        Add(second, secondSums + column, row == firstRow);
                    }
                }

                if (column < columns)
                {
                    Tail<TLanes>(body, row, end, column, (int)(columns - column), firstSums + column, secondSums + column, row == firstRow);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Tail<TLanes>(TBody body, nint row, nint end, nint column, int count, T* firstSums, T* secondSums, bool start)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var first = TLanes.Zero;
            var second = TLanes.Zero;
            for (; row < end; row++)
            {
                body.Terms<TLanes, Partial>(row, column, count, out var firstTerm, out var secondTerm);
                first += firstTerm;
                if (TBody.HasSecond)
                {
                    second += secondTerm;
                }
            }

            Add(first, firstSums, start);
            if (TBody.HasSecond)
            {
                Add(second, secondSums, start);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add<TLanes>(TLanes value, T* sums, bool start)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => TLanes.Store(start ? value : TLanes.Load(sums) + value, sums);
    }
}
