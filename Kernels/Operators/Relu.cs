using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Rectified linear unit: <c>f(x) = max(x, 0)</c>; <c>f'(x) = 1</c> for <c>x &gt; 0</c>, else 0.</summary>
public readonly struct Relu : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.AtLeast(x, TLanes.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // 0, or NaN, where the comparison is false.
        return TLanes.Select(TLanes.GreaterThan(preactivation, TLanes.Zero), TLanes.Constant(1), TLanes.AtLeast(preactivation, TLanes.Zero));
    }
}
