using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>Words of 32 random bits: <c>words[i]</c> is element <c>First + i</c> of the stream. Philox4x32-10 (Salmon et al. 2011); the same integers on every device.</summary>
    /// <param name="position">Where to start.</param>
    /// <param name="words">The words; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void PhiloxWords(PhiloxPosition position, Span<uint> words, int threads = 1)
    {
        Argument.Range(position, words.Length);
        fixed (uint* first = words)
        {
            PhiloxWords(position, first, words.Length, threads);
        }
    }

    /// <summary>Memory of any size; arguments are checked.</summary>
    internal static void PhiloxWords(in PhiloxPosition position, uint* words, nint count, int threads)
    {
        var blocks = Blocks.Elementwise(1, count);
        var work = new PhiloxWordsWork(position, words, blocks);
        Workers.For(ref work, blocks.Count, blocks.Threads(threads));
    }

    private readonly struct PhiloxWordsWork(in PhiloxPosition position, uint* words, in Blocks blocks) : IWork
    {
        private readonly PhiloxPosition _position = position;
        private readonly uint* _words = words;
        private readonly Blocks _blocks = blocks;

        [SkipLocalsInit]
        public void Run(int block)
        {
            const int Group = PhiloxGenerator.WordsPerGroup;
            var sorted = stackalloc uint[NoiseDraws.Chunk];
            var ordered = stackalloc uint[Group];
            var (_, _, index, end) = _blocks.Range(block);
            while (index < end)
            {
                // Whole groups go where they belong at once.
                var skipped = NoiseDraws.Skipped(_position, index);
                var count = Math.Min(end - index, skipped == 0 ? NoiseDraws.Chunk : Group - skipped);
                if (skipped != 0 || count < Group)
                {
                    count = Math.Min(count, Group);
                    NoiseDraws.Words(_position, index - skipped, Group, sorted);
                    PhiloxGenerator.Order(sorted, ordered, Group);
                    new ReadOnlySpan<uint>(ordered + skipped, (int)count).CopyTo(new Span<uint>(_words + index, (int)count));
                }
                else
                {
                    count = count / Group * Group;
                    NoiseDraws.Words(_position, index, count, sorted);
                    PhiloxGenerator.Order(sorted, _words + index, count);
                }

                index += count;
            }
        }
    }
}

internal sealed unsafe partial class CpuSamplingKernels<T>
{
    protected override void PhiloxWordsCore(PhiloxPosition position, DeviceTensor<uint> words) =>
        Sampling.PhiloxWords(position, words.Pointer, (nint)words.Count, Threads);
}
