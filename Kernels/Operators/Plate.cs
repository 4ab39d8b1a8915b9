using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// The rows of a matrix <c>[K, n]</c> over <c>TLanes.Count</c> neighbouring columns: element <c>k</c> is the register that holds row <c>k</c>
/// of that many variables. Families of distributions are written against it, so that one formula serves as many variables as a register has lanes.
/// </summary>
/// <typeparam name="TLanes">The register.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
public readonly unsafe struct Plate<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _first;
    private readonly nint _stride;

    /// <summary>Rows that start at <paramref name="first"/>, <paramref name="stride"/> elements apart; every row has at least <c>TLanes.Count</c> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Plate(T* first, nint stride)
    {
        _first = first;
        _stride = stride;
    }

    /// <summary>Row <paramref name="row"/>.</summary>
    public TLanes this[nint row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Load(_first + row * _stride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => TLanes.Store(value, _first + row * _stride);
    }

    /// <summary>The rows from <paramref name="row"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Plate<TLanes, T> From(nint row) => new(_first + row * _stride, _stride);
}
