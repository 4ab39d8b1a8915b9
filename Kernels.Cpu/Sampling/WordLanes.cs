using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// Between a register of random words and lanes of numbers. A uniform <c>((x &gt;&gt; 9) + 0.5) · 2⁻²³</c> comes about without a conversion: the 23 bits become the mantissa of a number in [1, 2),
/// and taking <c>1 - 2⁻²⁴</c> off is exact.
/// </summary>
internal unsafe interface IWordLanes<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The uniforms of a register of words; of the words in even places where numbers are wider than words.</summary>
    static abstract TLanes Uniform(uint* words);

    /// <summary>The uniforms of the words in odd places, where numbers are wider than words.</summary>
    static abstract TLanes UniformUpper(uint* words);

    /// <summary>Stores numbers as wide as words in the order of the stream, given those of the words in even and in odd places as <see cref="PhiloxGenerator"/> sorts them.</summary>
    static abstract void Store<TAccess>(TLanes even, TLanes odd, T* destination)
        where TAccess : struct, IAccess;

    /// <summary>Stores numbers wider than words in the order of the stream, given those of the four words of each block.</summary>
    static abstract void Store<TAccess>(TLanes first, TLanes second, TLanes third, TLanes fourth, T* destination)
        where TAccess : struct, IAccess;
}

// Float: as words are interleaved, see PhiloxRegisters. Double: a lane has 64 bits like one of the generator's, and so the same order of blocks. Unpacking first
// and second, third and fourth puts halves of blocks into 128 bits each, of the A or of the B blocks; two halves make a block.

/// <summary>For 512-bit registers.</summary>
internal readonly unsafe struct WordLanes512<T> : IWordLanes<Lanes512<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Uniform(uint* words) => sizeof(T) == 4
        ? FromMantissa(Vector512.Load(words) >>> 9)
        : FromMantissa((Vector512.Load((ulong*)words) & Vector512.Create(0xfffffe00UL)) << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> UniformUpper(uint* words) => FromMantissa(Vector512.Load((ulong*)words) >>> 41 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes512<T> even, Lanes512<T> odd, T* destination)
        where TAccess : struct, IAccess
    {
        var (first, second) = (even.Value.AsSingle(), odd.Value.AsSingle());
        Store<TAccess>(Avx512F.UnpackLow(first, second).As<float, T>(), destination);
        Store<TAccess>(Avx512F.UnpackHigh(first, second).As<float, T>(), destination + Vector512<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes512<T> first, Lanes512<T> second, Lanes512<T> third, Lanes512<T> fourth, T* destination)
        where TAccess : struct, IAccess
    {
        var (a, b, c, d) = (first.Value.AsDouble(), second.Value.AsDouble(), third.Value.AsDouble(), fourth.Value.AsDouble());
        StoreBlocks<TAccess>(Avx512F.UnpackLow(a, b), Avx512F.UnpackLow(c, d), destination);
        StoreBlocks<TAccess>(Avx512F.UnpackHigh(a, b), Avx512F.UnpackHigh(c, d), destination + 2 * Vector512<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBlocks<TAccess>(Vector512<double> front, Vector512<double> back, T* destination)
        where TAccess : struct, IAccess
    {
        Store<TAccess>(Avx512F.PermuteVar8x64x2(front, Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11), back).As<double, T>(), destination);
        Store<TAccess>(Avx512F.PermuteVar8x64x2(front, Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15), back).As<double, T>(), destination + Vector512<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TAccess>(Vector512<T> value, T* destination)
        where TAccess : struct, IAccess
        => TAccess.Store(new Lanes512<T>(value), destination, Vector512<T>.Count);

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
        : FromMantissa((Vector256.Load((ulong*)words) & Vector256.Create(0xfffffe00UL)) << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> UniformUpper(uint* words) => FromMantissa(Vector256.Load((ulong*)words) >>> 41 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes256<T> even, Lanes256<T> odd, T* destination)
        where TAccess : struct, IAccess
    {
        var (first, second) = (even.Value.AsSingle(), odd.Value.AsSingle());
        Store<TAccess>(Avx.UnpackLow(first, second).As<float, T>(), destination);
        Store<TAccess>(Avx.UnpackHigh(first, second).As<float, T>(), destination + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes256<T> first, Lanes256<T> second, Lanes256<T> third, Lanes256<T> fourth, T* destination)
        where TAccess : struct, IAccess
    {
        var (a, b, c, d) = (first.Value.AsDouble(), second.Value.AsDouble(), third.Value.AsDouble(), fourth.Value.AsDouble());
        StoreBlocks<TAccess>(Avx.UnpackLow(a, b), Avx.UnpackLow(c, d), destination);
        StoreBlocks<TAccess>(Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d), destination + 2 * Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBlocks<TAccess>(Vector256<double> front, Vector256<double> back, T* destination)
        where TAccess : struct, IAccess
    {
        Store<TAccess>(Avx.Permute2x128(front, back, 0b10_0000).As<double, T>(), destination);
        Store<TAccess>(Avx.Permute2x128(front, back, 0b11_0001).As<double, T>(), destination + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TAccess>(Vector256<T> value, T* destination)
        where TAccess : struct, IAccess
        => TAccess.Store(new Lanes256<T>(value), destination, Vector256<T>.Count);

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
        : FromMantissa((Vector128.Load((ulong*)words) & Vector128.Create(0xfffffe00UL)) << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> UniformUpper(uint* words) => FromMantissa(Vector128.Load((ulong*)words) >>> 41 << 29);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes128<T> even, Lanes128<T> odd, T* destination)
        where TAccess : struct, IAccess
    {
        var (first, second) = (even.Value.AsUInt32(), odd.Value.AsUInt32());
        Store<TAccess>((Vector128.WidenLower(first) | (Vector128.WidenLower(second) << 32)).As<ulong, T>(), destination);
        Store<TAccess>((Vector128.WidenUpper(first) | (Vector128.WidenUpper(second) << 32)).As<ulong, T>(), destination + Vector128<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TAccess>(Lanes128<T> first, Lanes128<T> second, Lanes128<T> third, Lanes128<T> fourth, T* destination)
        where TAccess : struct, IAccess
    {
        Store<TAccess>(Vector128.Create(first.Value.GetLower(), second.Value.GetLower()), destination);
        Store<TAccess>(Vector128.Create(third.Value.GetLower(), fourth.Value.GetLower()), destination + Vector128<T>.Count);
        Store<TAccess>(Vector128.Create(first.Value.GetUpper(), second.Value.GetUpper()), destination + 2 * Vector128<T>.Count);
        Store<TAccess>(Vector128.Create(third.Value.GetUpper(), fourth.Value.GetUpper()), destination + 3 * Vector128<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TAccess>(Vector128<T> value, T* destination)
        where TAccess : struct, IAccess
        => TAccess.Store(new Lanes128<T>(value), destination, Vector128<T>.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromMantissa(Vector128<uint> mantissa) =>
        new((mantissa | Vector128.Create(0x3f800000U)).As<uint, T>() - Lanes128<T>.Constant(1 - 1.0 / (1 << 24)).Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromMantissa(Vector128<ulong> mantissa) =>
        new((mantissa | Vector128.Create(0x3ff0000000000000UL)).As<ulong, T>() - Lanes128<T>.Constant(1 - 1.0 / (1 << 24)).Value);
}
