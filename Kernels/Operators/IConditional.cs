using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// A conditional distribution <c>p(x | first, second)</c> of a conjugate-exponential model, whose logarithm is linear in the statistics of each of its variables:
/// <c>log p = Σ_f s_f(x) g_f(u(first), u(second)) + log h(x)</c>. A type argument of the conditional kernels of <see cref="NaturalParameterKernels{T}"/>.
/// </summary>
/// <remarks>
/// <c>s</c> are the statistics of the factor: a count of 1 where the parents have a normaliser, then the sufficient statistics of the child, each once. Every function works
/// on <c>TLanes.Count</c> factors at a time and writes rows of a <see cref="Plate{TLanes, T}"/>; NaN is passed on. <c>p</c> is the dimension.
/// Source: J. Winn and C. Bishop, Variational message passing, JMLR 6 (2005), section 2.4.
/// </remarks>
public interface IConditional
{
    /// <summary>Number of rows of <c>s</c> and <c>g</c>.</summary>
    static abstract int StatisticsRows(int dimension);

    /// <summary>Number of rows of the child's <c>u(x)</c>.</summary>
    static abstract int ChildRows(int dimension);

    /// <summary>Number of rows of the first parent's <c>⟨u⟩</c>.</summary>
    static abstract int FirstRows(int dimension);

    /// <summary>Number of rows of the second parent's <c>⟨u⟩</c>; 0 when there is none.</summary>
    static abstract int SecondRows(int dimension);

    /// <summary><c>s</c> of the child's <c>⟨u(x)⟩</c>.</summary>
    static abstract void Statistics<TLanes, T>(Plate<TLanes, T> child, Plate<TLanes, T> statistics, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary><c>g</c> of the parents' <c>⟨u⟩</c>.</summary>
    static abstract void Parameters<TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> parameters, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The message to the child, its natural parameters under <c>g</c>.</summary>
    static abstract void MessageToChild<TLanes, T>(Plate<TLanes, T> parameters, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The message to the first parent, of <c>s</c> and the second parent's <c>⟨u⟩</c>.</summary>
    static abstract void MessageToFirst<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> second, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The message to the second parent, of <c>s</c> and the first parent's <c>⟨u⟩</c>; not called when it has no random second parent.</summary>
    static abstract void MessageToSecond<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> first, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>One of the functions of an <see cref="IConditional"/>, for devices.</summary>
public interface IConditionalFunction
{
    /// <summary>Computes one register of factors.</summary>
    static abstract void Invoke<TConditional, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, int dimension)
        where TConditional : struct, IConditional
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
