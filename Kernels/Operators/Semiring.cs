namespace Native.Kernels;

/// <summary>
/// What belief propagation does with the states that a message sums out, in the log domain (the commutative semirings of Aji and McEliece 2000,
/// "The generalized distributive law"); a type argument of kernels.
/// </summary>
public interface ISemiring
{
    /// <summary>Whether states are maximised over (<see cref="MaxProduct"/>) instead of summed (<see cref="SumProduct"/>).</summary>
    static abstract bool IsMaximum { get; }
}

/// <summary>Sums over states: messages are log-sum-exps, normalised so that theirs is 0. Gives marginals and the Bethe log partition.</summary>
public readonly struct SumProduct : ISemiring
{
    /// <inheritdoc/>
    public static bool IsMaximum => false;
}

/// <summary>Maximises over states: messages are maxima, normalised so that theirs is 0. Gives max-marginals and the most probable states.</summary>
public readonly struct MaxProduct : ISemiring
{
    /// <inheritdoc/>
    public static bool IsMaximum => true;
}

/// <summary>The semirings of belief propagation, by the names that options and files use.</summary>
public enum Semiring
{
    /// <summary><see cref="Kernels.SumProduct"/>.</summary>
    SumProduct,

    /// <summary><see cref="Kernels.MaxProduct"/>.</summary>
    MaxProduct,
}
