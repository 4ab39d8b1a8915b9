using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));
    }

    private readonly struct Work<T, TNoise>(in PhiloxPosition position, T* output, bool isStreamed, in Blocks blocks) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
    {
        private readonly PhiloxPosition _position = position;
        private readonly T* _output = output;
        private readonly bool _isStreamed = isStreamed;
        private readonly Blocks _blocks = blocks;

        public void Run(int block)
        {
            if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            {
                Run<Lanes512<T>, WordLanes512<T>>(block);
            }
            else if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
            {
                Run<Lanes256<T>, WordLanes256<T>>(block);
            }
            else
            {
                Run<Lanes128<T>, WordLanes128<T>>(block);
            }
        }

        [SkipLocalsInit]
        private void Run<TLanes, TWords>(int block)
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
