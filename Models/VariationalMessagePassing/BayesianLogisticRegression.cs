using Native.Kernels;

namespace Native.Models;

/// <summary>How a <see cref="BayesianLogisticRegression"/> treats <c>E[log(1 + eᵃ)]</c>.</summary>
public enum LogisticBound
{
    /// <summary>Integrated to rounding, with updates that match its gradients (Knowles and Minka 2011).</summary>
    GaussHermite,

    /// <summary>The quadratic bound of Jaakkola and Jordan (2000), one <c>ξ</c> a row.</summary>
    JaakkolaJordan,
}

/// <summary>
/// Logistic regression: <c>y_n ~ Bernoulli(σ(w·x_n))</c>, <c>w ~ N(m₀, Λ₀⁻¹)</c>, <c>q(w)</c> one Gaussian of full covariance.
/// With quadrature, the point of rest has <c>S⁻¹ = Λ₀ + Σ E[σ'(a)] x xᵀ</c> and <c>Λ₀(m - m₀) = Σ (y - E[σ(a)]) x</c>; each update goes towards that in natural parameters,
/// halved until <c>F</c> does not rise, without a promise that some step is short enough: <see cref="VariationalInference{T}.Rises"/> counts.
/// With the bound, order w, ξ from the <c>ξ</c> of the prior: <c>S⁻¹ = Λ₀ + 2 Σ λ(ξ) x xᵀ</c>, <c>S⁻¹m = Λ₀m₀ + Σ (y - ½) x</c>, <c>ξ² = xᵀ(S + mmᵀ)x</c>, <c>λ(ξ) = tanh(ξ/2) / 4ξ</c>;
/// <c>F</c> is minus the bound and never rises.
/// </summary>
/// <remarks>The integrals are taken by the trapezoidal rule, which on the Gaussian weight converges as fast as Gauss–Hermite's and is not held up by the poles of <c>σ</c> at <c>±iπ</c>
/// (Trefethen and Weideman 2014): its step shrinks with the deviation of <c>a</c>.</remarks>
public sealed class BayesianLogisticRegression : VariationalBlock
{
    private const int MostHalvings = 30;

    private readonly int _d;
    private readonly LogisticBound _bound;
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly double[] _priorMean;
    private readonly double[] _prior;
    private readonly double _halfLogPrior;
    private readonly double[] _factor;
    private readonly double[] _target;
    private readonly double[] _targetNatural;
    private readonly double[] _oldPrecision;
    private readonly double[] _oldNatural;
    private double _halfLogPrecision;

    /// <summary>Starts from the prior.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="x">Inputs <c>X [n, d]</c>, finite.</param>
    /// <param name="y">Labels <c>[n]</c>.</param>
    /// <param name="priorMean"><c>m₀ [d]</c>, finite.</param>
    /// <param name="priorPrecision"><c>Λ₀ [d, d]</c>, symmetric and positive definite.</param>
    /// <param name="bound">Quadrature or bound.</param>
    /// <exception cref="ArgumentException">A length does not fit or a number is out of range; the message names it.</exception>
    public BayesianLogisticRegression(
        Device device, ReadOnlySpan<double> x, ReadOnlySpan<bool> y, ReadOnlySpan<double> priorMean, ReadOnlySpan<double> priorPrecision, LogisticBound bound = LogisticBound.GaussHermite)
        : base(device, nameof(BayesianLogisticRegression), checked(Require.Positive(priorMean.Length, nameof(priorMean)) * (2 * priorMean.Length + 2) + y.Length))
    {
        _d = priorMean.Length;
        _bound = Require.Named(bound);
        _priorMean = Finite(priorMean, _d, nameof(priorMean));
        _prior = Precision(priorPrecision, _d, nameof(priorPrecision), out _halfLogPrior);
        _x = Finite(x, (long)y.Length * _d, nameof(x));
        _y = new double[y.Length];
        for (var n = 0; n < y.Length; n++)
        {
            _y[n] = y[n] ? 1 : 0;
        }

        (_factor, _target, _oldPrecision) = (new double[_d * _d], new double[_d * _d], new double[_d * _d]);
        (_targetNatural, _oldNatural) = (new double[_d], new double[_d]);
        _prior.CopyTo(Precisions);
        SmallMatrix.AddProduct(1, _prior, _priorMean, _d, _d, 1, Naturals);
        Solve();
        UpdateXi();
    }

    /// <summary>Posterior mean of the weights, <c>[d]</c>.</summary>
    public ReadOnlySpan<double> WeightMean => Means;

    /// <summary>Posterior covariance of the weights, <c>[d, d]</c>.</summary>
    public ReadOnlySpan<double> WeightCovariance => Covariances;

    /// <summary><c>ξ [n]</c> of the bound, ≥ 0; zeros with quadrature.</summary>
    public ReadOnlySpan<double> Xi => Xis;

    /// <inheritdoc/>
    public override bool Descends => _bound == LogisticBound.JaakkolaJordan;

    private Span<double> Means => Parameters[.._d];

    private Span<double> Covariances => Parameters.Slice(_d, _d * _d);

    private Span<double> Xis => Parameters.Slice(_d + _d * _d, _y.Length);

    private Span<double> Precisions => Parameters.Slice(Parameters.Length - _d - _d * _d, _d * _d);

    private Span<double> Naturals => Parameters[^_d..];

    /// <summary>
    /// The energy term of the likelihood of one row, <c>E[log p(y | a)] = y E[a] - E[log(1 + eᵃ)]</c> with <c>a ~ N(mean, variance)</c>.
    /// </summary>
    /// <param name="label"><c>y</c>.</param>
    /// <param name="mean">Mean of <c>a</c>, finite.</param>
    /// <param name="variance">Variance of <c>a</c>, in <c>[0, 10⁸]</c>.</param>
    /// <exception cref="InvalidOperationException">The variance is larger than the quadrature resolves.</exception>
    public static double ExpectedLogLikelihood(bool label, double mean, double variance)
    {
        Require.Finite(mean);
        Require.AtLeastZero(variance);
        return (label ? mean : 0) - Integrate(mean, variance).Softplus;
    }

    /// <summary>
    /// The same from below by the bound: <c>(y - ½) E[a] - ½ ξ - log(1 + e^-ξ) - λ(ξ) (E[a²] - ξ²)</c>, tight in <c>ξ² = E[a²]</c>.
    /// </summary>
    /// <param name="label"><c>y</c>.</param>
    /// <param name="mean">Mean of <c>a</c>, finite.</param>
    /// <param name="variance">Variance of <c>a</c>, finite and ≥ 0.</param>
    /// <param name="xi"><c>ξ</c>, finite and ≥ 0.</param>
    public static double ExpectedLogLikelihoodBound(bool label, double mean, double variance, double xi)
    {
        Require.Finite(mean);
        Require.AtLeastZero(variance);
        Require.AtLeastZero(xi);
        return (label ? 0.5 : -0.5) * mean - 0.5 * xi - Divergences.Log1p(Math.Exp(-xi)) - Lambda(xi) * (variance + mean * mean - xi * xi);
    }

    /// <inheritdoc/>
    public override void Update()
    {
        if (_bound == LogisticBound.JaakkolaJordan)
        {
            UpdateByBound();
            UpdateXi();
        }
        else
        {
            UpdateByQuadrature();
        }
    }

    private protected override double ComputeFreeEnergy()
    {
        // KL(q ‖ prior)
        var energy = new BlockedSum();
        energy.Add(_halfLogPrecision - _halfLogPrior - 0.5 * _d);
        for (var i = 0; i < _d; i++)
        {
            for (var j = 0; j < _d; j++)
            {
                energy.Add(0.5 * _prior[i * _d + j] * ((Means[i] - _priorMean[i]) * (Means[j] - _priorMean[j]) + Covariances[i * _d + j]));
            }
        }

        for (var n = 0; n < _y.Length; n++)
        {
            var (mean, variance) = Activation(n);
            energy.Add(_bound == LogisticBound.JaakkolaJordan
                ? -ExpectedLogLikelihoodBound(_y[n] > 0, mean, variance, Xis[n])
                : -ExpectedLogLikelihood(_y[n] > 0, mean, variance));
        }

        return energy.Total;
    }

    private static double Lambda(double xi) => xi < 1e-4 ? 0.125 - xi * xi / 96 : Math.Tanh(0.5 * xi) / (4 * xi);

    /// <summary><c>E[log(1 + eᵃ)]</c>, <c>E[σ(a)]</c> and <c>E[σ'(a)]</c> over <c>a ~ N(mean, variance)</c>.</summary>
    private static (double Softplus, double Sigmoid, double Slope) Integrate(double mean, double variance)
    {
        // Over nine deviations to each side the weight falls to 1e-18. The rule errs by exp(-2π²/h²) for the weight and by exp(-2π²/(s h)) for the poles.
        const double Reach = 9;
        const double WidestDeviation = 1e4;
        var deviation = Math.Sqrt(variance);
        if (!(deviation <= WidestDeviation))
        {
            throw new InvalidOperationException($"variance: expected w·x with a standard deviation of at most {WidestDeviation}, which the quadrature resolves, but got {deviation}. Scale the inputs or tighten the prior.");
        }

        var intervals = 2 * (int)Math.Ceiling(Reach / Math.Min(0.6, 0.5 / Math.Max(deviation, 1e-300)));
        var step = 2 * Reach / intervals;
        BlockedSum softplus = default, sigmoid = default, slope = default;
        for (var i = 0; i <= intervals; i++)
        {
            var u = (i - intervals / 2) * step;
            var weight = step * Math.Exp(-0.5 * (u * u + Divergences.LogTwoPi));
            var a = mean + deviation * u;
            var small = Math.Exp(-Math.Abs(a));
            var below = small / (1 + small);
            softplus.Add(weight * (Math.Max(a, 0) + Divergences.Log1p(small)));
            sigmoid.Add(weight * (a >= 0 ? 1 / (1 + small) : below));
            slope.Add(weight * below / (1 + small));
        }

        return (softplus.Total, sigmoid.Total, slope.Total);
    }

    private (double Mean, double Variance) Activation(int n)
    {
        var row = _x.AsSpan(n * _d, _d);
        var variance = 0.0;
        for (var i = 0; i < _d; i++)
        {
            variance += row[i] * SmallMatrix.Dot(row, Covariances.Slice(i * _d, _d));
        }

        return (SmallMatrix.Dot(row, Means), Math.Max(0, variance));
    }

    private void UpdateXi()
    {
        for (var n = 0; _bound == LogisticBound.JaakkolaJordan && n < _y.Length; n++)
        {
            var (mean, variance) = Activation(n);
            Xis[n] = Math.Sqrt(variance + mean * mean);
        }
    }

    private void UpdateByBound()
    {
        _prior.CopyTo(Precisions);
        Naturals.Clear();
        SmallMatrix.AddProduct(1, _prior, _priorMean, _d, _d, 1, Naturals);
        for (var n = 0; n < _y.Length; n++)
        {
            var row = _x.AsSpan(n * _d, _d);
            SmallMatrix.AddTransposedProduct(2 * Lambda(Xis[n]), row, row, 1, _d, _d, Precisions);
            for (var i = 0; i < _d; i++)
            {
                Naturals[i] += (_y[n] - 0.5) * row[i];
            }
        }

        Solve();
    }

    /// <summary>Matching gradients: a row sends the precision <c>E[σ'] x xᵀ</c> and the potential <c>(y - E[σ] + E[σ'] x·m) x</c>.</summary>
    private void UpdateByQuadrature()
    {
        Solve();
        var before = ComputeFreeEnergy();
        Precisions.CopyTo(_oldPrecision);
        Naturals.CopyTo(_oldNatural);
        _prior.CopyTo(_target, 0);
        Array.Clear(_targetNatural);
        SmallMatrix.AddProduct(1, _prior, _priorMean, _d, _d, 1, _targetNatural);
        for (var n = 0; n < _y.Length; n++)
        {
            var row = _x.AsSpan(n * _d, _d);
            var (mean, variance) = Activation(n);
            var (_, sigmoid, slope) = Integrate(mean, variance);
            SmallMatrix.AddTransposedProduct(slope, row, row, 1, _d, _d, _target);
            for (var i = 0; i < _d; i++)
            {
                _targetNatural[i] += (_y[n] - sigmoid + slope * mean) * row[i];
            }
        }

        var rate = 1.0;
        for (var halving = 0; halving <= MostHalvings; halving++, rate *= 0.5)
        {
            for (var i = 0; i < _target.Length; i++)
            {
                Precisions[i] = (1 - rate) * _oldPrecision[i] + rate * _target[i];
            }

            for (var i = 0; i < _d; i++)
            {
                Naturals[i] = (1 - rate) * _oldNatural[i] + rate * _targetNatural[i];
            }

            Solve();

            // Close to the point of rest F differs by rounding alone.
            if (ComputeFreeEnergy() - before <= 1e-13 * (1 + Math.Abs(before)))
            {
                return;
            }
        }
    }

    /// <summary>Mean and covariance from the natural parameters.</summary>
    private void Solve()
    {
        Precisions.CopyTo(_factor);
        Factorise(_factor, _d, "w");
        Naturals.CopyTo(Means);
        SmallMatrix.SolveLower(_factor, _d, Means, 1);
        SmallMatrix.SolveUpper(_factor, _d, Means, 1);
        SmallMatrix.Invert(_factor, _d, Covariances);
        _halfLogPrecision = SmallMatrix.LogDiagonal(_factor, _d);
    }
}
