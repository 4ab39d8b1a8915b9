using Native.Kernels;

namespace Native.Models;

/// <summary>How much of the dependence between weights a <see cref="BayesianLinearRegression"/> keeps.</summary>
public enum WeightPosterior
{
    /// <summary>One Gaussian over all weights.</summary>
    Full,

    /// <summary><c>Π_d q(w_d)</c>, updated in order of <c>d</c>.</summary>
    Diagonal,
}

/// <summary>
/// Linear regression with automatic relevance determination: <c>y ~ N(Xw, 1/τ)</c>, <c>w_d ~ N(0, 1/α_d)</c>, <c>α_d ~ Gamma</c>, <c>τ ~ Gamma</c> (shape, rate); no intercept;
/// <c>q(w) Π q(α_d) q(τ)</c>, updated in the order w, α, τ from <c>w = 0</c> (Bishop 2006, section 10.3; Drugowitsch 2013). Rows without <c>y</c> are left out of the likelihood.
/// </summary>
/// <remarks>The data are folded once into <c>XᵀX</c>, <c>Xᵀy</c> and <c>yᵀy</c>: a sweep costs <c>O(d³)</c> whatever the number of rows. The sum of squared residuals carries
/// the rounding of <c>yᵀy</c>: centre data whose mean is far larger than their spread.</remarks>
public sealed class BayesianLinearRegression : VariationalBlock
{
    private readonly int _d;
    private readonly WeightPosterior _posterior;
    private readonly double[] _gram;
    private readonly double[] _moment;
    private readonly double[] _factor;
    private readonly double[] _alphaShape;
    private readonly double[] _alphaRate;
    private readonly double _tauShape;
    private readonly double _tauRate;
    private readonly double _squares;
    private readonly int _rows;
    private double _halfLogPrecision;

    /// <summary>Folds the data.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="x">Inputs <c>X [n, d]</c>, finite.</param>
    /// <param name="y">Targets <c>[n]</c>, finite where observed.</param>
    /// <param name="alphaShape">Prior shape of every <c>α</c>, <c>[d]</c>, above 0.</param>
    /// <param name="alphaRate">Prior rate of every <c>α</c>, <c>[d]</c>, above 0.</param>
    /// <param name="tauShape">Prior shape of <c>τ</c>, above 0.</param>
    /// <param name="tauRate">Prior rate of <c>τ</c>, above 0.</param>
    /// <param name="observed"><c>[n]</c>, false where <c>y</c> is missing; empty when none is.</param>
    /// <param name="posterior">Which posterior of the weights.</param>
    /// <exception cref="ArgumentException">A length does not fit or a number is out of range; the message names it.</exception>
    public BayesianLinearRegression(
        Device device, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> alphaShape, ReadOnlySpan<double> alphaRate, double tauShape, double tauRate,
        ReadOnlySpan<bool> observed = default, WeightPosterior posterior = WeightPosterior.Full)
        : base(device, nameof(BayesianLinearRegression), checked(Require.Positive(alphaShape.Length, nameof(alphaShape)) * (alphaShape.Length + 3) + 2))
    {
        _d = alphaShape.Length;
        _posterior = Require.Named(posterior);
        _alphaShape = Positive(alphaShape, _d, nameof(alphaShape));
        _alphaRate = Positive(alphaRate, _d, nameof(alphaRate));
        _tauShape = Positive([tauShape], 1, nameof(tauShape))[0];
        _tauRate = Positive([tauRate], 1, nameof(tauRate))[0];
        var seen = Observed(observed, y.Length);
        var targets = Present(y, seen, 1, nameof(y));
        var inputs = Finite(x, (long)y.Length * _d, nameof(x));
        (_gram, _moment, _factor) = (new double[_d * _d], new double[_d], new double[_d * _d]);
        Fold(inputs, targets, seen);
        var squares = new BlockedSum();
        for (var n = 0; n < targets.Length; n++)
        {
            squares.Add(targets[n] * targets[n]);
            _rows += seen[n] ? 1 : 0;
        }

        _squares = squares.Total;
        _alphaShape.CopyTo(AlphaShapes);
        _alphaRate.CopyTo(AlphaRates);
        (Tau[0], Tau[1]) = (_tauShape, _tauRate);
    }

    /// <summary>Posterior mean of the weights, <c>[d]</c>.</summary>
    public ReadOnlySpan<double> WeightMean => Means;

    /// <summary>Posterior covariance of the weights, <c>[d, d]</c>; diagonal in the diagonal posterior.</summary>
    public ReadOnlySpan<double> WeightCovariance => Covariances;

    /// <summary>Posterior shapes of <c>α</c>, <c>[d]</c>.</summary>
    public ReadOnlySpan<double> AlphaShape => AlphaShapes;

    /// <summary>Posterior rates of <c>α</c>, <c>[d]</c>.</summary>
    public ReadOnlySpan<double> AlphaRate => AlphaRates;

    /// <summary>Posterior shape of <c>τ</c>.</summary>
    public double TauShape => Tau[0];

    /// <summary>Posterior rate of <c>τ</c>.</summary>
    public double TauRate => Tau[1];

    /// <summary>The energy term of the likelihood, <c>E_q[log N(y; Xw, 1/τ)] = ½ n (E[log τ] - log 2π) - ½ E[τ] E‖y - Xw‖²</c>, over observed rows.</summary>
    public double ExpectedLogLikelihood => Divergences.ExpectedLogGaussian(_rows, Tau[0], Tau[1], Residual());

    /// <summary>The energy term of the prior of one weight, <c>E_q[log N(w_d; 0, 1/α_d)] = ½ (E[log α_d] - log 2π) - ½ E[α_d] E[w_d²]</c>.</summary>
    /// <param name="weight"><c>d</c>.</param>
    public double ExpectedLogWeightPrior(int weight) => Divergences.ExpectedLogGaussian(1, AlphaShapes[weight], AlphaRates[weight], SecondMoment(weight));

    private Span<double> Means => Parameters[.._d];

    private Span<double> Covariances => Parameters.Slice(_d, _d * _d);

    private Span<double> AlphaShapes => Parameters.Slice(_d + _d * _d, _d);

    private Span<double> AlphaRates => Parameters.Slice(2 * _d + _d * _d, _d);

    private Span<double> Tau => Parameters[^2..];

    /// <inheritdoc/>
    public override void Update()
    {
        if (_posterior == WeightPosterior.Full)
        {
            UpdateWeights();
        }
        else
        {
            UpdateEveryWeight();
        }

        for (var i = 0; i < _d; i++)
        {
            AlphaShapes[i] = _alphaShape[i] + 0.5;
            AlphaRates[i] = _alphaRate[i] + 0.5 * SecondMoment(i);
        }

        Tau[0] = _tauShape + 0.5 * _rows;
        Tau[1] = _tauRate + 0.5 * Residual();
    }

    private protected override double ComputeFreeEnergy()
    {
        var energy = -ExpectedLogLikelihood + Divergences.Gamma(Tau[0], Tau[1], _tauShape, _tauRate) + _halfLogPrecision - 0.5 * _d * (1 + Divergences.LogTwoPi);
        for (var i = 0; i < _d; i++)
        {
            energy += Divergences.Gamma(AlphaShapes[i], AlphaRates[i], _alphaShape[i], _alphaRate[i]) - ExpectedLogWeightPrior(i);
        }

        return energy;
    }

    private double SecondMoment(int i) => Means[i] * Means[i] + Covariances[i * _d + i];

    /// <summary><c>E‖y - Xw‖² = yᵀy - 2 mᵀXᵀy + Σ (XᵀX ∘ (mmᵀ + S))</c>.</summary>
    private double Residual()
    {
        var residual = _squares;
        for (var i = 0; i < _d; i++)
        {
            var row = _gram.AsSpan(i * _d, _d);
            residual += Means[i] * (SmallMatrix.Dot(row, Means) - 2 * _moment[i]) + SmallMatrix.Dot(row, Covariances.Slice(i * _d, _d));
        }

        return Math.Max(0, residual);
    }

    /// <summary><c>XᵀX</c> and <c>Xᵀy</c> over observed rows, added up in blocks.</summary>
    private void Fold(double[] x, double[] y, bool[] observed)
    {
        const int Stretch = 128;
        double[] gram = new double[_gram.Length], moment = new double[_d];
        for (var begin = 0; begin < y.Length; begin += Stretch)
        {
            Array.Clear(gram);
            Array.Clear(moment);
            for (var n = begin; n < Math.Min(begin + Stretch, y.Length); n++)
            {
                if (!observed[n])
                {
                    continue;
                }

                var row = x.AsSpan(n * _d, _d);
                SmallMatrix.AddTransposedProduct(1, row, row, 1, _d, _d, gram);
                SmallMatrix.AddTransposedProduct(y[n], row, [1], 1, _d, 1, moment);
            }

            for (var i = 0; i < gram.Length; i++)
            {
                _gram[i] += gram[i];
            }

            for (var i = 0; i < _d; i++)
            {
                _moment[i] += moment[i];
            }
        }
    }

    /// <summary><c>S⁻¹ = diag E[α] + E[τ] XᵀX</c>, <c>m = S E[τ] Xᵀy</c>.</summary>
    private void UpdateWeights()
    {
        var tau = Tau[0] / Tau[1];
        for (var i = 0; i < _gram.Length; i++)
        {
            _factor[i] = tau * _gram[i];
        }

        for (var i = 0; i < _d; i++)
        {
            _factor[i * _d + i] += AlphaShapes[i] / AlphaRates[i];
            Means[i] = tau * _moment[i];
        }

        Factorise(_factor, _d, "w");
        SmallMatrix.SolveLower(_factor, _d, Means, 1);
        SmallMatrix.SolveUpper(_factor, _d, Means, 1);
        SmallMatrix.Invert(_factor, _d, Covariances);
        _halfLogPrecision = SmallMatrix.LogDiagonal(_factor, _d);
    }

    private void UpdateEveryWeight()
    {
        var tau = Tau[0] / Tau[1];
        _halfLogPrecision = 0;
        for (var i = 0; i < _d; i++)
        {
            var precision = AlphaShapes[i] / AlphaRates[i] + tau * _gram[i * _d + i];
            var others = SmallMatrix.Dot(_gram.AsSpan(i * _d, _d), Means) - _gram[i * _d + i] * Means[i];
            Means[i] = tau * (_moment[i] - others) / precision;
            Covariances[i * _d + i] = 1 / precision;
            _halfLogPrecision += 0.5 * Math.Log(precision);
        }
    }
}
