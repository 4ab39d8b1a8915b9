namespace Native.Bench;

/// <summary>Principal components of data: the eigenvectors of their covariance, by Jacobi's rotations.</summary>
internal sealed class PrincipalComponents
{
    private const int MostSweeps = 50;

    /// <summary>Finds all of them.</summary>
    /// <param name="x">Data <c>[n, width]</c>, row by row.</param>
    /// <param name="width">Number of coordinates.</param>
    public PrincipalComponents(ReadOnlySpan<double> x, int width)
    {
        var n = x.Length / width;
        (Mean, Width) = (new double[width], width);
        for (var i = 0; i < x.Length; i++)
        {
            Mean[i % width] += x[i] / n;
        }

        var covariance = new double[width * width];
        for (var row = 0; row < n; row++)
        {
            for (var i = 0; i < width; i++)
            {
                var deviation = (x[row * width + i] - Mean[i]) / n;
                for (var j = 0; j < width; j++)
                {
                    covariance[i * width + j] += deviation * (x[row * width + j] - Mean[j]);
                }
            }
        }

        var vectors = Diagonalise(covariance, width);
        int[] order = [.. Enumerable.Range(0, width).OrderByDescending(i => covariance[i * width + i])];
        Variances = Array.ConvertAll(order, i => Math.Max(0, covariance[i * width + i]));
        Directions = [.. order.SelectMany(i => Enumerable.Range(0, width).Select(j => vectors[j * width + i]))];
    }

    /// <summary>Number of coordinates.</summary>
    public int Width { get; }

    /// <summary>The mean of the data, <c>[width]</c>.</summary>
    public double[] Mean { get; }

    /// <summary>The variance along every component, largest first.</summary>
    public double[] Variances { get; }

    /// <summary>The components as unit vectors, one a row, <c>[width, width]</c>; the sign of each is as it comes.</summary>
    public double[] Directions { get; }

    /// <summary>The first coordinates of data in these components, <c>[n, count]</c>.</summary>
    public double[] Project(ReadOnlySpan<double> x, int count)
    {
        var scores = new double[x.Length / Width * count];
        for (var i = 0; i < scores.Length; i++)
        {
            var (row, component) = (i / count, i % count);
            for (var j = 0; j < Width; j++)
            {
                scores[i] += Directions[component * Width + j] * (x[row * Width + j] - Mean[j]);
            }
        }

        return scores;
    }

    /// <summary>The inverse of a symmetric and positive definite matrix.</summary>
    public static double[] Invert(ReadOnlySpan<double> matrix, int width)
    {
        var values = matrix.ToArray();
        var vectors = Diagonalise(values, width);
        var inverse = new double[matrix.Length];
        for (var i = 0; i < inverse.Length; i++)
        {
            for (var k = 0; k < width; k++)
            {
                inverse[i] += vectors[i / width * width + k] * vectors[i % width * width + k] / values[k * width + k];
            }
        }

        return inverse;
    }

    /// <summary>Rotates pairs of coordinates until the symmetric matrix is diagonal (Golub and Van Loan, section 8.5).</summary>
    /// <returns>The eigenvectors, one a column.</returns>
    private static double[] Diagonalise(double[] matrix, int width)
    {
        var vectors = new double[width * width];
        for (var i = 0; i < width; i++)
        {
            vectors[i * width + i] = 1;
        }

        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            double off = 0, all = 0;
            for (var i = 0; i < matrix.Length; i++)
            {
                all += matrix[i] * matrix[i];
                off += i / width == i % width ? 0 : matrix[i] * matrix[i];
            }

            if (off <= 1e-28 * all)
            {
                break;
            }

            for (var p = 0; p < width; p++)
            {
                for (var q = p + 1; q < width; q++)
                {
                    if (matrix[p * width + q] != 0)
                    {
                        Rotate(matrix, vectors, width, p, q);
                    }
                }
            }
        }

        return vectors;
    }

    private static void Rotate(double[] matrix, double[] vectors, int width, int p, int q)
    {
        var ratio = (matrix[q * width + q] - matrix[p * width + p]) / (2 * matrix[p * width + q]);
        var tangent = (ratio >= 0 ? 1 : -1) / (Math.Abs(ratio) + Math.Sqrt(1 + ratio * ratio));
        var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        var sine = tangent * cosine;
        for (var i = 0; i < width; i++)
        {
            Turn(ref matrix[i * width + p], ref matrix[i * width + q]);
            Turn(ref vectors[i * width + p], ref vectors[i * width + q]);
        }

        for (var i = 0; i < width; i++)
        {
            Turn(ref matrix[p * width + i], ref matrix[q * width + i]);
        }

        void Turn(ref double a, ref double b) => (a, b) = (cosine * a - sine * b, sine * a + cosine * b);
    }
}
