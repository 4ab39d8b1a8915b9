using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>A distribution that kernels draw from: what becomes of random words.</summary>
internal unsafe interface INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The numbers of <paramref name="count"/> words, a multiple of <see cref="PhiloxGenerator.WordsPerGroup"/> from a block's first one on.</summary>
    static abstract void FromWords<TLanes, TWords>(uint* words, T* values, nint count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>;
}

/// <summary>Uniform in (0, 1).</summary>
internal readonly unsafe struct UniformNoise<T> : INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromWords<TLanes, TWords>(uint* words, T* values, nint count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
    {
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TWords.Uniform(words + i), values + i);
        }
    }
}

/// <summary>Standard normal: a pair of words makes a pair of numbers.</summary>
internal readonly unsafe struct NormalNoise<T> : INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromWords<TLanes, TWords>(uint* words, T* values, nint count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
    {
        for (nint i = 0; i < count; i += 2 * TLanes.Count)
        {
            TWords.UniformPairs(words + i, out var radius, out var angle);
            Functions.BoxMuller<TLanes, T>(radius, angle, out var first, out var second);
            TWords.StorePairs(first, second, values + i);
        }
    }
}

/// <summary>Drawing a range of any start and length: whole blocks are computed in cache, and the range is read from the middle of them.</summary>
internal static unsafe class NoiseDraws
{
    /// <summary>Elements that are drawn at once, a multiple of <see cref="PhiloxGenerator.WordsPerGroup"/>: words and numbers stay in the first-level cache.</summary>
    public const int Chunk = 8 * PhiloxGenerator.WordsPerGroup;

    /// <summary>How many elements to draw next from element <paramref name="index"/> of a range on, so that the ones after them start a block.</summary>
    public static nint Length(in PhiloxPosition position, nint index, nint remaining) => Math.Min(remaining, Chunk - Skipped(position, index));

    /// <summary>Draws elements <c>[index, index + count)</c> of a range.</summary>
    /// <param name="position">Start of the range.</param>
    /// <param name="index">First element, counted from the start.</param>
    /// <param name="count">Number of elements, at most what <see cref="Length"/> says.</param>
    /// <param name="words">Working memory for <see cref="Chunk"/> words.</param>
    /// <param name="values">Working memory for <see cref="Chunk"/> numbers.</param>
    /// <returns>The first of the numbers, inside <paramref name="values"/>.</returns>
    public static T* Draw<T, TNoise, TLanes, TWords>(in PhiloxPosition position, nint index, nint count, uint* words, T* values)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
    {
        var skipped = Skipped(position, index);
        var total = Words(position, index, skipped + count, words);
        TNoise.FromWords<TLanes, TWords>(words, values, total);
        return values + skipped;
    }

    /// <summary>Elements of the block of element <paramref name="index"/> that come before it.</summary>
    public static int Skipped(in PhiloxPosition position, nint index) => (int)((position.First + index) % Philox.WordsPerBlock);

    /// <summary>At least <paramref name="count"/> words from the start of the block of element <paramref name="index"/> on; gives the number of words made.</summary>
    public static nint Words(in PhiloxPosition position, nint index, nint count, uint* words)
    {
        var total = (count + (PhiloxGenerator.WordsPerGroup - 1)) / PhiloxGenerator.WordsPerGroup * PhiloxGenerator.WordsPerGroup;
        PhiloxGenerator.Fill(position, (ulong)(position.First + index) / Philox.WordsPerBlock, words, total);
        return total;
    }
}
