using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// Between random words in memory and lanes of numbers. A uniform <c>((x &gt;&gt; 9) + 0.5) · 2⁻²³</c> comes about without a conversion: the 23 bits become the mantissa of a number in [1, 2),
/// and taking <c>1 - 2⁻²⁴</c> off is exact.
/// </summary>
internal unsafe interface IWordLanes<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The uniforms of as many words as there are lanes.</summary>
    static abstract TLanes Uniform(uint* words);

    /// <summary>The uniforms of twice as many words as there are lanes: of those in even and of those in odd places, both in the order that <see cref="StorePairs"/> wants.</summary>
    static abstract void UniformPairs(uint* words, out TLanes even, out TLanes odd);

    /// <summary>Stores pairs, each an element of <paramref name="even"/> and one of <paramref name="odd"/>, in the order of the words that <see cref="UniformPairs"/> read.</summary>
    static abstract void StorePairs(TLanes even, TLanes odd, T* destination);
}

// Float pairs: in each 128 bits of two registers of words, a shuffle takes the even (odd) places of both; interleaving the low (high) halves of two results
// gives back the order of the first (second) register.
// Double pairs: a 64-bit lane holds a pair of words. Interleaving gives the pairs of even lanes in one register and those of odd lanes in the other, so the
// lanes take the first half of the pairs in even places and the second half in odd ones.

/// <summary>For 512-bit registers.</summary>
internal readonly unsafe struct WordLanes512<T> : IWordLanes<Lanes512<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Uniform(uint* words) => sizeof(T) == 4
        ? FromMantissa(Vector512.Load(words) >>> 9)
        : FromMantissa(Vector512.WidenLower(Vector256.Load(words).ToVector512Unsafe()) >>> 9 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UniformPairs(uint* words, out Lanes512<T> even, out Lanes512<T> odd)
    {
        if (sizeof(T) == 4)
        {
            var first = Vector512.Load(words).AsSingle();
            var second = Vector512.Load(words + Vector512<uint>.Count).AsSingle();
            even = FromMantissa(Avx512F.Shuffle(first, second, 0b10_00_10_00).AsUInt32() >>> 9);
            odd = FromMantissa(Avx512F.Shuffle(first, second, 0b11_01_11_01).AsUInt32() >>> 9);
        }
        else
        {
            var pairs = Avx512F.PermuteVar8x64(Vector512.Load((ulong*)words), Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));
            even = FromMantissa((pairs & Vector512.Create(0xfffffe00UL)) << 20);
            odd = FromMantissa(pairs >>> 41 << 29);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Lanes512<T> even, Lanes512<T> odd, T* destination)
    {
        if (sizeof(T) == 4)
        {
            var (first, second) = (even.Value.AsSingle(), odd.Value.AsSingle());
            Avx512F.UnpackLow(first, second).Store((float*)destination);
            Avx512F.UnpackHigh(first, second).Store((float*)destination + Vector512<float>.Count);
        }
        else
        {
            var (first, second) = (even.Value.AsDouble(), odd.Value.AsDouble());
            Avx512F.UnpackLow(first, second).Store((double*)destination);
            Avx512F.UnpackHigh(first, second).Store((double*)destination + Vector512<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromMantissa(Vector512<uint> mantissa) =>
        new((mantissa | Vector512.Create(0x3f800000U)).As<uint, T>() - Lanes512<T>.Constant(1 - 1.0 / (1 << 24)).Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromMantissa(Vector512<ulong> mantissa) =>
        new((mantissa | Vector512.Create(0x3ff0000000000000UL)).As<ulong, T>() - Lanes512<T>.Constant(1 - 1.0 / (1 << 24)).Value);
}

/// <summary>For 256-bit registers.</summary>
internal readonly unsafe struct WordLanes256<T> : IWordLanes<Lanes256<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Uniform(uint* words) => sizeof(T) == 4
        ? FromMantissa(Vector256.Load(words) >>> 9)
        : FromMantissa(Vector256.WidenLower(Vector128.Load(words).ToVector256Unsafe()) >>> 9 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UniformPairs(uint* words, out Lanes256<T> even, out Lanes256<T> odd)
    {
        if (sizeof(T) == 4)
        {
            var first = Vector256.Load(words).AsSingle();
            var second = Vector256.Load(words + Vector256<uint>.Count).AsSingle();
            even = FromMantissa(Avx.Shuffle(first, second, 0b10_00_10_00).AsUInt32() >>> 9);
            odd = FromMantissa(Avx.Shuffle(first, second, 0b11_01_11_01).AsUInt32() >>> 9);
        }
        else
        {
            var pairs = Avx2.Permute4x64(Vector256.Load((ulong*)words), 0b11_01_10_00);
            even = FromMantissa((pairs & Vector256.Create(0xfffffe00UL)) << 20);
            odd = FromMantissa(pairs >>> 41 << 29);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Lanes256<T> even, Lanes256<T> odd, T* destination)
    {
        if (sizeof(T) == 4)
        {
            var (first, second) = (even.Value.AsSingle(), odd.Value.AsSingle());
            Avx.UnpackLow(first, second).Store((float*)destination);
            Avx.UnpackHigh(first, second).Store((float*)destination + Vector256<float>.Count);
        }
        else
        {
            var (first, second) = (even.Value.AsDouble(), odd.Value.AsDouble());
            Avx.UnpackLow(first, second).Store((double*)destination);
            Avx.UnpackHigh(first, second).Store((double*)destination + Vector256<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromMantissa(Vector256<uint> mantissa) =>
        new((mantissa | Vector256.Create(0x3f800000U)).As<uint, T>() - Lanes256<T>.Constant(1 - 1.0 / (1 << 24)).Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromMantissa(Vector256<ulong> mantissa) =>
        new((mantissa | Vector256.Create(0x3ff0000000000000UL)).As<ulong, T>() - Lanes256<T>.Constant(1 - 1.0 / (1 << 24)).Value);
}

/// <summary>For 128-bit registers of any processor, and for none.</summary>
internal readonly unsafe struct WordLanes128<T> : IWordLanes<Lanes128<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Uniform(uint* words) => sizeof(T) == 4
        ? FromMantissa(Vector128.Load(words) >>> 9)
        : FromMantissa(Vector128.Create((ulong)words[0], words[1]) >>> 9 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UniformPairs(uint* words, out Lanes128<T> even, out Lanes128<T> odd)
    {
        if (sizeof(T) == 4)
        {
            // Pairs 0, 2, 1, 3: each 64-bit lane holds one word of the first two pairs and one of the last two.
            var first = Vector128.Load((ulong*)words);
            var second = Vector128.Load((ulong*)words + Vector128<ulong>.Count);
            var low = Vector128.Create((ulong)uint.MaxValue);
            even = FromMantissa(((first & low) | (second << 32)).AsUInt32() >>> 9);
            odd = FromMantissa(((first >>> 32) | (second & ~low)).AsUInt32() >>> 9);
        }
        else
        {
            var pairs = Vector128.Load((ulong*)words);
            even = FromMantissa((pairs & Vector128.Create(0xfffffe00UL)) << 20);
            odd = FromMantissa(pairs >>> 41 << 29);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Lanes128<T> even, Lanes128<T> odd, T* destination)
    {
        if (sizeof(T) == 4)
        {
            var (first, second) = (even.Value.AsUInt64(), odd.Value.AsUInt64());
            var low = Vector128.Create((ulong)uint.MaxValue);
            ((first & low) | (second << 32)).AsSingle().Store((float*)destination);
            ((first >>> 32) | (second & ~low)).AsSingle().Store((float*)destination + Vector128<float>.Count);
        }
        else
        {
            Vector128.Create(even.Value.GetLower(), odd.Value.GetLower()).Store(destination);
            Vector128.Create(even.Value.GetUpper(), odd.Value.GetUpper()).Store(destination + Vector128<T>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromMantissa(Vector128<uint> mantissa) =>
        new((mantissa | Vector128.Create(0x3f800000U)).As<uint, T>() - Lanes128<T>.Constant(1 - 1.0 / (1 << 24)).Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromMantissa(Vector128<ulong> mantissa) =>
        new((mantissa | Vector128.Create(0x3ff0000000000000UL)).As<ulong, T>() - Lanes128<T>.Constant(1 - 1.0 / (1 << 24)).Value);
}
