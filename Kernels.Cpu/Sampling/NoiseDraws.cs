using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>A distribution that kernels draw from: what becomes of the uniforms of a pair of words, elements <c>2i</c> and <c>2i + 1</c>.</summary>
internal interface INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The numbers of the pair.</summary>
    static abstract void Pair<TLanes>(TLanes even, TLanes odd, out TLanes first, out TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>Uniform in (0, 1).</summary>
internal readonly struct UniformNoise<T> : INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pair<TLanes>(TLanes even, TLanes odd, out TLanes first, out TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        => (first, second) = (even, odd);
}

/// <summary>Standard normal.</summary>
internal readonly struct NormalNoise<T> : INoise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pair<TLanes>(TLanes even, TLanes odd, out TLanes first, out TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        => Functions.BoxMuller<TLanes, T>(even, odd, out first, out second);
}

/// <summary>Drawing a range of any start and length: whole groups of blocks are computed in cache, and the range is read from the middle of them.</summary>
internal static unsafe class NoiseDraws
{
    /// <summary>Elements that are drawn at once, a multiple of <see cref="PhiloxGenerator.WordsPerGroup"/>: words and numbers stay in the first-level cache.</summary>
    public const int Chunk = 8 * PhiloxGenerator.WordsPerGroup;

    /// <summary>How many elements to draw next from element <paramref name="index"/> of a range on, so that the ones after them start a group.</summary>
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
        DrawGroups<T, TNoise, TLanes, TWords, Whole>(position, index - skipped, Groups(skipped + count), words, values);
        return values + skipped;
    }

    /// <summary>Draws whole groups.</summary>
    /// <param name="position">Start of the range.</param>
    /// <param name="index">First element, counted from the start: the first of a group.</param>
    /// <param name="count">Number of elements, a multiple of a group and at most <see cref="Chunk"/>.</param>
    /// <param name="words">Working memory for <paramref name="count"/> words.</param>
    /// <param name="values">Receives the numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DrawGroups<T, TNoise, TLanes, TWords, TAccess>(in PhiloxPosition position, nint index, nint count, uint* words, T* values)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
        where TAccess : struct, IAccess
    {
        Words(position, index, count, words);
        var wordsPerRegister = TLanes.Count * sizeof(T) / sizeof(uint);
        for (nint i = 0; i < count; i += 2 * wordsPerRegister)
        {
            var even = words + i;
            var odd = even + wordsPerRegister;
            TNoise.Pair(TWords.Uniform(even), TWords.Uniform(odd), out var first, out var second);
            if (sizeof(T) == sizeof(uint))
            {
                TWords.Store<TAccess>(first, second, values + i);
            }
            else
            {
                TNoise.Pair(TWords.UniformUpper(even), TWords.UniformUpper(odd), out var third, out var fourth);
                TWords.Store<TAccess>(first, second, third, fourth, values + i);
            }
        }
    }

    /// <summary>The sorted words of whole groups.</summary>
    public static void Words(in PhiloxPosition position, nint index, nint count, uint* words) =>
        PhiloxGenerator.Fill(position, (ulong)(position.First + index) / Philox.WordsPerBlock, words, count);

    /// <summary>Elements of the group of element <paramref name="index"/> that come before it.</summary>
    public static int Skipped(in PhiloxPosition position, nint index) => (int)((position.First + index) % PhiloxGenerator.WordsPerGroup);

    /// <summary><paramref name="count"/>, rounded up to whole groups.</summary>
    public static nint Groups(nint count) => (count + (PhiloxGenerator.WordsPerGroup - 1)) / PhiloxGenerator.WordsPerGroup * PhiloxGenerator.WordsPerGroup;
}
