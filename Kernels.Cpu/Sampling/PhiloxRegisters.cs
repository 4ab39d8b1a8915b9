using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// A register of 64-bit lanes, one for each of <see cref="Count"/> Philox blocks. A lane's low half holds a word of the counter; what its high half holds does not matter, because the
/// multiplication reads low halves only. So a product can stay where it falls: its low word is in place, and its high word is one shift away.
/// </summary>
internal unsafe interface IPhiloxRegister<TSelf>
    where TSelf : unmanaged, IPhiloxRegister<TSelf>
{
    /// <summary>Blocks in a register.</summary>
    static abstract int Count { get; }

    /// <summary>A word in every lane.</summary>
    static abstract TSelf Broadcast(uint word);

    /// <summary>The numbers of <see cref="Count"/> blocks from <paramref name="block"/> on, in the order of lanes that <see cref="Store"/> wants.</summary>
    static abstract TSelf Blocks(ulong block);

    /// <summary>The 64-bit products of low halves.</summary>
    static abstract TSelf Product(TSelf left, TSelf right);

    /// <summary>High halves, moved to the low ones.</summary>
    static abstract TSelf High(TSelf value);

    /// <summary>Sum of 32-bit words.</summary>
    static abstract TSelf AddWords(TSelf left, TSelf right);

    /// <summary>Exclusive or of three.</summary>
    static abstract TSelf Xor(TSelf first, TSelf second, TSelf third);

    /// <summary>Stores the low halves of four registers: the four words of each block after each other, blocks in ascending order.</summary>
    static abstract void Store(TSelf first, TSelf second, TSelf third, TSelf fourth, uint* words);
}

// Store: in each 128 bits, which hold blocks A and B, a shuffle of two registers picks their low halves, A0 B0 A1 B1 and A2 B2 A3 B3, and two more
// make A0 A1 A2 A3 and B0 B1 B2 B3. The As of all 128-bit parts fill one register and the Bs the other, so the lanes hold the first half of the blocks
// in even places and the second half in odd ones.

/// <summary>Eight blocks.</summary>
internal readonly unsafe struct PhiloxRegister512(Vector512<ulong> value) : IPhiloxRegister<PhiloxRegister512>
{
    private readonly Vector512<ulong> _value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Broadcast(uint word) => new(Vector512.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Blocks(ulong block) => new(Vector512.Create(block) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Product(PhiloxRegister512 left, PhiloxRegister512 right) => new(Avx512F.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 High(PhiloxRegister512 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 AddWords(PhiloxRegister512 left, PhiloxRegister512 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Xor(PhiloxRegister512 first, PhiloxRegister512 second, PhiloxRegister512 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister512 first, PhiloxRegister512 second, PhiloxRegister512 third, PhiloxRegister512 fourth, uint* words)
    {
        var low = Avx512F.Shuffle(first._value.AsSingle(), second._value.AsSingle(), 0b10_00_10_00);
        var high = Avx512F.Shuffle(third._value.AsSingle(), fourth._value.AsSingle(), 0b10_00_10_00);
        Avx512F.Shuffle(low, high, 0b10_00_10_00).AsUInt32().Store(words);
        Avx512F.Shuffle(low, high, 0b11_01_11_01).AsUInt32().Store(words + Vector512<uint>.Count);
    }
}

/// <summary>Four blocks.</summary>
internal readonly unsafe struct PhiloxRegister256(Vector256<ulong> value) : IPhiloxRegister<PhiloxRegister256>
{
    private readonly Vector256<ulong> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Broadcast(uint word) => new(Vector256.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Blocks(ulong block) => new(Vector256.Create(block) + Vector256.Create(0UL, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Product(PhiloxRegister256 left, PhiloxRegister256 right) => new(Avx2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 High(PhiloxRegister256 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 AddWords(PhiloxRegister256 left, PhiloxRegister256 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Xor(PhiloxRegister256 first, PhiloxRegister256 second, PhiloxRegister256 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister256 first, PhiloxRegister256 second, PhiloxRegister256 third, PhiloxRegister256 fourth, uint* words)
    {
        var low = Avx.Shuffle(first._value.AsSingle(), second._value.AsSingle(), 0b10_00_10_00);
        var high = Avx.Shuffle(third._value.AsSingle(), fourth._value.AsSingle(), 0b10_00_10_00);
        Avx.Shuffle(low, high, 0b10_00_10_00).AsUInt32().Store(words);
        Avx.Shuffle(low, high, 0b11_01_11_01).AsUInt32().Store(words + Vector256<uint>.Count);
    }
}

/// <summary>Two blocks.</summary>
internal readonly unsafe struct PhiloxRegister128(Vector128<ulong> value) : IPhiloxRegister<PhiloxRegister128>
{
    private readonly Vector128<ulong> _value = value;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Broadcast(uint word) => new(Vector128.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Blocks(ulong block) => new(Vector128.Create(block, block + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Product(PhiloxRegister128 left, PhiloxRegister128 right)
    {
        var low = Vector128.Create((ulong)uint.MaxValue);
        return new(Sse2.IsSupported ? Sse2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()) : (left._value & low) * (right._value & low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 High(PhiloxRegister128 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 AddWords(PhiloxRegister128 left, PhiloxRegister128 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Xor(PhiloxRegister128 first, PhiloxRegister128 second, PhiloxRegister128 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister128 first, PhiloxRegister128 second, PhiloxRegister128 third, PhiloxRegister128 fourth, uint* words)
    {
        // Word pairs in 64-bit lanes; the pairs of block A are the lower lanes.
        var low = Vector128.Create((ulong)uint.MaxValue);
        var front = (first._value & low) | (second._value << 32);
        var back = (third._value & low) | (fourth._value << 32);
        Vector128.Create(front.GetLower(), back.GetLower()).AsUInt32().Store(words);
        Vector128.Create(front.GetUpper(), back.GetUpper()).AsUInt32().Store(words + Vector128<uint>.Count);
    }
}
