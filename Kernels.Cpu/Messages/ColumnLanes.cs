using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>Registers that hold several edges side by side: lane <c>l</c> belongs to column <c>l mod C</c>, where <c>C</c> is a power of two, at most the number of lanes.</summary>
internal static unsafe class ColumnLanes
{
    /// <summary>
    /// The lanes of every column combined, and the result in all lanes of the column. Halves change places, then quarters and so on, as long as they hold whole
    /// edges: the order of the combinations depends on the width of the registers and on <c>C</c> alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Combine<TReduction, TLanes, T>(TLanes value, nint columns)
        where TReduction : struct, IReduction
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bytes = columns * sizeof(T);
        if (sizeof(TLanes) == 64 && bytes <= 32)
        {
            value = TReduction.Combine<TLanes, T>(value, Swap<TLanes, T>(value, 32));
        }

        if (sizeof(TLanes) >= 32 && bytes <= 16)
        {
            value = TReduction.Combine<TLanes, T>(value, Swap<TLanes, T>(value, 16));
        }

        if (sizeof(TLanes) >= 16 && bytes <= 8)
        {
            value = TReduction.Combine<TLanes, T>(value, Swap<TLanes, T>(value, 8));
        }

        if (sizeof(TLanes) >= 16 && bytes <= 4)
        {
            value = TReduction.Combine<TLanes, T>(value, Swap<TLanes, T>(value, 4));
        }

        return value;
    }

    /// <summary>Writes a row of <c>C</c> values, again and again, along a register.</summary>
    public static void Repeat<TLanes, T>(T* row, nint columns, T* register)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            register[lane] = row[lane & (columns - 1)];
        }
    }

    // Neighbouring parts of so many bytes change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Swap<TLanes, T>(TLanes value, int bytes)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(TLanes) == 64)
        {
            var register = Unsafe.BitCast<TLanes, Vector512<long>>(value);
            return Unsafe.BitCast<Vector512<long>, TLanes>(bytes switch
            {
                32 => Vector512.Shuffle(register, Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)),
                16 => Vector512.Shuffle(register, Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)),
                8 => Vector512.Shuffle(register, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)),
                _ => Vector512.Shuffle(register.AsInt32(), Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)).AsInt64(),
            });
        }

        if (sizeof(TLanes) == 32)
        {
            var register = Unsafe.BitCast<TLanes, Vector256<long>>(value);
            return Unsafe.BitCast<Vector256<long>, TLanes>(bytes switch
            {
                16 => Vector256.Shuffle(register, Vector256.Create(2L, 3, 0, 1)),
                8 => Vector256.Shuffle(register, Vector256.Create(1L, 0, 3, 2)),
                _ => Vector256.Shuffle(register.AsInt32(), Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)).AsInt64(),
            });
        }

        if (sizeof(TLanes) == 16)
        {
            var register = Unsafe.BitCast<TLanes, Vector128<long>>(value);
            return Unsafe.BitCast<Vector128<long>, TLanes>(bytes == 8
                ? Vector128.Shuffle(register, Vector128.Create(1L, 0))
                : Vector128.Shuffle(register.AsInt32(), Vector128.Create(1, 0, 3, 2)).AsInt64());
        }

        return value;
    }
}
