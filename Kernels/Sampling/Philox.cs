namespace Native.Kernels;

/// <summary>
/// Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), one block at a time. The key is the 64-bit seed, low word first;
/// the counter is <c>(block low, block high, stream, 0)</c>; word <c>w</c> of block <c>b</c> is element <c>4b + w</c> of the stream.
/// Element numbers are all that matters, so the numbers are the same on every machine and in every order.
/// </summary>
public static class Philox
{
    /// <summary>Words that one block gives.</summary>
    public const int WordsPerBlock = 4;

    /// <summary>Rounds from a counter to its words.</summary>
    public const int Rounds = 10;

    /// <summary>Multiplier of the counter's first word.</summary>
    public const uint Multiplier0 = 0xD2511F53;

    /// <summary>Multiplier of the counter's third word.</summary>
    public const uint Multiplier1 = 0xCD9E8D57;

    /// <summary>What the key's low word grows by in a round: the golden ratio.</summary>
    public const uint Weyl0 = 0x9E3779B9;

    /// <summary>What the key's high word grows by in a round: √3 - 1.</summary>
    public const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four words of a block.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="block">The block's number.</param>
    /// <param name="words">Receives the words; at least four elements.</param>
    public static void Block(ulong seed, uint stream, ulong block, Span<uint> words) =>
        Block((uint)seed, (uint)(seed >> 32), ((uint)block, (uint)(block >> 32), stream, 0), words);

    /// <summary>The four words of any counter, as the published test vectors have them.</summary>
    /// <param name="key0">Low word of the key.</param>
    /// <param name="key1">High word of the key.</param>
    /// <param name="counter">The counter.</param>
    /// <param name="words">Receives the words; at least four elements.</param>
    public static void Block(uint key0, uint key1, (uint First, uint Second, uint Third, uint Fourth) counter, Span<uint> words)
    {
        var (c0, c1, c2, c3) = counter;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        (words[0], words[1], words[2], words[3]) = (c0, c1, c2, c3);
    }

    /// <summary>A word as a number in (0, 1), one of 2²³ that are exact in float: <c>((word &gt;&gt; 9) + 0.5) · 2⁻²³</c>.</summary>
    /// <param name="word">The word; its low nine bits do not matter.</param>
    public static double Uniform(uint word) => ((word >> 9) + 0.5) / (1 << 23);
}
