using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Standard normal distribution function; see <see cref="Functions.NormalDistribution"/>.</summary>
public readonly struct NormalDistribution : IFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.NormalDistribution<TLanes, T>(x);
}
