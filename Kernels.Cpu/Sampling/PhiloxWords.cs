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

        public void Run(int block)
        {
            var (_, _, index, end) = _blocks.Range(block);
            if (NoiseDraws.Skipped(_position, index) == 0)
            {
                // From a block's first word on, all but the last words go where they belong at once.
                var whole = (end - index) / PhiloxGenerator.WordsPerGroup * PhiloxGenerator.WordsPerGroup;
                index += NoiseDraws.Words(_position, index, whole, _words + index);
            }

            Copy(index, end);
        }

        private void Copy(nint index, nint end)
        {
            var buffer = stackalloc uint[NoiseDraws.Chunk];
            while (index < end)
            {
                var skipped = NoiseDraws.Skipped(_position, index);
                var count = NoiseDraws.Length(_position, index, end - index);
                NoiseDraws.Words(_position, index, skipped + count, buffer);
                new ReadOnlySpan<uint>(buffer + skipped, (int)count).CopyTo(new Span<uint>(_words + index, (int)count));
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
