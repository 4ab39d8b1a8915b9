using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>ψ(x)</c>, the derivative of <c>log Γ(x)</c>; see <see cref="Functions.Digamma"/>.</summary>
public readonly struct Digamma : IFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Digamma<TLanes, T>(x);
}
