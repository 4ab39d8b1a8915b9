using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// Plates of variables with distributions of an exponential family, <c>p(x) = h(x) exp(η·u(x) - A(η))</c>, in their natural parameters <c>η</c>:
/// what a sweep of variational message passing computes between the factors. The family is a type argument. One file per kernel holds its contract.
/// </summary>
/// <remarks>
/// <para>
/// Layout: one row per parameter, one column per variable. <c>η [K, n]</c> holds <c>n</c> variables of <c>K</c> natural parameters each, so that neighbouring
/// variables lie next to each other (struct of arrays) and fill a register; <c>⟨u⟩</c>, sufficient statistics and standard parameters are <c>[K, n]</c> too,
/// <c>x</c> is <c>[rows of x, n]</c>, and numbers per variable are vectors <c>[n]</c>. A range of columns is a range of variables, without a copy. A single long
/// vector of parameters per variable, <c>[K, 1]</c>, is right but leaves the other lanes of a register empty. Where variables have many parameters, a row stride that is no multiple of 4096 bytes keeps
/// the rows of a variable out of each other's cache sets.
/// </para>
/// <para>
/// A variable that leaves the family's domain, or an <c>x</c> outside its support, is never silent: every output of that variable is NaN, and the device's
/// status word takes its number (see <see cref="Device.ThrowIfFaulted"/>). NaN is outside every domain. Other variables are not touched by it.
/// </para>
/// <para>
/// Entropies, divergences and densities are not computed as differences of log partitions, so they keep their digits where parameters are large and where
/// distributions are almost equal. Numbers are in nats. Outputs are overwritten and must not overlap inputs.
/// Every method throws <see cref="ArgumentException"/> (or a subclass) naming the argument when something is absent, wrongly shaped,
/// overlapping or of another device, and <see cref="ObjectDisposedException"/> when something was disposed; nothing has been written then.
/// </para>
/// <para>Source: J. Winn and C. Bishop, Variational message passing, JMLR 6 (2005), sections 2 and 3.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class NaturalParameterKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For devices.</summary>
    /// <param name="device">The device that runs these kernels.</param>
    protected NaturalParameterKernels(Device device) => Device = device;

    /// <summary>The device that runs these kernels.</summary>
    public Device Device { get; }
}
