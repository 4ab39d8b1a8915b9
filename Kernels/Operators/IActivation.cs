using System.Numerics;

namespace Native.Kernels;

/// <summary>An elementwise activation, written once for SIMD registers, single elements and GPUs; a type argument of kernels.</summary>
/// <remarks>NaN gives NaN. Infinite arguments give the limit.</remarks>
public interface IActivation
{
    /// <summary><c>f(x)</c>, lane by lane.</summary>
    static abstract TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>f'(x)</c> at the preactivation <c>x</c>, lane by lane.</summary>
    static abstract TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
