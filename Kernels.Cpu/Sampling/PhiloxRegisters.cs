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
    static abstract TSelf Broadcast(ulong word);

    /// <summary>The numbers of <see cref="Count"/> blocks from <paramref name="block"/> on, in the order of lanes that <see cref="Interleave"/> wants.</summary>
    static abstract TSelf Blocks(ulong block);

    /// <summary>The 64-bit products of low halves.</summary>
    static abstract TSelf Product(TSelf left, TSelf right);

    /// <summary>High halves, moved to the low ones.</summary>
    static abstract TSelf High(TSelf value);

    /// <summary>Exclusive or of two.</summary>
    static abstract TSelf Xor(TSelf first, TSelf second);

    /// <summary>Exclusive or of three.</summary>
    static abstract TSelf Xor(TSelf first, TSelf second, TSelf third);

    /// <summary>Low halves of <paramref name="low"/>, and in the high halves those of <paramref name="high"/>.</summary>
    static abstract TSelf Merge(TSelf low, TSelf high);

    /// <summary>Loads 32-bit words.</summary>
    static abstract TSelf Load(uint* words);

    /// <summary>Stores 32-bit words.</summary>
    static abstract void Store(TSelf value, uint* words);

    /// <summary>Words of even and of odd places, taken in turns: the four words of each block after each other, blocks in ascending order.</summary>
    static abstract void Interleave(TSelf even, TSelf odd, out TSelf lower, out TSelf upper);
}

// Interleave: 128 bits hold blocks A and B, of even words A0 A2 B0 B2 and of odd ones A1 A3 B1 B3, and unpacking makes A0 A1 A2 A3 and B0 B1 B2 B3. The As
// of all 128-bit parts fill one register and the Bs the other, so the lanes hold the first half of the blocks in even places and the second half in odd ones.

/// <summary>Eight blocks.</summary>
internal readonly unsafe struct PhiloxRegister512(Vector512<ulong> value) : IPhiloxRegister<PhiloxRegister512>
{
    private readonly Vector512<ulong> _value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Broadcast(ulong word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Blocks(ulong block) => new(Vector512.Create(block) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Product(PhiloxRegister512 left, PhiloxRegister512 right) => new(Avx512F.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 High(PhiloxRegister512 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Xor(PhiloxRegister512 first, PhiloxRegister512 second) => new(first._value ^ second._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Xor(PhiloxRegister512 first, PhiloxRegister512 second, PhiloxRegister512 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Merge(PhiloxRegister512 low, PhiloxRegister512 high) => new(Vector512.ConditionalSelect(
        Vector512.Create((ulong)uint.MaxValue).AsSingle(), low._value.AsSingle(), Avx512F.DuplicateEvenIndexed(high._value.AsSingle())).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister512 Load(uint* words) => new(Vector512.Load((ulong*)words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister512 value, uint* words) => value._value.Store((ulong*)words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(PhiloxRegister512 even, PhiloxRegister512 odd, out PhiloxRegister512 lower, out PhiloxRegister512 upper)
    {
        lower = new(Avx512F.UnpackLow(even._value.AsUInt32(), odd._value.AsUInt32()).AsUInt64());
        upper = new(Avx512F.UnpackHigh(even._value.AsUInt32(), odd._value.AsUInt32()).AsUInt64());
    }
}

/// <summary>Four blocks.</summary>
internal readonly unsafe struct PhiloxRegister256(Vector256<ulong> value) : IPhiloxRegister<PhiloxRegister256>
{
    private readonly Vector256<ulong> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Broadcast(ulong word) => new(Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Blocks(ulong block) => new(Vector256.Create(block) + Vector256.Create(0UL, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Product(PhiloxRegister256 left, PhiloxRegister256 right) => new(Avx2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 High(PhiloxRegister256 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Xor(PhiloxRegister256 first, PhiloxRegister256 second) => new(first._value ^ second._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Xor(PhiloxRegister256 first, PhiloxRegister256 second, PhiloxRegister256 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Merge(PhiloxRegister256 low, PhiloxRegister256 high) =>
        new(Avx.Blend(low._value.AsSingle(), Avx.DuplicateEvenIndexed(high._value.AsSingle()), 0b10101010).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister256 Load(uint* words) => new(Vector256.Load((ulong*)words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister256 value, uint* words) => value._value.Store((ulong*)words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(PhiloxRegister256 even, PhiloxRegister256 odd, out PhiloxRegister256 lower, out PhiloxRegister256 upper)
    {
        lower = new(Avx2.UnpackLow(even._value.AsUInt32(), odd._value.AsUInt32()).AsUInt64());
        upper = new(Avx2.UnpackHigh(even._value.AsUInt32(), odd._value.AsUInt32()).AsUInt64());
    }
}

/// <summary>Two blocks.</summary>
internal readonly unsafe struct PhiloxRegister128(Vector128<ulong> value) : IPhiloxRegister<PhiloxRegister128>
{
    private readonly Vector128<ulong> _value = value;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Broadcast(ulong word) => new(Vector128.Create(word));

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
    public static PhiloxRegister128 Xor(PhiloxRegister128 first, PhiloxRegister128 second) => new(first._value ^ second._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Xor(PhiloxRegister128 first, PhiloxRegister128 second, PhiloxRegister128 third) => new(first._value ^ second._value ^ third._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Merge(PhiloxRegister128 low, PhiloxRegister128 high) => new((low._value & Vector128.Create((ulong)uint.MaxValue)) | (high._value << 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxRegister128 Load(uint* words) => new(Vector128.Load((ulong*)words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxRegister128 value, uint* words) => value._value.Store((ulong*)words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(PhiloxRegister128 even, PhiloxRegister128 odd, out PhiloxRegister128 lower, out PhiloxRegister128 upper)
    {
        lower = new(Vector128.WidenLower(even._value.AsUInt32()) | (Vector128.WidenLower(odd._value.AsUInt32()) << 32));
        upper = new(Vector128.WidenUpper(even._value.AsUInt32()) | (Vector128.WidenUpper(odd._value.AsUInt32()) << 32));
    }
}
