namespace Native.Kernels;

/// <summary>The reductions over the edges of a node or the rows of a segment, by the names that options and files use.</summary>
public enum Reduction
{
    /// <summary><see cref="Kernels.Sum"/>.</summary>
    Sum,

    /// <summary><see cref="Kernels.Mean"/>.</summary>
    Mean,

    /// <summary><see cref="Kernels.Max"/>.</summary>
    Max,

    /// <summary><see cref="Kernels.Min"/>.</summary>
    Min,
}

/// <summary>Work that takes a reduction as a type argument; see <see cref="ReductionExtensions.Dispatch"/>.</summary>
public interface IReductionVisitor
{
    /// <summary>Does the work with <typeparamref name="TReduction"/>.</summary>
    void Visit<TReduction>()
        where TReduction : struct, IReduction;
}

/// <summary>The way from <see cref="Reduction"/> values to type arguments.</summary>
public static class ReductionExtensions
{
    /// <summary>Calls <paramref name="visitor"/> with the type that <paramref name="reduction"/> names. Allocates nothing; results stay in the visitor.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="reduction"/> is no named value.</exception>
    public static void Dispatch<TVisitor>(this Reduction reduction, ref TVisitor visitor)
        where TVisitor : struct, IReductionVisitor, allows ref struct
    {
        switch (reduction)
        {
            case Reduction.Sum:
                visitor.Visit<Sum>();
                break;
            case Reduction.Mean:
                visitor.Visit<Mean>();
                break;
            case Reduction.Max:
                visitor.Visit<Max>();
                break;
            case Reduction.Min:
                visitor.Visit<Min>();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Expected one of Sum, Mean, Max, Min.");
        }
    }
}
