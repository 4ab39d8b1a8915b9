using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Leaky rectified linear unit: <c>f(x) = x</c> for <c>x &gt; 0</c>, else <c>0.01 x</c>; <c>f'(0) = 0.01</c>.</summary>
public readonly struct LeakyRelu : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.Select(TLanes.GreaterThan(x, TLanes.Zero), x, x * TLanes.Constant(0.01));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var slope = TLanes.Select(TLanes.GreaterThan(preactivation, TLanes.Zero), TLanes.Constant(1), TLanes.Constant(0.01));
        return TLanes.Select(TLanes.IsNaN(preactivation), preactivation, slope);
    }
}
