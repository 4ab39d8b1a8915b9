using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Error function; see <see cref="Functions.Erf"/>.</summary>
public readonly struct Erf : IFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Erf<TLanes, T>(x);
}
