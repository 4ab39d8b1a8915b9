using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// An exponential family <c>p(x) = h(x) exp(η·u(x) - A(η))</c>, written once for SIMD registers, single elements and GPUs; a type argument of
/// <see cref="NaturalParameterKernels{T}"/>.
/// </summary>
/// <remarks>
/// Every function works on <c>TLanes.Count</c> variables at a time, reads and writes rows of a <see cref="Plate{TLanes, T}"/>, and returns the mask of
/// the lanes whose arguments are in the domain; the other lanes of its output hold anything. <c>p</c> is the family's dimension.
/// Formulas are arranged so that entropies, divergences and densities are not differences of large numbers.
/// </remarks>
public interface IExponentialFamily
{
    /// <summary>The natural parameters in the order of their rows, for messages.</summary>
    static abstract string Parameters { get; }

    /// <summary>Whether the entropy has a closed form.</summary>
    static abstract bool HasEntropy { get; }

    /// <summary>The dimension <c>p</c> of a variable with <paramref name="rows"/> natural parameters; 0 when no variable has that many.</summary>
    static abstract int DimensionOf(long rows);

    /// <summary>Number of rows of <c>x</c>.</summary>
    static abstract int ValueRows(int dimension);

    /// <summary>Number of rows of working memory that the functions need.</summary>
    static abstract int WorkspaceRows(int dimension);

    /// <summary><c>A(η)</c>, one row.</summary>
    static abstract TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>⟨u⟩ = ∇A(η)</c>, as many rows as <c>η</c>.</summary>
    static abstract TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>-⟨log p(x)⟩</c>, one row; not called when <see cref="HasEntropy"/> is false.</summary>
    static abstract TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>KL(q ‖ p)</c> of the distributions with parameters <paramref name="eta"/> and <paramref name="etaOfP"/>, one row.</summary>
    static abstract TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>log p(x)</c>, one row.</summary>
    static abstract TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>u(x)</c>, as many rows as <c>η</c>.</summary>
    static abstract TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The standard parameters of <c>η</c>, as many rows as <c>η</c>.</summary>
    static abstract TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>η</c> of standard parameters, as many rows as those.</summary>
    static abstract TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
