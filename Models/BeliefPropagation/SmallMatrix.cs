namespace Native.Models;

/// <summary>Dense algebra on matrices of a few rows, row-major: plain loops, which for such sizes nothing beats.</summary>
internal static class SmallMatrix
{
    private const double SymmetryTolerance = 1e-12;

    /// <summary>Cholesky: overwrites the lower triangle of a symmetric matrix <c>[d, d]</c> with <c>L</c>, <c>A = L Lᵀ</c>. False when it is not positive definite.</summary>
    public static bool Factorise(Span<double> matrix, int d)
    {
        for (var column = 0; column < d; column++)
        {
            for (var row = column; row < d; row++)
            {
                var sum = matrix[row * d + column];
                for (var k = 0; k < column; k++)
                {
                    sum -= matrix[row * d + k] * matrix[column * d + k];
                }

                if (row > column)
                {
                    matrix[row * d + column] = sum / matrix[column * d + column];
                }
                else if (sum > 0 && double.IsFinite(sum))
                {
                    matrix[row * d + column] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary><c>X ← L⁻¹ X</c>, <c>X [d, columns]</c>.</summary>
    public static void SolveLower(ReadOnlySpan<double> factor, int d, Span<double> x, int columns)
    {
        for (var row = 0; row < d; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var sum = x[row * columns + column];
                for (var k = 0; k < row; k++)
                {
                    sum -= factor[row * d + k] * x[k * columns + column];
                }

                x[row * columns + column] = sum / factor[row * d + row];
            }
        }
    }

    /// <summary><c>X ← L⁻ᵀ X</c>, <c>X [d, columns]</c>.</summary>
    public static void SolveUpper(ReadOnlySpan<double> factor, int d, Span<double> x, int columns)
    {
        for (var row = d - 1; row >= 0; row--)
        {
            for (var column = 0; column < columns; column++)
            {
                var sum = x[row * columns + column];
                for (var k = row + 1; k < d; k++)
                {
                    sum -= factor[k * d + row] * x[k * columns + column];
                }

                x[row * columns + column] = sum / factor[row * d + row];
            }
        }
    }

    /// <summary><c>inverse = (L Lᵀ)⁻¹</c>.</summary>
    public static void Invert(ReadOnlySpan<double> factor, int d, Span<double> inverse)
    {
        inverse.Clear();
        for (var i = 0; i < d; i++)
        {
            inverse[i * d + i] = 1;
        }

        SolveLower(factor, d, inverse, d);
        SolveUpper(factor, d, inverse, d);
    }

    /// <summary><c>½ log det (L Lᵀ)</c>.</summary>
    public static double LogDiagonal(ReadOnlySpan<double> factor, int d)
    {
        var sum = 0.0;
        for (var i = 0; i < d; i++)
        {
            sum += Math.Log(factor[i * d + i]);
        }

        return sum;
    }

    /// <summary><c>⟨a, b⟩</c>.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary><c>C += α A B</c>, <c>A [m, k]</c>, <c>B [k, n]</c>, <c>C [m, n]</c>.</summary>
    public static void AddProduct(double alpha, ReadOnlySpan<double> a, ReadOnlySpan<double> b, int m, int k, int n, Span<double> c)
    {
        for (var row = 0; row < m; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var sum = 0.0;
                for (var i = 0; i < k; i++)
                {
                    sum += a[row * k + i] * b[i * n + column];
                }

                c[row * n + column] += alpha * sum;
            }
        }
    }

    /// <summary><c>C += α Aᵀ B</c>, <c>A [k, m]</c>, <c>B [k, n]</c>, <c>C [m, n]</c>.</summary>
    public static void AddTransposedProduct(double alpha, ReadOnlySpan<double> a, ReadOnlySpan<double> b, int k, int m, int n, Span<double> c)
    {
        for (var row = 0; row < m; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var sum = 0.0;
                for (var i = 0; i < k; i++)
                {
                    sum += a[i * m + row] * b[i * n + column];
                }

                c[row * n + column] += alpha * sum;
            }
        }
    }

    /// <summary>The transpose of <c>[rows, columns]</c>.</summary>
    public static double[] Transpose(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        var transpose = new double[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                transpose[column * rows + row] = matrix[row * columns + column];
            }
        }

        return transpose;
    }

    /// <summary>Whether a matrix <c>[d, d]</c> is its own transpose up to rounding.</summary>
    public static bool IsSymmetric(ReadOnlySpan<double> matrix, int d)
    {
        for (var row = 0; row < d; row++)
        {
            for (var column = 0; column < row; column++)
            {
                double lower = matrix[row * d + column], upper = matrix[column * d + row];
                if (Math.Abs(lower - upper) > SymmetryTolerance * Math.Max(Math.Abs(lower), Math.Abs(upper)))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
