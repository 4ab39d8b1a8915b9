using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The loop that fills memory without gaps with drawn numbers: but for the ends of the range, they go where they belong at once.</summary>
internal static unsafe class DrawLoop
{
    /// <summary>Draws <paramref name="count"/> numbers.</summary>
    /// <param name="position">Where to start.</param>
    /// <param name="output">Receives the numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="isStreamed">Whether they go past the caches.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Run<T, TNoise>(in PhiloxPosition position, T* output, nint count, bool isStreamed, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
    {
        var blocks = Blocks.Elementwise(1, count);
        var work = new Work<T, TNoise>(position, output, isStreamed, blocks);
        WordLanesWork.For<Work<T, TNoise>, T>(ref work, blocks.Count, blocks.Threads(threads));
    }

    private readonly struct Work<T, TNoise>(in PhiloxPosition position, T* output, bool isStreamed, in Blocks blocks) : IWordLanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
    {
        private readonly PhiloxPosition _position = position;
        private readonly T* _output = output;
        private readonly bool _isStreamed = isStreamed;
        private readonly Blocks _blocks = blocks;

        [SkipLocalsInit]
        public void Run<TLanes, TWords>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TWords : struct, IWordLanes<TLanes, T>
        {
            const int Group = PhiloxGenerator.WordsPerGroup;
            var words = stackalloc uint[NoiseDraws.Chunk];
            var values = stackalloc T[Group];
            var (_, _, index, end) = _blocks.Range(block);
            while (index < end)
            {
                var skipped = NoiseDraws.Skipped(_position, index);
                var count = Math.Min(end - index, skipped == 0 ? NoiseDraws.Chunk : Group - skipped);
                if (skipped != 0 || count < Group)
                {
                    count = Math.Min(count, Group);
                    var drawn = NoiseDraws.Draw<T, TNoise, TLanes, TWords>(_position, index, count, words, values);
                    new ReadOnlySpan<T>(drawn, (int)count).CopyTo(new Span<T>(_output + index, (int)count));
                }
                else
                {
                    count = count / Group * Group;
                    if (_isStreamed && (nuint)(_output + index) % (nuint)sizeof(TLanes) == 0)
                    {
                        NoiseDraws.DrawGroups<T, TNoise, TLanes, TWords, Streamed>(_position, index, count, words, _output + index);
                    }
                    else
                    {
                        NoiseDraws.DrawGroups<T, TNoise, TLanes, TWords, Whole>(_position, index, count, words, _output + index);
                    }
                }

                index += count;
            }

            if (_isStreamed)
            {
                ElementwiseLoop.EndStream();
            }
        }
    }
}
