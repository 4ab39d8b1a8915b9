using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Exponential linear unit with α = 1: <c>f(x) = x</c> for <c>x &gt; 0</c>, else <c>eˣ - 1</c>; <c>f'(x) = 1</c> or <c>eˣ</c>.</summary>
public readonly struct Elu : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.Select(TLanes.GreaterThan(x, TLanes.Zero), x, Functions.Expm1<TLanes, T>(x));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return TLanes.Select(TLanes.GreaterThan(preactivation, TLanes.Zero), TLanes.Constant(1), Functions.Exp<TLanes, T>(preactivation));
    }
}
