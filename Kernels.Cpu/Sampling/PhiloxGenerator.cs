using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// Philox blocks by the register: the words of all kernels come from here. They come sorted: a register of the words in even places of a few blocks, then one of those in odd places,
/// which is what pairs of numbers are made of. Numbers and words are put in order when they are stored.
/// </summary>
internal static unsafe class PhiloxGenerator
{
    /// <summary>Words are made in multiples of this, four of the widest registers of blocks.</summary>
    public const int WordsPerGroup = Philox.WordsPerBlock * BlocksPerGroup;

    private const int BlocksPerGroup = 4 * 8;

    /// <summary>The words of the blocks from <paramref name="block"/> on, sorted by the register.</summary>
    /// <param name="position">Seed and stream; its first element is not looked at.</param>
    /// <param name="block">Number of the first block, a multiple of the blocks of a group.</param>
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

    /// <summary>Puts the words of <see cref="Fill"/> in order.</summary>
    public static void Order(uint* sorted, uint* words, nint count)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Order<PhiloxRegister512>(sorted, words, count);
        }
        else if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
        {
            Order<PhiloxRegister256>(sorted, words, count);
        }
        else
        {
            Order<PhiloxRegister128>(sorted, words, count);
        }
    }

    private static void Order<TRegister>(uint* sorted, uint* words, nint count)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        var wordsPerRegister = 2 * TRegister.Count;
        for (nint i = 0; i < count; i += 2 * wordsPerRegister)
        {
            TRegister.Interleave(TRegister.Load(sorted + i), TRegister.Load(sorted + i + wordsPerRegister), out var lower, out var upper);
            TRegister.Store(lower, words + i);
            TRegister.Store(upper, words + i + wordsPerRegister);
        }
    }

    // A round takes 2 multiplications, 2 shifts and 2 three-way exclusive ors per register of blocks. Its latency is 5 to 6 cycles, so four registers are
    // in flight side by side. With 512 bits: 4 x 4 registers of state, 2 of multipliers, 2 of keys, and what is left for products.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<TRegister>(in PhiloxPosition position, ulong block, uint* words, nint count)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        var keys = stackalloc ulong[2 * Philox.Rounds];
        var (key0, key1) = ((uint)position.Seed, (uint)(position.Seed >> 32));
        for (var round = 0; round < Philox.Rounds; round++)
        {
            (keys[2 * round], keys[2 * round + 1]) = (key0, key1);
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }

        var multiplier0 = TRegister.Broadcast(Philox.Multiplier0);
        var multiplier1 = TRegister.Broadcast(Philox.Multiplier1);
        var streamProduct = (ulong)Philox.Multiplier1 * position.Stream;
        var wordsPerRegister = (nint)TRegister.Count * Philox.WordsPerBlock;
        for (var end = words + count; words < end; words += 4 * wordsPerRegister)
        {
            // The counters are (block low, block high, stream, 0). A group does not cross a multiple of 2³² blocks, so all but the block's low word is common to its blocks: after one round
            // the first two words still are, and one product of the second round.
            var commonFirst = (streamProduct >> 32) ^ (block >> 32) ^ keys[0];
            var commonProduct = Philox.Multiplier0 * commonFirst;
            var mask0 = TRegister.Broadcast(keys[1]);
            var mask1 = TRegister.Broadcast((uint)streamProduct ^ keys[2]);
            var mask2 = TRegister.Broadcast((commonProduct >> 32) ^ keys[3]);
            var fourth = TRegister.Broadcast((uint)commonProduct);
            Start(TRegister.Blocks(block), multiplier0, multiplier1, mask0, mask1, mask2, out var a0, out var a1, out var a2);
            Start(TRegister.Blocks(block + (ulong)TRegister.Count), multiplier0, multiplier1, mask0, mask1, mask2, out var b0, out var b1, out var b2);
            Start(TRegister.Blocks(block + 2 * (ulong)TRegister.Count), multiplier0, multiplier1, mask0, mask1, mask2, out var c0, out var c1, out var c2);
            Start(TRegister.Blocks(block + 3 * (ulong)TRegister.Count), multiplier0, multiplier1, mask0, mask1, mask2, out var d0, out var d1, out var d2);
            var (a3, b3, c3, d3) = (fourth, fourth, fourth, fourth);
            for (var round = 2; round < Philox.Rounds; round++)
            {
                var (first, second) = (TRegister.Broadcast(keys[2 * round]), TRegister.Broadcast(keys[2 * round + 1]));
                Round(first, second, multiplier0, multiplier1, ref a0, ref a1, ref a2, ref a3);
                Round(first, second, multiplier0, multiplier1, ref b0, ref b1, ref b2, ref b3);
                Round(first, second, multiplier0, multiplier1, ref c0, ref c1, ref c2, ref c3);
                Round(first, second, multiplier0, multiplier1, ref d0, ref d1, ref d2, ref d3);
            }

            Store(a0, a1, a2, a3, words);
            Store(b0, b1, b2, b3, words + wordsPerRegister);
            Store(c0, c1, c2, c3, words + 2 * wordsPerRegister);
            Store(d0, d1, d2, d3, words + 3 * wordsPerRegister);
            block += 4 * (ulong)TRegister.Count;
        }
    }

    // The first two rounds; the fourth word that comes out of them is common to all blocks.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<TRegister>(
        TRegister blocks, TRegister multiplier0, TRegister multiplier1, TRegister mask0, TRegister mask1, TRegister mask2, out TRegister first, out TRegister second, out TRegister third)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        var product0 = TRegister.Product(blocks, multiplier0);
        second = TRegister.Product(TRegister.Xor(TRegister.High(product0), mask0), multiplier1);
        first = TRegister.Xor(TRegister.High(second), mask1);
        third = TRegister.Xor(product0, mask2);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRegister>(TRegister first, TRegister second, TRegister third, TRegister fourth, uint* words)
        where TRegister : unmanaged, IPhiloxRegister<TRegister>
    {
        TRegister.Store(TRegister.Merge(first, third), words);
        TRegister.Store(TRegister.Merge(second, fourth), words + 2 * TRegister.Count);
    }
}
