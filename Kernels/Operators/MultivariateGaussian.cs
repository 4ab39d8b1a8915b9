using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Multivariate Gaussian with mean <c>μ [p]</c> and precision <c>Λ [p, p]</c>: <c>η = (Λμ, -Λ/2)</c>, <c>u(x) = (x, xxᵀ)</c>, <c>Λ ≻ 0</c>. Standard parameters: mean, covariance.
/// </summary>
/// <remarks>
/// <c>A = -¼ η₁ᵀ η₂⁻¹ η₁ - ½ log det(-2η₂)</c>, base measure <c>(2π)^(-p/2)</c>. One variable takes a column of <c>p + p²</c> rows, matrices row-major. Only the
/// symmetric part of a matrix counts (<c>xxᵀ</c> meets no other), so messages need not be symmetric to the last bit. Cholesky factors, one variable per lane.
/// </remarks>
public readonly struct MultivariateGaussian : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "Λμ, -Λ/2: p + p² rows";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => Cholesky.DimensionWithVector(rows);

    /// <inheritdoc/>
    public static int ValueRows(int dimension) => dimension;

    /// <inheritdoc/>
    public static int WorkspaceRows(int dimension) => 2 * Cholesky.Rows(dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = factor.Factor(eta.From(dimension), TLanes.Constant(-1));
        factor.SolveLower(eta);
        output[0] = TLanes.Constant(0.5) * (factor.SquaredNorm() - factor.LogDeterminant());
        return TLanes.And(valid, Functions.IsFinite<TLanes, T>(output[0]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(dimension), TLanes.Constant(-1)), factor.IsFinite(eta));
        factor.SolveLower(eta);
        factor.SolveUpper();
        factor.Invert();
        for (nint i = 0; i < dimension; i++)
        {
            var mean = factor.Vector[i];
            output[i] = mean;
            for (nint j = 0; j <= i; j++)
            {
                var second = TLanes.FusedMultiplyAdd(mean, factor.Vector[j], factor.InverseElement(i, j));
                output[dimension + i * dimension + j] = second;
                output[dimension + j * dimension + i] = second;
            }
        }

        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ½ p log 2πe - ½ log det Λ
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(dimension), TLanes.Constant(-1)), factor.IsFinite(eta));
        output[0] = TLanes.FusedMultiplyAdd(TLanes.Constant(-0.5), factor.LogDeterminant(), TLanes.Constant(1.4189385332046727 * dimension));
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // With Λ = L Lᵀ, Λ' = L' L'ᵀ and M = L⁻¹ L': ½ Σ (M_jj² - 1 - log M_jj²) + ½ Σ_{i>j} M_ij² + ½ ‖L'ᵀ(μ - μ')‖²
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var factorOfP = new Cholesky<TLanes, T>(workspace.From(Cholesky.Rows(dimension)), dimension);
        var valid = TLanes.And(factor.Factor(eta.From(dimension), TLanes.Constant(-1)), factorOfP.Factor(etaOfP.From(dimension), TLanes.Constant(-1)));
        valid = TLanes.And(valid, TLanes.And(factor.IsFinite(eta), factor.IsFinite(etaOfP)));
        var sum = TLanes.Zero;
        for (nint j = 0; j < dimension; j++)
        {
            var below = factor.SolveColumn(factorOfP, j, out var diagonal);
            sum += below + Functions.ItakuraSaito<TLanes, T>(diagonal * diagonal);
        }

        factor.SolveLower(eta);
        factor.SolveUpper();
        factorOfP.SolveLower(etaOfP);
        factorOfP.SolveUpper();
        for (nint i = 0; i < dimension; i++)
        {
            var vector = factorOfP.Vector;
            vector[i] = factor.Vector[i] - vector[i];
        }

        output[0] = TLanes.Constant(0.5) * (sum + factorOfP.SquaredNormOfProduct());
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(dimension), TLanes.Constant(-1)), TLanes.And(factor.IsFinite(eta), factor.IsFinite(x)));
        factor.SolveLower(eta);
        factor.SolveUpper();
        var vector = factor.Vector;
        for (nint i = 0; i < dimension; i++)
        {
            vector[i] = x[i] - vector[i];
        }

        var half = TLanes.Constant(0.5);
        output[0] = half * (factor.LogDeterminant() - factor.SquaredNormOfProduct()) - TLanes.Constant(0.91893853320467274 * dimension);
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var valid = Functions.IsFinite<TLanes, T>(x[0]);
        for (nint i = 0; i < dimension; i++)
        {
            var value = x[i];
            valid = TLanes.And(valid, Functions.IsFinite<TLanes, T>(value));
            output[i] = value;
            for (nint j = 0; j < dimension; j++)
            {
                output[dimension + i * dimension + j] = value * x[j];
            }
        }

        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ToStandard<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(dimension), TLanes.Constant(-1)), factor.IsFinite(eta));
        factor.SolveLower(eta);
        factor.SolveUpper();
        factor.Invert();
        for (nint i = 0; i < dimension; i++)
        {
            output[i] = factor.Vector[i];
        }

        factor.StoreInverse(output.From(dimension), TLanes.Constant(1));
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(standard.From(dimension), TLanes.Constant(0.5)), factor.IsFinite(standard));
        factor.SolveLower(standard);
        factor.SolveUpper();
        factor.Invert();
        for (nint i = 0; i < dimension; i++)
        {
            output[i] = factor.Vector[i];
        }

        factor.StoreInverse(output.From(dimension), TLanes.Constant(-0.5));
        return valid;
    }
}
