using System.Numerics;

namespace Native.Kernels;

/// <summary>An elementwise function, written once for SIMD registers, single elements and GPUs; a type argument of kernels.</summary>
/// <remarks>NaN gives NaN. Infinite arguments give the limit.</remarks>
public interface IFunction
{
    /// <summary><c>f(x)</c>, lane by lane.</summary>
    static abstract TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
