using System.Runtime.CompilerServices;

namespace Native.Models;

/// <summary>
/// Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). The key is the 64-bit seed, low word first;
/// the counter is <c>(block low, block high, stream, 0)</c>; word <c>w</c> of block <c>b</c> is element <c>4b + w</c> of the stream.
/// Element numbers are all that matters, so the numbers are the same on every machine and in every order.
/// </summary>
internal static class Philox
{
    /// <summary>Words that one block gives.</summary>
    public const int WordsPerBlock = 4;

    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four words of a block.</summary>
    public static void Block(ulong seed, uint stream, ulong block, Span<uint> words)
    {
        var (key0, key1) = ((uint)seed, (uint)(seed >> 32));
        var (c0, c1, c2, c3) = ((uint)block, (uint)(block >> 32), stream, 0u);
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Uniform(uint word) => ((word >> 9) + 0.5) / (1 << 23);
}
