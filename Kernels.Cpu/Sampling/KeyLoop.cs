using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>What is done with the Gumbel keys of a row. One copy serves a block of rows, one row after the other.</summary>
internal unsafe interface IKeys<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bytes of working memory for a block of rows.</summary>
    nuint WorkspaceBytes { get; }

    /// <summary>Gets the working memory, before any row.</summary>
    void Start(Scratch workspace);

    /// <summary>A row begins.</summary>
    void BeginRow(nint row);

    /// <summary>The keys of the columns <c>[column, column + count)</c>; ranges come in ascending order.</summary>
    void Take<TLanes>(nint row, nint column, T* keys, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>;

    /// <summary>All keys of the row were seen.</summary>
    void EndRow<TLanes>(nint row)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>The loop over the rows of a matrix of log weights that makes their Gumbel keys, chunk by chunk, in the first-level cache.</summary>
internal static unsafe class KeyLoop
{
    /// <summary>Runs over all rows.</summary>
    public static void Run<T, TKeys>(in TKeys keys, Operand<T> logWeights, in NoiseOperand<T> uniform, nint rows, nint columns, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TKeys : struct, IKeys<T>
    {
        var blocks = Blocks.ByRows(rows, Math.Max(columns, 1));
        var work = new Work<T, TKeys>(keys, logWeights, uniform, columns, blocks);
        WordLanesWork.For<Work<T, TKeys>, T>(ref work, blocks.Count, blocks.Threads(threads));
    }

    private readonly struct Work<T, TKeys>(in TKeys keys, Operand<T> logWeights, in NoiseOperand<T> uniform, nint columns, in Blocks blocks) : IWordLanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TKeys : struct, IKeys<T>
    {
        private readonly TKeys _keys = keys;
        private readonly Operand<T> _logWeights = logWeights;
        private readonly NoiseOperand<T> _uniform = uniform;
        private readonly nint _columns = columns;
        private readonly Blocks _blocks = blocks;

        [SkipLocalsInit]
        public void Run<TLanes, TWords>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TWords : struct, IWordLanes<TLanes, T>
        {
            var words = stackalloc uint[NoiseDraws.Chunk];
            var uniforms = stackalloc T[NoiseDraws.Chunk];
            var (row, endRow, _, _) = _blocks.Range(block);
            var local = _keys;
            using var workspace = Scratch.Rent(local.WorkspaceBytes);
            local.Start(workspace);
            if (_columns == 0)
            {
                for (; row < endRow; row++)
                {
                    local.BeginRow(row);
                    local.EndRow<TLanes>(row);
                }

                return;
            }

            var gumbel = new Sampling.GumbelBody<T> { Location = _logWeights };
            var remaining = (endRow - row) * _columns;
            nint column = 0;
            while (remaining > 0)
            {
                // A chunk may hold many short rows or a part of a long one.
                var index = row * _columns + column;
                var count = Math.Min(remaining, NoiseDraws.Chunk);
                var drawn = uniforms;
                if (_uniform.IsDrawn)
                {
                    count = NoiseDraws.Length(_uniform.Position, index, remaining);
                    drawn = NoiseDraws.Draw<T, UniformNoise<T>, TLanes, TWords>(_uniform.Position, index, count, words, uniforms);
                }

                remaining -= count;
                while (count > 0)
                {
                    var piece = (int)Math.Min(_columns - column, count);
                    if (column == 0)
                    {
                        local.BeginRow(row);
                    }

                    // Keys take the place of the uniforms that they are made of.
                    gumbel.Noise = _uniform.IsDrawn ? new(drawn - column, 0) : _uniform.Given;
                    gumbel.Output = new(drawn - column, 0);
                    ElementwiseLoop.Row<T, TLanes, Sampling.GumbelBody<T>>(gumbel, row, column, column + piece);
                    local.Take<TLanes>(row, column, drawn, piece);
                    drawn += piece;
                    count -= piece;
                    column += piece;
                    if (column == _columns)
                    {
                        local.EndRow<TLanes>(row);
                        column = 0;
                        row++;
                    }
                }
            }
        }
    }
}

/// <summary>The first of the largest keys of a row.</summary>
internal unsafe struct LargestKey<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T _key;
    private bool _isInvalid;

    /// <summary>Its column; -1 where no key is above <c>-∞</c> or one is NaN.</summary>
    public int Index { get; private set; }

    /// <summary>Forgets the keys before.</summary>
    public void Reset() => (_key, Index, _isInvalid) = (T.NegativeInfinity, -1, false);

    /// <summary>Looks at more keys.</summary>
    public void Take<TLanes>(nint column, T* keys, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var largest = RowLoop.Max<T, TLanes>(keys, count);
        _isInvalid |= T.IsNaN(largest);
        if (_isInvalid)
        {
            Index = -1;
        }
        else if (largest > _key)
        {
            (_key, Index) = (largest, (int)column + new ReadOnlySpan<T>(keys, count).IndexOf(largest));
        }
    }
}
