using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Natural logarithm; see <see cref="Functions.Log"/>.</summary>
public readonly struct Log : IFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Log<TLanes, T>(x);
}
