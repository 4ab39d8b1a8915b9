using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Sizes of Cholesky factors and of what holds matrices.</summary>
internal static class Cholesky
{
    /// <summary>Rows of working memory of a factor: the matrix, the reciprocals of its diagonal, a vector.</summary>
    public static int Rows(int dimension) => dimension * (dimension + 2);

    /// <summary><c>p</c> with <c>p + p² = rows</c>; 0 when there is none.</summary>
    public static int DimensionWithVector(long rows)
    {
        var p = Root(rows);
        return p + p * p == rows ? (int)p : 0;
    }

    /// <summary><c>p</c> with <c>1 + p² = rows</c>; 0 when there is none.</summary>
    public static int DimensionWithScalar(long rows)
    {
        var p = Root(rows);
        return 1 + p * p == rows ? (int)p : 0;
    }

    // For p >= 1, p² <= p² + 1 < (p + 1)² and p² <= p² + p < (p + 1)².
    private static long Root(long rows) => rows is > 1 and <= int.MaxValue ? (long)Math.Sqrt(rows) : 0;
}

/// <summary>The Cholesky factor <c>L Lᵀ</c> of a symmetric positive definite matrix per lane, in working memory of <see cref="Cholesky.Rows"/> rows. Meant for small matrices, up to about 64.</summary>
internal readonly struct Cholesky<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _p;

    // L, row-major; only the lower triangle is written. The reciprocals of its diagonal, so that no solve divides.
    private readonly Plate<TLanes, T> _lower;
    private readonly Plate<TLanes, T> _reciprocal;

    public Cholesky(Plate<TLanes, T> workspace, int dimension)
    {
        _p = dimension;
        _lower = workspace;
        _reciprocal = workspace.From(dimension * dimension);
        Vector = workspace.From(dimension * dimension + dimension);
    }

    /// <summary>The vector that solves leave.</summary>
    public Plate<TLanes, T> Vector { get; }

    /// <summary>Factors <c>scale (S + Sᵀ)</c>, <c>S</c> row-major; the mask of the lanes where it is positive definite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes Factor(Plate<TLanes, T> source, TLanes scale)
    {
        var lower = _lower;
        var reciprocals = _reciprocal;
        var valid = TLanes.Equal(TLanes.Zero, TLanes.Zero);
        for (nint j = 0; j < _p; j++)
        {
            var columnRow = lower.From(j * _p);
            var reciprocal = TLanes.Zero;
            for (var i = j; i < _p; i++)
            {
                var row = lower.From(i * _p);
                var sum = scale * (source[i * _p + j] + source[j * _p + i]);
                for (nint k = 0; k < j; k++)
                {
                    sum = TLanes.FusedMultiplyAdd(-row[k], columnRow[k], sum);
                }

                if (i == j)
                {
                    // Entries that are infinite or NaN reach the pivot of their row.
                    valid = TLanes.And(valid, Functions.IsPositive<TLanes, T>(sum));
                    var root = TLanes.Sqrt(sum);
                    reciprocal = TLanes.Constant(1) / root;
                    row[j] = root;
                    reciprocals[j] = reciprocal;
                }
                else
                {
                    row[j] = sum * reciprocal;
                }
            }
        }

        return valid;
    }

    /// <summary>The mask of the lanes where the first <c>p</c> rows are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes IsFinite(Plate<TLanes, T> vector)
    {
        var valid = Functions.IsFinite<TLanes, T>(vector[0]);
        for (nint i = 1; i < _p; i++)
        {
            valid = TLanes.And(valid, Functions.IsFinite<TLanes, T>(vector[i]));
        }

        return valid;
    }

    /// <summary>The logarithm of the determinant of <c>L Lᵀ</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes LogDeterminant()
    {
        var sum = TLanes.Zero;
        for (nint i = 0; i < _p; i++)
        {
            sum += Functions.Log<TLanes, T>(_lower[i * _p + i]);
        }

        return sum + sum;
    }

    /// <summary><see cref="Vector"/> becomes <c>L⁻¹ b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveLower(Plate<TLanes, T> b)
    {
        var vector = Vector;
        for (nint i = 0; i < _p; i++)
        {
            var row = _lower.From(i * _p);
            var sum = b[i];
            for (nint k = 0; k < i; k++)
            {
                sum = TLanes.FusedMultiplyAdd(-row[k], vector[k], sum);
            }

            vector[i] = sum * _reciprocal[i];
        }
    }

    /// <summary><see cref="Vector"/> <c>v</c> becomes <c>L⁻ᵀ v</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveUpper()
    {
        var vector = Vector;
        for (nint i = _p - 1; i >= 0; i--)
        {
            var sum = vector[i];
            for (var k = i + 1; k < _p; k++)
            {
                sum = TLanes.FusedMultiplyAdd(-_lower[k * _p + i], vector[k], sum);
            }

            vector[i] = sum * _reciprocal[i];
        }
    }

    /// <summary><c>vᵀv</c> of <see cref="Vector"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes SquaredNorm()
    {
        var sum = TLanes.Zero;
        for (nint i = 0; i < _p; i++)
        {
            sum = TLanes.FusedMultiplyAdd(Vector[i], Vector[i], sum);
        }

        return sum;
    }

    /// <summary><c>vᵀ L Lᵀ v</c> of <see cref="Vector"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes SquaredNormOfProduct()
    {
        var sum = TLanes.Zero;
        for (nint j = 0; j < _p; j++)
        {
            var product = TLanes.Zero;
            for (var i = j; i < _p; i++)
            {
                product = TLanes.FusedMultiplyAdd(_lower[i * _p + j], Vector[i], product);
            }

            sum = TLanes.FusedMultiplyAdd(product, product, sum);
        }

        return sum;
    }

    /// <summary>Column <paramref name="j"/> of <c>M = L⁻¹ L'</c>: its diagonal element, and the sum of the squares below it. <see cref="Vector"/> is used up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes SolveColumn(in Cholesky<TLanes, T> other, nint j, out TLanes diagonal)
    {
        var vector = Vector;
        diagonal = other._lower[j * _p + j] * _reciprocal[j];
        vector[j] = diagonal;
        var squares = TLanes.Zero;
        for (var i = j + 1; i < _p; i++)
        {
            var row = _lower.From(i * _p);
            var sum = other._lower[i * _p + j];
            for (var k = j; k < i; k++)
            {
                sum = TLanes.FusedMultiplyAdd(-row[k], vector[k], sum);
            }

            sum *= _reciprocal[i];
            vector[i] = sum;
            squares = TLanes.FusedMultiplyAdd(sum, sum, squares);
        }

        return squares;
    }

    /// <summary><c>L</c> becomes <c>L⁻¹</c>, in place; afterwards only <see cref="InverseElement"/> and <see cref="StoreInverse"/> mean something.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invert()
    {
        var lower = _lower;
        for (nint i = 0; i < _p; i++)
        {
            var row = lower.From(i * _p);
            var minus = -_reciprocal[i];

            // Element j of the row needs the row's old elements from j on, and the inverse's rows above.
            for (nint j = 0; j < i; j++)
            {
                var sum = TLanes.Zero;
                for (var k = j; k < i; k++)
                {
                    sum = TLanes.FusedMultiplyAdd(row[k], lower[k * _p + j], sum);
                }

                row[j] = minus * sum;
            }

            row[i] = _reciprocal[i];
        }
    }

    /// <summary>Element <c>(i, j)</c>, <c>j ≤ i</c>, of <c>(L Lᵀ)⁻¹</c>; after <see cref="Invert"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TLanes InverseElement(nint i, nint j)
    {
        var sum = TLanes.Zero;
        for (var k = i; k < _p; k++)
        {
            sum = TLanes.FusedMultiplyAdd(_lower[k * _p + i], _lower[k * _p + j], sum);
        }

        return sum;
    }

    /// <summary>Writes <c>scale (L Lᵀ)⁻¹</c>, row-major; after <see cref="Invert"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void StoreInverse(Plate<TLanes, T> output, TLanes scale)
    {
        for (nint i = 0; i < _p; i++)
        {
            for (nint j = 0; j <= i; j++)
            {
                var element = scale * InverseElement(i, j);
                output[i * _p + j] = element;
                output[j * _p + i] = element;
            }
        }
    }
}
