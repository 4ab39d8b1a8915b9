using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>A sum of any number of finite terms, lane by lane, with an error of two roundings (Kahan 1965). Infinite terms make it NaN.</summary>
internal struct CompensatedSum<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private TLanes _excess;

    /// <summary>The sum so far.</summary>
    public TLanes Value { get; private set; }

    /// <summary>Adds a term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TLanes term)
    {
        var corrected = term - _excess;
        var sum = Value + corrected;
        _excess = sum - Value - corrected;
        Value = sum;
    }
}
