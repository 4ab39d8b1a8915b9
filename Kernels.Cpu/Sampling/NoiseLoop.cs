using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>An elementwise body that reads noise beside its other operands.</summary>
internal interface INoiseElementwise<T> : IElementwise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The noise.</summary>
    Operand<T> Noise { set; }
}

/// <summary>The noise of a kernel: given, or drawn from a position.</summary>
internal readonly struct NoiseOperand<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public readonly Operand<T> Given;
    public readonly PhiloxPosition Position;
    public readonly bool IsDrawn;

    public NoiseOperand(Operand<T> given) => Given = given;

    public NoiseOperand(in PhiloxPosition position)
    {
        Position = position;
        IsDrawn = true;
    }
}

/// <summary>The loop over all elements of a matrix and their noise. Drawn noise is made chunk by chunk and used while it is in the first-level cache.</summary>
internal static unsafe class NoiseLoop
{
    /// <summary>Runs a body over all blocks, its output stored past the caches if <paramref name="isStreamed"/>.</summary>
    /// <param name="body">The body; its noise is set here.</param>
    /// <param name="noise">Given, or where to draw it.</param>
    /// <param name="columns">Columns of the matrix, by which its elements are numbered.</param>
    /// <param name="blocks">The cut.</param>
    /// <param name="isStreamed">Whether the output goes past the caches.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Run<T, TNoise, TBody>(TBody body, in NoiseOperand<T> noise, nint columns, in Blocks blocks, bool isStreamed, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
        where TBody : struct, INoiseElementwise<T>, IStreamable<T>
    {
        if (!noise.IsDrawn)
        {
            body.Noise = noise.Given;
            ElementwiseLoop.Run<T, TBody>(body, blocks, isStreamed, threads);
        }
        else if (isStreamed)
        {
            var work = new Work<T, TNoise, TBody, StreamedPiece<T, TBody>>(body, noise.Position, columns, blocks);
            WordLanesWork.For<Work<T, TNoise, TBody, StreamedPiece<T, TBody>>, T>(ref work, blocks.Count, blocks.Threads(threads));
        }
        else
        {
            Run<T, TNoise, TBody>(body, noise, columns, blocks, threads);
        }
    }

    /// <summary>Runs a body over all blocks.</summary>
    /// <param name="body">The body; its noise is set here.</param>
    /// <param name="noise">Given, or where to draw it.</param>
    /// <param name="columns">Columns of the matrix, by which its elements are numbered.</param>
    /// <param name="blocks">The cut.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Run<T, TNoise, TBody>(TBody body, in NoiseOperand<T> noise, nint columns, in Blocks blocks, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
        where TBody : struct, INoiseElementwise<T>
    {
        if (!noise.IsDrawn)
        {
            body.Noise = noise.Given;
            ElementwiseLoop.Run<T, TBody>(body, blocks, threads);
            return;
        }

        var work = new Work<T, TNoise, TBody, Piece<T, TBody>>(body, noise.Position, columns, blocks);
        WordLanesWork.For<Work<T, TNoise, TBody, Piece<T, TBody>>, T>(ref work, blocks.Count, blocks.Threads(threads));
    }

    /// <summary>How a piece of a row is stored.</summary>
    private interface IPiece<T, TBody>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, INoiseElementwise<T>
    {
        static abstract void Run<TLanes>(in TBody body, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>;

        static abstract void End();
    }

    private readonly struct Piece<T, TBody> : IPiece<T, TBody>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, INoiseElementwise<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TLanes>(in TBody body, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => ElementwiseLoop.Row<T, TLanes, TBody>(body, row, column, end);

        public static void End()
        {
        }
    }

    private readonly struct StreamedPiece<T, TBody> : IPiece<T, TBody>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TBody : struct, INoiseElementwise<T>, IStreamable<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TLanes>(in TBody body, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => ElementwiseLoop.RowStreamed<T, TLanes, TBody>(body, row, column, end);

        public static void End() => ElementwiseLoop.EndStream();
    }

    private readonly struct Work<T, TNoise, TBody, TPiece>(in TBody body, in PhiloxPosition position, nint columns, in Blocks blocks) : IWordLanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
        where TBody : struct, INoiseElementwise<T>
        where TPiece : struct, IPiece<T, TBody>
    {
        private readonly TBody _body = body;
        private readonly PhiloxPosition _position = position;
        private readonly nint _columns = columns;
        private readonly Blocks _blocks = blocks;

        // A block covers either whole rows or a part of one, so its elements follow each other in the numbering.
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes, TWords>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TWords : struct, IWordLanes<TLanes, T>
        {
            var words = stackalloc uint[NoiseDraws.Chunk];
            var values = stackalloc T[NoiseDraws.Chunk];
            var (row, endRow, column, endColumn) = _blocks.Range(block);
            var index = row * _columns + column;
            var remaining = (endRow - row - 1) * _columns + (endColumn - column);
            var local = _body;
            while (remaining > 0)
            {
                var count = NoiseDraws.Length(_position, index, remaining);
                var drawn = NoiseDraws.Draw<T, TNoise, TLanes, TWords>(_position, index, count, words, values);
                index += count;
                remaining -= count;
                while (count > 0)
                {
                    var end = column + Math.Min(endColumn - column, count);
                    local.Noise = new(drawn - column, 0);
                    TPiece.Run<TLanes>(local, row, column, end);
                    drawn += end - column;
                    count -= end - column;
                    column = end;
                    if (column == endColumn)
                    {
                        column = 0;
                        row++;
                    }
                }
            }

            TPiece.End();
        }
    }
}
