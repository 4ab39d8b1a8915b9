using System.Numerics;

namespace Native.Tests;

/// <summary>
/// A call of a kernel, forward and backward, on arguments that a <see cref="Workbench{T}"/> makes: the one description that serves comparison with the
/// reference device, finite differences, determinism, allocation and every vector width.
/// </summary>
/// <remarks>Names fix the roles: <c>out</c> with <c>cotangent/out</c>, an input <c>x</c> with <c>grad/x</c>. <see cref="Run{T}"/> must not allocate itself.</remarks>
public abstract class KernelCall(string kernel, string variant = "")
{
    /// <summary>Name of the kernel, the key of its tolerances.</summary>
    public string Kernel { get; } = kernel;

    /// <summary>Kernel and variant.</summary>
    public string Name { get; } = variant.Length == 0 ? kernel : $"{kernel} ({variant})";

    /// <summary>False when NaN and infinities are outside the kernel's domain.</summary>
    public virtual bool TakesSpecialValues => true;

    /// <summary>
    /// True when the contract leaves open which of NaN and the infinities comes out of inputs that are not finite (the mean of an infinity, by a
    /// formula that subtracts it from itself): then any of them will do.
    /// </summary>
    public virtual bool AnyNonFiniteWillDo => false;

    /// <summary>False when there is no gradient to check by finite differences.</summary>
    public virtual bool HasGradient => true;

    /// <summary>False for sizes outside the kernel's domain.</summary>
    public virtual bool Accepts(Sizes sizes) => true;

    /// <summary>Calls the kernel and its backward.</summary>
    public abstract void Run<T>(Workbench<T> bench)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Kernel and variant.</summary>
    public override string ToString() => Name;
}
