using System.Numerics;

namespace Native.Kernels;

/// <summary>An elementwise function with its derivative; a type argument of kernels that have a backward pass.</summary>
public interface IActivation : IFunction
{
    /// <summary><c>f'(x)</c> at the preactivation <c>x</c>, lane by lane.</summary>
    static abstract TLanes Derivative<TLanes, T>(TLanes preactivation)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
