using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Rows picked by an index, <c>rows[index[0]], rows[index[1]], …</c>, that lie side by side in a register: rows of one element, or of what a narrower register
/// holds. Each of them is one access to memory, and the register is put together, or taken apart, by shuffles.
/// </summary>
internal static unsafe class LaneRows
{
    /// <summary>Whether rows of so many columns lie side by side in the widest register: rows of one element, or of what a narrower register holds.</summary>
    public static bool Fit<T>(nint columns)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        columns == 1 || columns == Lanes128<T>.Count || columns == Lanes256<T>.Count;

    /// <summary>As many rows as fill a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, TRow, T>(T* rows, int* index)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(TLanes) == sizeof(TRow))
        {
            return Unsafe.BitCast<TRow, TLanes>(TRow.Load(Row<TRow, T>(rows, index[0])));
        }

        if (sizeof(TLanes) == 64)
        {
            var lower = Load<Lanes256<T>, TRow, T>(rows, index);
            var upper = Load<Lanes256<T>, TRow, T>(rows, index + 32 / sizeof(TRow));
            return Unsafe.BitCast<Vector512<T>, TLanes>(lower.Value.ToVector512Unsafe().WithUpper(upper.Value));
        }

        if (sizeof(TLanes) == 32)
        {
            var lower = Load<Lanes128<T>, TRow, T>(rows, index);
            var upper = Load<Lanes128<T>, TRow, T>(rows, index + 16 / sizeof(TRow));
            return Unsafe.BitCast<Vector256<T>, TLanes>(lower.Value.ToVector256Unsafe().WithUpper(upper.Value));
        }

        if (sizeof(T) == 4)
        {
            var from = (float*)rows;
            return Unsafe.BitCast<Vector128<float>, TLanes>(Vector128.Create(from[index[0]], from[index[1]], from[index[2]], from[index[3]]));
        }
        else
        {
            var from = (double*)rows;
            return Unsafe.BitCast<Vector128<double>, TLanes>(Vector128.Create(from[index[0]], from[index[1]]));
        }
    }

    /// <summary><c>rows[index[i]] += values[i]</c>, one row after the other: some of them may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes, TRow, T>(TLanes values, T* rows, int* index)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sizeof(TLanes) == sizeof(TRow))
        {
            var row = Row<TRow, T>(rows, index[0]);
            TRow.Store(TRow.Load(row) + Unsafe.BitCast<TLanes, TRow>(values), row);
        }
        else if (sizeof(TLanes) == 64)
        {
            var register = Unsafe.BitCast<TLanes, Vector512<T>>(values);
            Add<Lanes256<T>, TRow, T>(new(register.GetLower()), rows, index);
            Add<Lanes256<T>, TRow, T>(new(register.GetUpper()), rows, index + 32 / sizeof(TRow));
        }
        else if (sizeof(TLanes) == 32)
        {
            var register = Unsafe.BitCast<TLanes, Vector256<T>>(values);
            Add<Lanes128<T>, TRow, T>(new(register.GetLower()), rows, index);
            Add<Lanes128<T>, TRow, T>(new(register.GetUpper()), rows, index + 16 / sizeof(TRow));
        }
        else
        {
            var register = Unsafe.BitCast<TLanes, Vector128<T>>(values);
            rows[index[0]] += register.GetElement(0);
            rows[index[1]] += register.GetElement(1);
            if (sizeof(T) == 4)
            {
                rows[index[2]] += register.GetElement(2);
                rows[index[3]] += register.GetElement(3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Row<TRow, T>(T* rows, int row)
        where TRow : unmanaged, ILanes<TRow, T>
        where T : unmanaged, IFloatingPointIeee754<T> => rows + (nint)row * TRow.Count;
}
