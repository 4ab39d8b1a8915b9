using Native.Models;

namespace Native.Tests;

/// <summary>Gaussian belief propagation against dense solves.</summary>
public class GaussianTreeTests
{
    [Fact]
    public void TheStateChainEqualsADenseSolve()
    {
        // Rotation by π/15, observed through diag(1.3, 0.7); every fifth observation is missing.
        const int N = 50;
        var (cos, sin) = (Math.Cos(Math.PI / 15), Math.Sin(Math.PI / 15));
        double[] transition = [cos, -sin, sin, cos], emission = [1.3, 0, 0, 0.7], process = [0.05, 0, 0, 0.05], noise = [10, 0, 0, 10], start = [100, 0, 0, 100];
        var random = new Random(7);
        var chain = new GaussianTree();
        var observed = new List<(int Time, double[] Value)>();
        for (var t = 0; t < N; t++)
        {
            Assert.Equal(t, chain.Variable(2));
            _ = t == 0 ? chain.Prior(0, [0, 0], start) : chain.Transition(t - 1, t, transition, process);
            if (t % 5 != 4)
            {
                double[] value = [20 * random.NextDouble() - 10, 20 * random.NextDouble() - 10];
                observed.Add((t, value));
                chain.Observe(t, emission, value, noise);
            }
        }

        var beliefs = chain.Solve();

        // The joint covariance of all states from the dynamics, conditioned on all observations at once.
        var prior = new double[2 * N, 2 * N];
        var current = To2D(start, 2);
        for (var s = 0; s < N; s++)
        {
            var ahead = current;
            for (var t = s; t < N; t++)
            {
                for (var i = 0; i < 4; i++)
                {
                    prior[2 * t + i / 2, 2 * s + i % 2] = ahead[i / 2, i % 2];
                    prior[2 * s + i % 2, 2 * t + i / 2] = ahead[i / 2, i % 2];
                }

                ahead = Multiply(To2D(transition, 2), ahead);
            }

            current = Add(Multiply(Multiply(To2D(transition, 2), current), Transpose(To2D(transition, 2))), To2D(process, 2));
        }

        var m = 2 * observed.Count;
        var emissions = new double[m, 2 * N];
        var y = new double[m, 1];
        for (var i = 0; i < m; i++)
        {
            emissions[i, 2 * observed[i / 2].Time + i % 2] = emission[3 * (i % 2)];
            y[i, 0] = observed[i / 2].Value[i % 2];
        }

        var covarianceOfY = Multiply(Multiply(emissions, prior), Transpose(emissions));
        for (var i = 0; i < m; i++)
        {
            covarianceOfY[i, i] += 10;
        }

        var (inverse, logDeterminant) = Invert(covarianceOfY);
        var gain = Multiply(Multiply(prior, Transpose(emissions)), inverse);
        var mean = Multiply(gain, y);
        var posterior = Add(prior, Multiply(Multiply(gain, emissions), prior), -1);
        AssertBeliefs(beliefs, mean, posterior, 2, N, t => t - 1, 1e-9);
        var logLikelihood = -0.5 * (Multiply(Multiply(Transpose(y), inverse), y)[0, 0] + logDeterminant + m * Math.Log(2 * Math.PI));
        Assert.Equal(logLikelihood, beliefs.LogPartition, 1e-9);
    }

    [Fact]
    public void TreesEqualADenseSolve()
    {
        var random = new Random(8);
        for (var sample = 0; sample < 30; sample++)
        {
            int n = random.Next(1, 12), d = random.Next(1, 4);
            var tree = new GaussianTree();
            var precision = new double[n * d, n * d];
            var potential = new double[n * d, 1];
            var parents = new int[n];
            for (var variable = 0; variable < n; variable++)
            {
                tree.Variable(d);
                double[] mean = Draw(random, d), covariance = Spread(random, d);
                AddDense(variable, Identity(d), -1, null, mean, covariance);
                tree.Prior(variable, mean, covariance);
                parents[variable] = variable == 0 ? -1 : random.Next(variable);
                if (variable > 0)
                {
                    double[] matrix = Draw(random, d * d), offset = Draw(random, d), noise = Spread(random, d);

                    // Either end may be the cause, and two factors may join the same pair.
                    var (from, to) = random.Next(2) == 0 ? (parents[variable], variable) : (variable, parents[variable]);
                    for (var twice = random.Next(2); twice >= 0; twice--)
                    {
                        tree.Transition(from, to, matrix, noise, offset);
                        AddDense(to, Identity(d), from, Array.ConvertAll(matrix, value => -value), offset, noise);
                    }
                }
            }

            var (covarianceOfAll, _) = Invert(precision);
            AssertBeliefs(tree.Solve(), Multiply(covarianceOfAll, potential), covarianceOfAll, d, n, variable => parents[variable], 1e-9);

            void AddDense(int x, double[] a, int other, double[]? b, double[] r, double[] covariance)
            {
                var rows = new double[d, n * d];
                for (var i = 0; i < d * d; i++)
                {
                    rows[i / d, x * d + i % d] = a[i];
                    if (b is not null)
                    {
                        rows[i / d, other * d + i % d] = b[i];
                    }
                }

                var weighted = Multiply(Transpose(rows), Invert(To2D(covariance, d)).Inverse);
                precision = Add(precision, Multiply(weighted, rows));
                potential = Add(potential, Multiply(weighted, To2D(r, 1)));
            }
        }
    }

    [Fact]
    public void LoopsGapsAndBadNumbersAreNamed()
    {
        var tree = new GaussianTree();
        for (var i = 0; i < 4; i++)
        {
            tree.Prior(tree.Variable(1), [0], [1]);
        }

        tree.Transition(0, 1, [1], [1]).Transition(1, 2, [1], [1]).Transition(1, 3, [1], [1]);
        tree.Solve();
        tree.Transition(3, 2, [1], [1]);
        var error = Assert.Throws<InvalidOperationException>(tree.Solve);
        Assert.Contains("loop", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0", error.Message, StringComparison.Ordinal);

        var open = new GaussianTree();
        open.Transition(open.Variable(1), open.Variable(1), [1], [1]);
        Assert.Contains("Variable 0", Assert.Throws<InvalidOperationException>(open.Solve).Message, StringComparison.Ordinal);
        Assert.Equal("covariance", Assert.Throws<ArgumentException>(() => open.Prior(0, [0], [-1])).ParamName);
        Assert.Equal("mean", Assert.Throws<ArgumentException>(() => open.Prior(0, [0, 0], [1])).ParamName);
        Assert.Equal("to", Assert.Throws<ArgumentException>(() => open.Transition(0, 0, [1], [1])).ParamName);
        Assert.Equal("variable", Assert.Throws<ArgumentOutOfRangeException>(() => open.Observe(2, [1], [1], [1])).ParamName);
        Assert.Equal("matrix", Assert.Throws<ArgumentException>(() => open.Observe(0, [double.NaN], [1], [1])).ParamName);
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => open.Observe(0, [], [], [])).ParamName);
        open.Prior(0, [0], [1]);
        Assert.Equal("second", Assert.Throws<ArgumentException>(() => open.Solve().CrossCovariance(0, 0)).ParamName);
    }

    private static void AssertBeliefs(GaussianTreeBeliefs beliefs, double[,] mean, double[,] covariance, int d, int n, Func<int, int> parentOf, double tolerance)
    {
        for (var variable = 0; variable < n; variable++)
        {
            AssertBlock(beliefs.Covariance(variable), variable, variable);
            for (var i = 0; i < d; i++)
            {
                Assert.Equal(mean[variable * d + i, 0], beliefs.Mean(variable)[i], tolerance * Math.Max(1, Math.Abs(mean[variable * d + i, 0])));
            }

            if (parentOf(variable) >= 0)
            {
                AssertBlock(beliefs.CrossCovariance(variable, parentOf(variable)), variable, parentOf(variable));
                AssertBlock(beliefs.CrossCovariance(parentOf(variable), variable), parentOf(variable), variable);
            }
        }

        void AssertBlock(ReadOnlySpan<double> block, int row, int column)
        {
            for (var i = 0; i < d * d; i++)
            {
                Assert.Equal(covariance[row * d + i / d, column * d + i % d], block[i], tolerance);
            }
        }
    }

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];

    private static double[] Spread(Random random, int d)
    {
        var root = To2D(Draw(random, d * d), d);
        var product = Multiply(root, Transpose(root));
        return [.. Enumerable.Range(0, d * d).Select(i => product[i / d, i % d] + (i / d == i % d ? 0.5 : 0))];
    }

    private static double[] Identity(int d) => [.. Enumerable.Range(0, d * d).Select(i => i / d == i % d ? 1.0 : 0)];

    private static double[,] To2D(double[] values, int columns)
    {
        var matrix = new double[values.Length / columns, columns];
        for (var i = 0; i < values.Length; i++)
        {
            matrix[i / columns, i % columns] = values[i];
        }

        return matrix;
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        var product = new double[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var k = 0; k < b.GetLength(0); k++)
            {
                for (var j = 0; j < b.GetLength(1); j++)
                {
                    product[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return product;
    }

    private static double[,] Transpose(double[,] a)
    {
        var transpose = new double[a.GetLength(1), a.GetLength(0)];
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var j = 0; j < a.GetLength(1); j++)
            {
                transpose[j, i] = a[i, j];
            }
        }

        return transpose;
    }

    private static double[,] Add(double[,] a, double[,] b, double scale = 1)
    {
        var sum = (double[,])a.Clone();
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var j = 0; j < a.GetLength(1); j++)
            {
                sum[i, j] += scale * b[i, j];
            }
        }

        return sum;
    }

    /// <summary>Gauss and Jordan, for a positive definite matrix.</summary>
    private static (double[,] Inverse, double LogDeterminant) Invert(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var work = (double[,])matrix.Clone();
        var inverse = To2D(Identity(n), n);
        var logDeterminant = 0.0;
        for (var pivot = 0; pivot < n; pivot++)
        {
            var scale = work[pivot, pivot];
            logDeterminant += Math.Log(scale);
            for (var j = 0; j < n; j++)
            {
                work[pivot, j] /= scale;
                inverse[pivot, j] /= scale;
            }

            for (var i = 0; i < n; i++)
            {
                var factor = work[i, pivot];
                for (var j = 0; i != pivot && j < n; j++)
                {
                    work[i, j] -= factor * work[pivot, j];
                    inverse[i, j] -= factor * inverse[pivot, j];
                }
            }
        }

        return (inverse, logDeterminant);
    }
}
