using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// Wishart over <c>p × p</c> matrices with <c>ν</c> degrees of freedom and scale <c>V</c>, mean <c>νV</c>: <c>η = ((ν - p - 1)/2, -V⁻¹/2)</c>, <c>u(X) = (log det X, X)</c>,
/// <c>ν &gt; p - 1</c>, <c>V ≻ 0</c>, <c>X ≻ 0</c>. Standard parameters: ν, V.
/// </summary>
/// <remarks>
/// With <c>a = ν/2</c> and <c>B = V⁻¹/2</c> it is the Gamma distribution of matrices: <c>A = log Γ_p(a) - a log det B</c>,
/// <c>log Γ_p(a) = ¼ p(p - 1) log π + Σ_j log Γ(a_j)</c>, <c>a_j = a - j/2</c>, <c>j = 0 … p - 1</c>; base measure 1. One variable takes a column of <c>1 + p²</c> rows, matrices
/// row-major; only the symmetric part of a matrix counts. Cholesky factors, one variable per lane.
/// </remarks>
public readonly struct Wishart : IExponentialFamily
{
    /// <inheritdoc/>
    public static string Parameters => "(ν - p - 1)/2, -V⁻¹/2: 1 + p² rows";

    /// <inheritdoc/>
    public static bool HasEntropy => true;

    /// <inheritdoc/>
    public static int DimensionOf(long rows) => Cholesky.DimensionWithScalar(rows);

    /// <inheritdoc/>
    public static int ValueRows(int dimension) => dimension * dimension;

    /// <inheritdoc/>
    public static int WorkspaceRows(int dimension) => 2 * Cholesky.Rows(dimension);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogPartition<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), InDomain<TLanes, T>(eta[0]));
        output[0] = TLanes.FusedMultiplyAdd(-HalfDof<TLanes, T>(eta[0], dimension), factor.LogDeterminant(), LogGamma<TLanes, T>(eta[0], dimension));
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes ExpectedStatistics<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Σ ψ(a_j) - log det B; a B⁻¹
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), InDomain<TLanes, T>(eta[0]));
        var sum = -factor.LogDeterminant();
        for (nint j = 0; j < dimension; j++)
        {
            sum += Functions.Digamma<TLanes, T>(Shape<TLanes, T>(eta[0], dimension, j));
        }

        var halfDof = HalfDof<TLanes, T>(eta[0], dimension);
        output[0] = sum;
        factor.Invert();
        factor.StoreInverse(output.From(1), halfDof);
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes Entropy<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Σ_j ((n_j - ½) log a_j + ½ log 2π + H(a_j, n_j) + j/2) + ¼ p(p - 1) log π - ½ (p + 1) log det B, n_j = (p + 1 - j)/2
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), InDomain<TLanes, T>(eta[0]));
        var sum = TLanes.Constant(0.25 * dimension * (dimension - 1) * (LogPi + 1) + 0.91893853320467274 * dimension);
        for (nint j = 0; j < dimension; j++)
        {
            var shape = Shape<TLanes, T>(eta[0], dimension, j);
            var n = TLanes.Constant(0.5 * (dimension + 1 - j));
            sum += TLanes.FusedMultiplyAdd(n - TLanes.Constant(0.5), Functions.Log<TLanes, T>(shape), Functions.LogGammaEntropy<TLanes, T>(shape, n));
        }

        output[0] = TLanes.FusedMultiplyAdd(TLanes.Constant(-0.5 * (dimension + 1)), factor.LogDeterminant(), sum);
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes KullbackLeibler<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> etaOfP, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // With B = L Lᵀ, B' = L' L'ᵀ, M = L⁻¹ L' and δ = a' - a: a Σ_{i>j} M_ij²
        // + Σ_j (a' (r_j - 1 - log r_j) + a' log(1 + j δ / 2 a_j a') - ½ j log(1 + δ/a_j) + G(a'_j, a_j)), r_j = M_jj² a/a'
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var factorOfP = new Cholesky<TLanes, T>(workspace.From(Cholesky.Rows(dimension)), dimension);
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), factorOfP.Factor(etaOfP.From(1), TLanes.Constant(-0.5)));
        valid = TLanes.And(valid, TLanes.And(InDomain<TLanes, T>(eta[0]), InDomain<TLanes, T>(etaOfP[0])));
        var halfDof = HalfDof<TLanes, T>(eta[0], dimension);
        var halfDofOfP = HalfDof<TLanes, T>(etaOfP[0], dimension);
        var difference = etaOfP[0] - eta[0];
        var ratio = halfDof / halfDofOfP;
        var sum = TLanes.Zero;
        for (nint j = 0; j < dimension; j++)
        {
            var shape = Shape<TLanes, T>(eta[0], dimension, j);
            var half = TLanes.Constant(0.5 * j);
            var below = factor.SolveColumn(factorOfP, j, out var diagonal);
            var relative = difference / shape;
            var shifts = TLanes.FusedMultiplyAdd(halfDofOfP, Functions.Log1p<TLanes, T>(half * relative / halfDofOfP), -half * Functions.Log1p<TLanes, T>(relative));
            var rest = Functions.LogGammaDivergence<TLanes, T>(Shape<TLanes, T>(etaOfP[0], dimension, j), shape) + shifts;
            sum += TLanes.FusedMultiplyAdd(halfDof, below, TLanes.FusedMultiplyAdd(halfDofOfP, Functions.ItakuraSaito<TLanes, T>(diagonal * diagonal * ratio), rest));
        }

        output[0] = sum;
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes LogDensity<TLanes, T>(Plate<TLanes, T> eta, Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var factorOfValue = new Cholesky<TLanes, T>(workspace.From(Cholesky.Rows(dimension)), dimension);
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), factorOfValue.Factor(x, TLanes.Constant(0.5)));
        var product = TLanes.Zero;
        for (nint i = 0; i < dimension; i++)
        {
            for (nint j = 0; j < dimension; j++)
            {
                product = TLanes.FusedMultiplyAdd(eta[1 + i * dimension + j], TLanes.Constant(0.5) * (x[i * dimension + j] + x[j * dimension + i]), product);
            }
        }

        var value = TLanes.FusedMultiplyAdd(eta[0], factorOfValue.LogDeterminant(), product) - LogGamma<TLanes, T>(eta[0], dimension);
        output[0] = TLanes.FusedMultiplyAdd(HalfDof<TLanes, T>(eta[0], dimension), factor.LogDeterminant(), value);
        return TLanes.And(valid, InDomain<TLanes, T>(eta[0]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes SufficientStatistics<TLanes, T>(Plate<TLanes, T> x, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = factor.Factor(x, TLanes.Constant(0.5));
        output[0] = factor.LogDeterminant();
        for (nint i = 0; i < dimension; i++)
        {
            for (nint j = 0; j < dimension; j++)
            {
                output[1 + i * dimension + j] = TLanes.Constant(0.5) * (x[i * dimension + j] + x[j * dimension + i]);
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
        var valid = TLanes.And(factor.Factor(eta.From(1), TLanes.Constant(-0.5)), InDomain<TLanes, T>(eta[0]));
        var halfDof = HalfDof<TLanes, T>(eta[0], dimension);
        output[0] = halfDof + halfDof;
        factor.Invert();
        factor.StoreInverse(output.From(1), TLanes.Constant(0.5));
        return valid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TLanes FromStandard<TLanes, T>(Plate<TLanes, T> standard, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factor = new Cholesky<TLanes, T>(workspace, dimension);
        var valid = factor.Factor(standard.From(1), TLanes.Constant(0.5));
        output[0] = TLanes.Constant(0.5) * (standard[0] - TLanes.Constant(dimension + 1));
        factor.Invert();
        factor.StoreInverse(output.From(1), TLanes.Constant(-0.5));
        return TLanes.And(valid, InDomain<TLanes, T>(output[0]));
    }

    private const double LogPi = 1.1447298858494002;

    // a_j = a - j/2 = η₁ + 1 + (p - 1 - j)/2, all positive where η₁ > -1
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Shape<TLanes, T>(TLanes first, int dimension, nint j)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => first + TLanes.Constant(1) + TLanes.Constant(0.5 * (dimension - 1 - j));

    // a = ν/2
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes HalfDof<TLanes, T>(TLanes first, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Shape<TLanes, T>(first, dimension, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes InDomain<TLanes, T>(TLanes first)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.IsPositive<TLanes, T>(first + TLanes.Constant(1));

    // log Γ_p(a)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogGamma<TLanes, T>(TLanes first, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = TLanes.Constant(0.25 * dimension * (dimension - 1) * LogPi);
        for (nint j = 0; j < dimension; j++)
        {
            sum += Functions.LogGammaCalled<TLanes, T>(Shape<TLanes, T>(first, dimension, j));
        }

        return sum;
    }
}
