using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>How a loop body touches memory: a whole register, or the first few lanes of one at the end of a row.</summary>
internal unsafe interface IAccess
{
    /// <summary>Loads a register; lanes that are off are 0.</summary>
    static abstract TLanes Load<TLanes, T>(T* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Stores the lanes that are on.</summary>
    static abstract void Store<TLanes, T>(TLanes value, T* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>All lanes; the count is not looked at.</summary>
internal readonly unsafe struct Whole : IAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(T* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes value, T* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Store(value, destination);
}

/// <summary>All lanes, stored past the caches: what is stored must be aligned to the register.</summary>
internal readonly unsafe struct Streamed : IAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(T* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes value, T* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.StoreNonTemporal(value, destination);
}

/// <summary>The first <c>count</c> lanes.</summary>
internal readonly unsafe struct Partial : IAccess
{
    private static ReadOnlySpan<float> SingleIndices => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private static ReadOnlySpan<double> DoubleIndices => [0, 1, 2, 3, 4, 5, 6, 7];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, T>(T* source, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, T>(TLanes value, T* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.StorePartial(value, destination, count);

    /// <summary>The mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Mask<TLanes, T>(int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Constant data of the assembly does not move, so its address may be taken. Lane i compares i with the count.
        var indices = sizeof(T) == 4
            ? (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(SingleIndices))
            : (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(DoubleIndices));
        return TLanes.LessThan(TLanes.Load(indices), TLanes.Broadcast(T.CreateTruncating(count)));
    }
}

/// <summary>A matrix as loop bodies see it: pinned memory and a stride in elements; stride 0 repeats one row. A null pointer stands for an optional matrix that is absent.</summary>
internal readonly unsafe struct Operand<T>(T* first, nint stride)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _first = first;
    private readonly nint _stride = stride;

    public bool IsAbsent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _first is null;
    }

    /// <summary>The first element of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Row(nint row) => _first + row * _stride;

    /// <summary>Brings the line of an element into the first-level cache, where the processor can. The element need not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(nint row, nint column)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_first + (row * _stride + column));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes, TAccess>(nint row, nint column, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TAccess : struct, IAccess
        => TAccess.Load<TLanes, T>(_first + (row * _stride + column), count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes, TAccess>(TLanes value, nint row, nint column, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TAccess : struct, IAccess
        => TAccess.Store(value, _first + (row * _stride + column), count);
}

/// <summary>A number that is the same for all registers of a loop, in every lane of one: in a body, where it stays in a register, instead of broadcast again and again.</summary>
internal readonly unsafe struct Broadcast<T, TVector>(T value)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged, ILanes<TVector, T>
{
    private readonly TVector _lanes = TVector.Broadcast(value);

    /// <summary>The register, of the width of the loop: that of <typeparamref name="TVector"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes As<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes, T>
        => Unsafe.BitCast<TVector, TLanes>(_lanes);
}
