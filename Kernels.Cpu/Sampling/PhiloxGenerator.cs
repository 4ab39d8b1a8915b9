using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>Philox blocks by the register: the words of all kernels come from here.</summary>
internal static unsafe class PhiloxGenerator
{
    /// <summary>Words are made in multiples of this, four of the widest registers of blocks.</summary>
    public const int WordsPerGroup = 4 * 8 * Philox.WordsPerBlock;

    /// <summary>The words of the blocks from <paramref name="block"/> on.</summary>
    /// <param name="position">Seed and stream; its first element is not looked at.</param>
    /// <param name="block">Number of the first block.</param>
    /// <param name="words">Receives the words.</param>
    /// <param name="count">Number of words, a multiple of <see cref="WordsPerGroup"/>.</param>
    public static void Fill(in PhiloxPosition position, ulong block, uint* words, nint count)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Fill<PhiloxRegister512>(position, block, words, count);
        }
        else if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
        {
            Fill<PhiloxRegister256>(position, block, words, count);
        }
        else
        {
            Fill<PhiloxRegister128>(position, block, words, count);
        }
    }

    // A round takes 2 multiplications, 2 shifts and 2 three-way exclusive ors per register of blocks. Its latency is 5 to 6 cycles, so four registers are
    // in flight side by side. With 512 bits: 4 x 4 registers of state, 2 of multipliers, 2 of keys, 2 of their increments, and what is left for products.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<TRegister>(in PhiloxPosition position, ulong block, uint* words, nint count)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        var multiplier0 = TRegister.Broadcast(Philox.Multiplier0);
        var multiplier1 = TRegister.Broadcast(Philox.Multiplier1);
        var increment0 = TRegister.Broadcast(Philox.Weyl0);
        var increment1 = TRegister.Broadcast(Philox.Weyl1);
        var seed0 = TRegister.Broadcast((uint)position.Seed);
        var seed1 = TRegister.Broadcast((uint)(position.Seed >> 32));
        var stream = TRegister.Broadcast(position.Stream);
        var wordsPerRegister = (nint)TRegister.Count * Philox.WordsPerBlock;
        for (var end = words + count; words < end; words += 4 * wordsPerRegister)
        {
            Start(block, stream, out var a0, out var a1, out var a2, out var a3);
            Start(block + (ulong)TRegister.Count, stream, out var b0, out var b1, out var b2, out var b3);
            Start(block + 2 * (ulong)TRegister.Count, stream, out var c0, out var c1, out var c2, out var c3);
            Start(block + 3 * (ulong)TRegister.Count, stream, out var d0, out var d1, out var d2, out var d3);
            var (key0, key1) = (seed0, seed1);
            for (var round = 0; round < Philox.Rounds; round++)
            {
                Round(key0, key1, multiplier0, multiplier1, ref a0, ref a1, ref a2, ref a3);
                Round(key0, key1, multiplier0, multiplier1, ref b0, ref b1, ref b2, ref b3);
                Round(key0, key1, multiplier0, multiplier1, ref c0, ref c1, ref c2, ref c3);
                Round(key0, key1, multiplier0, multiplier1, ref d0, ref d1, ref d2, ref d3);
                key0 = TRegister.AddWords(key0, increment0);
                key1 = TRegister.AddWords(key1, increment1);
            }

            TRegister.Store(a0, a1, a2, a3, words);
            TRegister.Store(b0, b1, b2, b3, words + wordsPerRegister);
            TRegister.Store(c0, c1, c2, c3, words + 2 * wordsPerRegister);
            TRegister.Store(d0, d1, d2, d3, words + 3 * wordsPerRegister);
            block += 4 * (ulong)TRegister.Count;
        }
    }

    // The counters (block low, block high, stream, 0).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<TRegister>(ulong block, TRegister stream, out TRegister first, out TRegister second, out TRegister third, out TRegister fourth)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        first = TRegister.Blocks(block);
        second = TRegister.High(first);
        third = stream;
        fourth = TRegister.Broadcast(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TRegister>(
        TRegister key0, TRegister key1, TRegister multiplier0, TRegister multiplier1, ref TRegister first, ref TRegister second, ref TRegister third, ref TRegister fourth)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        var product0 = TRegister.Product(first, multiplier0);
        var product1 = TRegister.Product(third, multiplier1);
        first = TRegister.Xor(TRegister.High(product1), second, key0);
        second = product1;
        third = TRegister.Xor(TRegister.High(product0), fourth, key1);
        fourth = product0;
    }
}
