using Native.Kernels;

namespace Native.Tests;

/// <summary>Natural parameters inside a family's domain.</summary>
public readonly struct NaturalElements<TFamily> : IElements
    where TFamily : struct, IExponentialFamily
{
    /// <inheritdoc/>
    public static double At(long row, long column, long rows, Random random)
    {
        var u = random.NextDouble();
        // 0 for a number of rows that no dimension has: an argument test, which must come as far as the kernel.
        var p = Math.Max(1, TFamily.DimensionOf(rows));
        if (typeof(TFamily) == typeof(Gaussian))
        {
            return row == 0 ? 4 * u - 2 : -0.2 - 2 * u;
        }

        if (typeof(TFamily) == typeof(Gamma))
        {
            return row == 0 ? -0.9 + 8 * u : -0.2 - 2 * u;
        }

        if (typeof(TFamily) == typeof(MultivariateGaussian))
        {
            return row < p ? 4 * u - 2 : -0.5 * FamilySamples.PositiveDefinite(row - p, column, p);
        }

        if (typeof(TFamily) == typeof(Wishart))
        {
            return row == 0 ? -0.8 + 4 * u : -0.5 * FamilySamples.PositiveDefinite(row - 1, column, p);
        }

        // An outcome that cannot be, here and there; the same ones in every matrix, so that divergences stay finite.
        return typeof(TFamily) == typeof(Categorical) ? row == 1 && column % 3 == 0 ? double.NegativeInfinity : 6 * u - 3
            : typeof(TFamily) == typeof(Bernoulli) ? 12 * u - 6
            : typeof(TFamily) == typeof(Poisson) ? 4 * u - 1
            : -0.9 + 8 * u;
    }
}

/// <summary>Values inside a family's support.</summary>
public readonly struct ValueElements<TFamily> : IElements
    where TFamily : struct, IExponentialFamily
{
    /// <inheritdoc/>
    public static double At(long row, long column, long rows, Random random)
    {
        var u = random.NextDouble();
        return typeof(TFamily) == typeof(Gamma) ? 0.1 + 4 * u
            : typeof(TFamily) == typeof(Beta) ? 0.05 + 0.9 * u
            : typeof(TFamily) == typeof(Bernoulli) ? Math.Round(u)
            : typeof(TFamily) == typeof(Categorical) ? 2 * (column % 2 == 0 ? 0 : 0.5)
            : typeof(TFamily) == typeof(Poisson) ? Math.Round(20 * u)
            : typeof(TFamily) == typeof(Dirichlet) ? 2 * (row + 1.0) / (rows * (rows + 1))
            : typeof(TFamily) == typeof(Wishart) ? FamilySamples.PositiveDefinite(row, column + 1, (long)Math.Sqrt(rows))
            : 4 * u - 2;
    }
}

/// <summary>Standard parameters of a family.</summary>
public readonly struct StandardElements<TFamily> : IElements
    where TFamily : struct, IExponentialFamily
{
    /// <inheritdoc/>
    public static double At(long row, long column, long rows, Random random)
    {
        var u = random.NextDouble();
        var p = Math.Max(1, TFamily.DimensionOf(rows));
        return typeof(TFamily) == typeof(MultivariateGaussian) && row >= p ? FamilySamples.PositiveDefinite(row - p, column, p)
            : typeof(TFamily) == typeof(Wishart) ? row == 0 ? p - 0.8 + 4 * u : FamilySamples.PositiveDefinite(row - 1, column, p)
            : typeof(TFamily) == typeof(Bernoulli) ? 0.01 + 0.98 * u
            : 0.1 + 4 * u;
    }
}

/// <summary>What the samples share.</summary>
internal static class FamilySamples
{
    /// <summary>Element <paramref name="place"/> of a symmetric, diagonally dominant matrix, row-major, another one for every variable.</summary>
    public static double PositiveDefinite(long place, long variable, long size)
    {
        var (i, j) = (Math.Min(place / size, place % size), Math.Max(place / size, place % size));
        return i == j ? 1 + 0.5 * Math.Sin(variable + i) : 0.4 / size * Math.Cos(variable + 7 * i + 3 * j);
    }

    /// <summary>A matrix of elements, row-major.</summary>
    public static T[] Matrix<TElements, T>(long rows, long columns, int seed)
        where TElements : struct, IElements
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[rows * columns];
        for (long row = 0; row < rows; row++)
        {
            for (long column = 0; column < columns; column++)
            {
                values[row * columns + column] = T.CreateTruncating(TElements.At(row, column, rows, random));
            }
        }

        return values;
    }
}
