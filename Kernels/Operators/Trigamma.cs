using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>ψ'(x)</c>, the second derivative of <c>log Γ(x)</c>; see <see cref="Functions.Trigamma"/>.</summary>
public readonly struct Trigamma : IFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Trigamma<TLanes, T>(x);
}
