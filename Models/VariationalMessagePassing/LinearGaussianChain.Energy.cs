using Native.Kernels;

namespace Native.Models;

public sealed partial class LinearGaussianChain
{
    /// <summary>The energy term of the prior, <c>E_q[log N(z₀; prior)]</c>.</summary>
    public double ExpectedLogPrior
    {
        get
        {
            Array.Clear(_squares);
            Means[.._d].CopyTo(_residual);
            SmallMatrix.AddProduct(-1, _priorMean, [1], _d, 1, 1, _residual);
            AddSquares(Covariances[..(_d * _d)], _d);
            return ExpectedLogGaussian(_prior);
        }
    }

    /// <summary>The energy term of one step, <c>E_q[log N(z_{t+1}; A z_t, ·)]</c>.</summary>
    /// <param name="time"><c>t</c>, in <c>[0, T - 1)</c>.</param>
    public double ExpectedLogTransition(int time)
    {
        RequireTime(time, _times - 1);
        _process.Read();
        Array.Clear(_squares);
        AddTransition(time);
        return ExpectedLogGaussian(_process);
    }

    /// <summary>The energy term of one observation, <c>E_q[log N(x_t; C z_t, ·)]</c>; 0 where it is missing.</summary>
    /// <param name="time"><c>t</c>, in <c>[0, T)</c>.</param>
    public double ExpectedLogEmission(int time)
    {
        RequireTime(time, _times);
        if (!_observed[time])
        {
            return 0;
        }

        _noise.Read();
        Array.Clear(_squares);
        AddEmission(time);
        return ExpectedLogGaussian(_noise);
    }

    /// <inheritdoc/>
    public override void Start()
    {
        // The noises hear of it before it is updated in a sweep.
        if (Variables.Count > 0)
        {
            Update();
        }
    }

    /// <inheritdoc/>
    public override void AddMessage(VariableArray<double> target, DeviceMatrix<double> natural)
    {
        var isProcess = ReferenceEquals(target, _process.Variable);
        var (dimension, count) = (isProcess ? _d : _noiseX.Length, 0);
        Array.Clear(_squares);
        for (var t = 0; t < _times; t++)
        {
            if (isProcess && t + 1 < _times)
            {
                AddTransition(t);
                count++;
            }
            else if (!isProcess && _observed[t])
            {
                AddEmission(t);
                count++;
            }
        }

        var eta = natural.View();
        eta[0, 0] += 0.5 * count;
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                eta[1 + row * dimension + column, 0] -= 0.25 * (_squares[row * dimension + column] + _squares[column * dimension + row]);
            }
        }
    }

    private static void RequireTime(int time, int end)
    {
        if ((uint)time >= (uint)end)
        {
            throw new ArgumentOutOfRangeException(nameof(time), $"time: expected a time in [0, {end}), but got {time}.");
        }
    }

    /// <summary><c>E[log N(r; 0, P⁻¹)] = E[½ log det P] - ½ n log 2π - ½ tr E[P] E[r rᵀ]</c>.</summary>
    private double ExpectedLogGaussian(ExpectedPrecision precision) =>
        precision.HalfLog - 0.5 * (precision.Dimension * Divergences.LogTwoPi + SmallMatrix.Dot(precision.Matrix, _squares.AsSpan(0, precision.Matrix.Length)));

    /// <summary>Adds <c>E[r rᵀ]</c>, <c>r = z_{t+1} - A z_t</c>: with <c>X = Cov(z_t, z_{t+1})</c> the covariance is <c>V' - Xᵀ Aᵀ + A (V Aᵀ - X)</c>.</summary>
    private void AddTransition(int t)
    {
        int d = _d, area = d * d;
        ReadOnlySpan<double> cross = CrossCovariances.Slice(t * area, area), mean = Means.Slice(t * d, d), covariance = Covariances.Slice(t * area, area);
        Means.Slice((t + 1) * d, d).CopyTo(_residual);
        SmallMatrix.AddProduct(-1, _transition, mean, d, d, 1, _residual);
        Array.Clear(_spread);
        SmallMatrix.AddProduct(1, covariance, _transitionTransposed, d, d, d, _spread);
        for (var i = 0; i < area; i++)
        {
            _spread[i] -= cross[i];
        }

        SmallMatrix.AddTransposedProduct(-1, cross, _transitionTransposed, d, d, d, _squares);
        SmallMatrix.AddProduct(1, _transition, _spread, d, d, d, _squares);
        AddSquares(Covariances.Slice((t + 1) * area, area), d);
    }

    /// <summary>Adds <c>E[r rᵀ]</c>, <c>r = x_t - C z_t</c> of covariance <c>C V Cᵀ</c>.</summary>
    private void AddEmission(int t)
    {
        var m = _noiseX.Length;
        _data.AsSpan(t * m, m).CopyTo(_residual);
        SmallMatrix.AddProduct(-1, _emission, Means.Slice(t * _d, _d), m, _d, 1, _residual);
        Array.Clear(_spread);
        SmallMatrix.AddProduct(1, _emission, Covariances.Slice(t * _d * _d, _d * _d), m, _d, _d, _spread);
        SmallMatrix.AddProduct(1, _spread, _emissionTransposed, m, _d, m, _squares);
        AddSquares([], m);
    }

    /// <summary>Adds the residual's square and a covariance.</summary>
    private void AddSquares(ReadOnlySpan<double> covariance, int n)
    {
        SmallMatrix.AddProduct(1, _residual, _residual, n, 1, n, _squares);
        for (var i = 0; i < covariance.Length; i++)
        {
            _squares[i] += covariance[i];
        }
    }

    /// <summary>A precision <c>[n, n]</c> that is known, or what is expected of a Wishart variable and of its <c>½ log det</c>.</summary>
    private sealed class ExpectedPrecision
    {
        public ExpectedPrecision(VariableArray<double>? variable, int dimension, IReadOnlyList<double> known, string name)
        {
            (Variable, Dimension) = (variable, dimension);
            if (variable is null)
            {
                Matrix = Precision([.. known], dimension, name, out var halfLog);
                HalfLog = halfLog;
                return;
            }

            Matrix = new double[dimension * dimension];
            if (variable.Family != ExponentialFamily.Wishart || variable.Dimension != dimension || variable.Plates != 1)
            {
                throw new ArgumentException($"{name}: expected one Wishart variable of dimension {dimension}, but got {variable}.", name);
            }
        }

        public VariableArray<double>? Variable { get; }

        public int Dimension { get; }

        public double[] Matrix { get; }

        public double HalfLog { get; private set; }

        /// <summary>Reads what is expected now.</summary>
        public void Read()
        {
            if (Variable is not null)
            {
                var moments = Variable.Moments.View();
                HalfLog = 0.5 * moments[0, 0];
                for (var i = 0; i < Matrix.Length; i++)
                {
                    Matrix[i] = moments[1 + i, 0];
                }
            }
        }
    }
}
