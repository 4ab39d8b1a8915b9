using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Hyperbolic tangent; <c>f'(x) = 1 - tanh²x = 4 e⁻²ˣ / (1 + e⁻²ˣ)²</c>, accurate in both tails.</summary>
public readonly struct Tanh : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return Functions.Tanh<TLanes, T>(x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // tanh x = 2 σ(2x) - 1.
        return TLanes.Constant(4) * Functions.LogisticDerivative<TLanes, T>(preactivation + preactivation);
    }
}
