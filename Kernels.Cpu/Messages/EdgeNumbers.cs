using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Edge numbers in the lanes of a register: 32-bit integers in float lanes, 64-bit ones in double lanes, so that the masks of
/// comparisons between values select edge numbers too. In memory they are 32-bit.
/// </summary>
internal static unsafe class EdgeNumbers
{
    /// <summary>One edge number in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Broadcast<TLanes, T>(int edge)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TLanes.Broadcast(sizeof(T) == 4 ? Unsafe.BitCast<int, T>(edge) : Unsafe.BitCast<long, T>(edge));

    /// <summary>Loads <paramref name="count"/> edge numbers, at most one per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(int* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 4)
        {
            return count == TLanes.Count ? TLanes.Load((T*)source) : TLanes.LoadPartial((T*)source, count);
        }

        if (count == TLanes.Count && sizeof(TLanes) == 64)
        {
            var narrow = Vector256.Load(source);
            return Unsafe.BitCast<Vector512<long>, TLanes>(Vector512.Create(Vector256.Create(Vector128.WidenLower(narrow.GetLower()), Vector128.WidenUpper(narrow.GetLower())), Vector256.Create(Vector128.WidenLower(narrow.GetUpper()), Vector128.WidenUpper(narrow.GetUpper()))));
        }

        if (count == TLanes.Count && sizeof(TLanes) == 32)
        {
            var narrow = Vector128.Load(source);
            return Unsafe.BitCast<Vector256<long>, TLanes>(Vector256.Create(Vector128.WidenLower(narrow), Vector128.WidenUpper(narrow)));
        }

        return Widen<TLanes>(source, count);
    }

    /// <summary>Stores <paramref name="count"/> edge numbers, at most one per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes edges, int* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(T) == 8)
        {
            if (count == TLanes.Count && sizeof(TLanes) == 64)
            {
                var wide = Unsafe.BitCast<TLanes, Vector512<long>>(edges);
                Vector256.Narrow(wide.GetLower(), wide.GetUpper()).Store(destination);
            }
            else if (count == TLanes.Count && sizeof(TLanes) == 32)
            {
                var wide = Unsafe.BitCast<TLanes, Vector256<long>>(edges);
                Vector128.Narrow(wide.GetLower(), wide.GetUpper()).Store(destination);
            }
            else
            {
                Narrow(edges, destination, count);
            }
        }
        else if (count == TLanes.Count)
        {
            TLanes.Store(edges, (T*)destination);
        }
        else
        {
            TLanes.StorePartial(edges, (T*)destination, count);
        }
    }

    /// <summary>Mask of the lanes that hold the same edge number. (A comparison as floating-point numbers would take -1 for NaN.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Equal<TLanes, T>(TLanes left, TLanes right)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(TLanes) == 64)
        {
            return sizeof(T) == 4
                ? Unsafe.BitCast<Vector512<int>, TLanes>(Vector512.Equals(Unsafe.BitCast<TLanes, Vector512<int>>(left), Unsafe.BitCast<TLanes, Vector512<int>>(right)))
                : Unsafe.BitCast<Vector512<long>, TLanes>(Vector512.Equals(Unsafe.BitCast<TLanes, Vector512<long>>(left), Unsafe.BitCast<TLanes, Vector512<long>>(right)));
        }

        if (sizeof(TLanes) == 32)
        {
            return sizeof(T) == 4
                ? Unsafe.BitCast<Vector256<int>, TLanes>(Vector256.Equals(Unsafe.BitCast<TLanes, Vector256<int>>(left), Unsafe.BitCast<TLanes, Vector256<int>>(right)))
                : Unsafe.BitCast<Vector256<long>, TLanes>(Vector256.Equals(Unsafe.BitCast<TLanes, Vector256<long>>(left), Unsafe.BitCast<TLanes, Vector256<long>>(right)));
        }

        if (sizeof(TLanes) == 16)
        {
            return sizeof(T) == 4
                ? Unsafe.BitCast<Vector128<int>, TLanes>(Vector128.Equals(Unsafe.BitCast<TLanes, Vector128<int>>(left), Unsafe.BitCast<TLanes, Vector128<int>>(right)))
                : Unsafe.BitCast<Vector128<long>, TLanes>(Vector128.Equals(Unsafe.BitCast<TLanes, Vector128<long>>(left), Unsafe.BitCast<TLanes, Vector128<long>>(right)));
        }

        return sizeof(T) == 4
            ? Unsafe.BitCast<int, TLanes>(Unsafe.BitCast<TLanes, int>(left) == Unsafe.BitCast<TLanes, int>(right) ? -1 : 0)
            : Unsafe.BitCast<long, TLanes>(Unsafe.BitCast<TLanes, long>(left) == Unsafe.BitCast<TLanes, long>(right) ? -1L : 0L);
    }

    private static TLanes Widen<TLanes>(int* source, int count)
        where TLanes : unmanaged
    {
        TLanes lanes = default;
        var edges = (long*)&lanes;
        for (var lane = 0; lane < count; lane++)
        {
            edges[lane] = source[lane];
        }

        return lanes;
    }

    private static void Narrow<TLanes>(TLanes lanes, int* destination, int count)
        where TLanes : unmanaged
    {
        var edges = (long*)&lanes;
        for (var lane = 0; lane < count; lane++)
        {
            destination[lane] = (int)edges[lane];
        }
    }
}
