using Native.Kernels;

namespace Native.Models;

/// <summary>What is known before of a <see cref="BayesianPca"/>; all above 0.</summary>
/// <param name="MuPrecision">Precision of every <c>μ_d</c>, whose mean is 0.</param>
/// <param name="AlphaShape">Shapes of <c>α</c>, <c>[K]</c>.</param>
/// <param name="AlphaRate">Rates of <c>α</c>, <c>[K]</c>.</param>
/// <param name="TauShape">Shape of <c>τ</c>.</param>
/// <param name="TauRate">Rate of <c>τ</c>.</param>
public sealed record BayesianPcaPriors(double MuPrecision, IReadOnlyList<double> AlphaShape, IReadOnlyList<double> AlphaRate, double TauShape, double TauRate);

/// <summary>
/// Bayesian principal components, a matrix factorised with missing entries: <c>x_nd ~ N(w_d·z_n + μ_d, 1/τ)</c>, <c>z_n ~ N(0, I)</c>, <c>w_dk ~ N(0, 1/α_k)</c>, <c>μ_d ~ N(0, ·)</c>,
/// Gammas over <c>α</c> and <c>τ</c>; <c>q(z_n)</c> and <c>q(w_d)</c> are Gaussians of full covariance (Bishop 1999). Order z, w, μ, α, τ.
/// </summary>
/// <remarks>The factor of an inner product sends <c>E[τ] E[wwᵀ]</c> and <c>E[τ] (x - E[μ]) E[w]</c> to <c>z</c>, and the same with <c>w</c> and <c>z</c> exchanged to <c>w</c>; missing entries send nothing.
/// All rows (columns) without missing entries share one covariance, which is factorised once.</remarks>
public sealed class BayesianPca : VariationalBlock
{
    private readonly int _n;
    private readonly int _width;
    private readonly int _k;
    private readonly double[] _x;
    private readonly bool[] _observed;
    private readonly bool[] _fullRow;
    private readonly bool[] _fullColumn;
    private readonly int _entries;
    private readonly BayesianPcaPriors _prior;
    private readonly double[] _factor;
    private readonly double[] _shared;
    private readonly double[] _sharedMoment;
    private double _halfLogPrecisionZ;
    private double _halfLogPrecisionW;
    private double _residual;

    /// <summary>Reads the data.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="x">Data <c>[n, D]</c>, finite where observed.</param>
    /// <param name="columns"><c>D</c>, ≥ 1.</param>
    /// <param name="priors">What is known before; its <c>α</c> say how many components there are.</param>
    /// <param name="initialWeightMean">Start of the means of <c>w</c>, <c>[D, K]</c>; not all 0, from where no component is told from another.</param>
    /// <param name="initialWeightCovariance">Start of the covariances of <c>w</c>, <c>[D, K, K]</c>.</param>
    /// <param name="observed"><c>[n, D]</c>, false where an entry is missing; empty when none is.</param>
    /// <exception cref="ArgumentException">A length does not fit or a number is out of range; the message names it.</exception>
    public BayesianPca(
        Device device, ReadOnlySpan<double> x, int columns, BayesianPcaPriors priors, ReadOnlySpan<double> initialWeightMean, ReadOnlySpan<double> initialWeightCovariance, ReadOnlySpan<bool> observed = default)
        : base(device, nameof(BayesianPca), Count(x, columns, priors, out var n, out var k))
    {
        (_n, _width, _k, _prior) = (n, columns, k, priors);
        Positive([priors.MuPrecision], 1, "priors.MuPrecision");
        Positive([.. priors.AlphaShape], k, "priors.AlphaShape");
        Positive([.. priors.AlphaRate], k, "priors.AlphaRate");
        Positive([priors.TauShape], 1, "priors.TauShape");
        Positive([priors.TauRate], 1, "priors.TauRate");
        _observed = Observed(observed, x.Length);
        _x = Present(x, _observed, 1, nameof(x));
        (_fullRow, _fullColumn) = (new bool[n], new bool[columns]);
        Array.Fill(_fullRow, true);
        Array.Fill(_fullColumn, true);
        for (var i = 0; i < _x.Length; i++)
        {
            _entries += _observed[i] ? 1 : 0;
            _fullRow[i / columns] &= _observed[i];
            _fullColumn[i % columns] &= _observed[i];
        }

        (_factor, _shared, _sharedMoment) = (new double[k * k], new double[k * k], new double[k * k]);
        Finite(initialWeightMean, (long)columns * k, nameof(initialWeightMean)).CopyTo(WeightMeans);
        Finite(initialWeightCovariance, (long)columns * k * k, nameof(initialWeightCovariance)).CopyTo(WeightCovariances);
        MuPrecisions.Fill(priors.MuPrecision);
        for (var i = 0; i < k; i++)
        {
            (AlphaShapes[i], AlphaRates[i]) = (priors.AlphaShape[i], priors.AlphaRate[i]);
        }

        (Tau[0], Tau[1]) = (priors.TauShape, priors.TauRate);
    }

    /// <summary>Posterior means of <c>w</c>, <c>[D, K]</c>.</summary>
    public ReadOnlySpan<double> WeightMean => WeightMeans;

    /// <summary>Posterior covariances of <c>w</c>, <c>[D, K, K]</c>.</summary>
    public ReadOnlySpan<double> WeightCovariance => WeightCovariances;

    /// <summary>Posterior means of <c>z</c>, <c>[n, K]</c>.</summary>
    public ReadOnlySpan<double> ScoreMean => ScoreMeans;

    /// <summary>Posterior covariances of <c>z</c>, <c>[n, K, K]</c>.</summary>
    public ReadOnlySpan<double> ScoreCovariance => ScoreCovariances;

    /// <summary>Posterior means of <c>μ</c>, <c>[D]</c>.</summary>
    public ReadOnlySpan<double> MuMean => MuMeans;

    /// <summary>Posterior precisions of <c>μ</c>, <c>[D]</c>.</summary>
    public ReadOnlySpan<double> MuPrecision => MuPrecisions;

    /// <summary>Posterior shapes of <c>α</c>, <c>[K]</c>.</summary>
    public ReadOnlySpan<double> AlphaShape => AlphaShapes;

    /// <summary>Posterior rates of <c>α</c>, <c>[K]</c>.</summary>
    public ReadOnlySpan<double> AlphaRate => AlphaRates;

    /// <summary>Posterior shape of <c>τ</c>.</summary>
    public double TauShape => Tau[0];

    /// <summary>Posterior rate of <c>τ</c>.</summary>
    public double TauRate => Tau[1];

    /// <summary>The energy term of the inner products, <c>½ N (E[log τ] - log 2π) - ½ E[τ] Σ E(x - w·z - μ)²</c> over the <c>N</c> observed entries.</summary>
    public double ExpectedLogLikelihood => Divergences.ExpectedLogGaussian(_entries, Tau[0], Tau[1], Residual());

    /// <summary>The energy term of the prior of the weights of one component, <c>Σ_d E_q[log N(w_dk; 0, 1/α_k)] = ½ D (E[log α_k] - log 2π) - ½ E[α_k] Σ_d E[w_dk²]</c>.</summary>
    /// <param name="component"><c>k</c>.</param>
    public double ExpectedLogWeightPrior(int component) => Divergences.ExpectedLogGaussian(_width, AlphaShapes[component], AlphaRates[component], SquaredWeights(component));

    private Span<double> WeightMeans => Parameters[..(_width * _k)];

    private Span<double> WeightCovariances => Parameters.Slice(_width * _k, _width * _k * _k);

    private Span<double> MuMeans => Parameters.Slice(_width * _k * (_k + 1), _width);

    private Span<double> MuPrecisions => Parameters.Slice(_width * _k * (_k + 1) + _width, _width);

    private Span<double> AlphaShapes => Parameters.Slice(_width * (_k * (_k + 1) + 2), _k);

    private Span<double> AlphaRates => Parameters.Slice(_width * (_k * (_k + 1) + 2) + _k, _k);

    private Span<double> Tau => Parameters.Slice(_width * (_k * (_k + 1) + 2) + 2 * _k, 2);

    private Span<double> ScoreMeans => Parameters.Slice(Parameters.Length - _n * _k * (_k + 1), _n * _k);

    private Span<double> ScoreCovariances => Parameters[^(_n * _k * _k)..];

    /// <inheritdoc/>
    public override void Update()
    {
        _halfLogPrecisionZ = UpdateSide(_n, _width, _width, 1, ScoreMeans, ScoreCovariances, WeightMeans, WeightCovariances, _fullRow, "z", isScore: true);
        _halfLogPrecisionW = UpdateSide(_width, _n, 1, _width, WeightMeans, WeightCovariances, ScoreMeans, ScoreCovariances, _fullColumn, "w", isScore: false);
        UpdateMu();
        for (var k = 0; k < _k; k++)
        {
            AlphaShapes[k] = _prior.AlphaShape[k] + 0.5 * _width;
            AlphaRates[k] = _prior.AlphaRate[k] + 0.5 * SquaredWeights(k);
        }

        _residual = Residual();
        Tau[0] = _prior.TauShape + 0.5 * _entries;
        Tau[1] = _prior.TauRate + 0.5 * _residual;
    }

    private protected override double ComputeFreeEnergy()
    {
        // Of this sweep, and dear enough not to be taken twice.
        var energy = -Divergences.ExpectedLogGaussian(_entries, Tau[0], Tau[1], _residual) + Divergences.Gamma(Tau[0], Tau[1], _prior.TauShape, _prior.TauRate);
        energy += _halfLogPrecisionW - 0.5 * _width * _k * (1 + Divergences.LogTwoPi) + _halfLogPrecisionZ - 0.5 * _n * _k;
        for (var k = 0; k < _k; k++)
        {
            energy += Divergences.Gamma(AlphaShapes[k], AlphaRates[k], _prior.AlphaShape[k], _prior.AlphaRate[k]) - ExpectedLogWeightPrior(k);
        }

        var rest = new BlockedSum();
        for (var n = 0; n < _n; n++)
        {
            for (var k = 0; k < _k; k++)
            {
                rest.Add(0.5 * (ScoreMeans[n * _k + k] * ScoreMeans[n * _k + k] + ScoreCovariances[(n * _k + k) * _k + k]));
            }
        }

        for (var d = 0; d < _width; d++)
        {
            var ratio = _prior.MuPrecision / MuPrecisions[d];
            rest.Add(0.5 * (_prior.MuPrecision * MuMeans[d] * MuMeans[d] + ratio - 1 - Math.Log(ratio)));
        }

        return energy + rest.Total;
    }

    private static int Count(ReadOnlySpan<double> x, int columns, BayesianPcaPriors priors, out int n, out int k)
    {
        ArgumentNullException.ThrowIfNull(priors);
        Require.Positive(columns);
        k = Require.Positive(priors.AlphaShape.Count, "priors.AlphaShape.Count");
        if (x.IsEmpty || x.Length % columns != 0)
        {
            throw new ArgumentException($"x: expected n x {columns} numbers, at least one row, but got {x.Length}.", nameof(x));
        }

        n = x.Length / columns;
        return checked((n + columns) * k * (k + 1) + 2 * columns + 2 * k + 2);
    }

    /// <summary>
    /// Every vector of one side given the other: <c>S⁻¹ = prior + E[τ] Σ E[vvᵀ]</c>, <c>m = S E[τ] Σ (x - E[μ]) E[v]</c> over observed entries. Entry of vector <c>i</c> with <c>j</c>: <c>i·stride + j·step</c>.
    /// </summary>
    /// <returns><c>Σ ½ log det S⁻¹</c>.</returns>
    private double UpdateSide(
        int count, int others, int stride, int step, Span<double> means, Span<double> covariances, ReadOnlySpan<double> otherMeans, ReadOnlySpan<double> otherCovariances,
        bool[] full, string name, bool isScore)
    {
        var tau = Tau[0] / Tau[1];
        int k = _k, area = k * k;
        double sharedLog = 0;
        var haveShared = false;
        var total = new BlockedSum();
        for (var i = 0; i < count; i++)
        {
            var log = sharedLog;
            ReadOnlySpan<double> factor = _shared;
            if (!full[i] || !haveShared)
            {
                Array.Clear(_factor);
                for (var j = 0; j < others; j++)
                {
                    if (_observed[i * stride + j * step])
                    {
                        AddSecondMoment(otherMeans.Slice(j * k, k), otherCovariances.Slice(j * area, area), _factor);
                    }
                }

                for (var e = 0; e < area; e++)
                {
                    _factor[e] *= tau;
                }

                for (var e = 0; e < k; e++)
                {
                    _factor[e * k + e] += isScore ? 1 : AlphaShapes[e] / AlphaRates[e];
                }

                Factorise(_factor, k, name, i);
                log = SmallMatrix.LogDiagonal(_factor, k);
                factor = _factor;
                if (full[i])
                {
                    _factor.CopyTo(_shared, 0);
                    SmallMatrix.Invert(_factor, k, _sharedMoment);
                    (sharedLog, haveShared) = (log, true);
                }
            }

            var mean = means.Slice(i * k, k);
            mean.Clear();
            for (var j = 0; j < others; j++)
            {
                if (_observed[i * stride + j * step])
                {
                    var centred = tau * (_x[i * stride + j * step] - MuMeans[isScore ? j : i]);
                    for (var e = 0; e < k; e++)
                    {
                        mean[e] += centred * otherMeans[j * k + e];
                    }
                }
            }

            SmallMatrix.SolveLower(factor, k, mean, 1);
            SmallMatrix.SolveUpper(factor, k, mean, 1);
            if (full[i])
            {
                _sharedMoment.CopyTo(covariances.Slice(i * area, area));
            }
            else
            {
                SmallMatrix.Invert(factor, k, covariances.Slice(i * area, area));
            }

            total.Add(log);
        }

        return total.Total;
    }

    private void AddSecondMoment(ReadOnlySpan<double> mean, ReadOnlySpan<double> covariance, Span<double> to)
    {
        for (var row = 0; row < _k; row++)
        {
            for (var column = 0; column < _k; column++)
            {
                to[row * _k + column] += mean[row] * mean[column] + covariance[row * _k + column];
            }
        }
    }

    private void UpdateMu()
    {
        var tau = Tau[0] / Tau[1];
        for (var d = 0; d < _width; d++)
        {
            var sum = new BlockedSum();
            var count = 0;
            for (var n = 0; n < _n; n++)
            {
                if (_observed[n * _width + d])
                {
                    sum.Add(_x[n * _width + d] - SmallMatrix.Dot(WeightMeans.Slice(d * _k, _k), ScoreMeans.Slice(n * _k, _k)));
                    count++;
                }
            }

            MuPrecisions[d] = _prior.MuPrecision + tau * count;
            MuMeans[d] = tau * sum.Total / MuPrecisions[d];
        }
    }

    private double SquaredWeights(int k)
    {
        var sum = new BlockedSum();
        for (var d = 0; d < _width; d++)
        {
            sum.Add(WeightMeans[d * _k + k] * WeightMeans[d * _k + k] + WeightCovariances[(d * _k + k) * _k + k]);
        }

        return sum.Total;
    }

    /// <summary><c>Σ E(x - w·z - μ)²</c>: squares of the means' residuals, and the variance <c>m_wᵀ S_z m_w + m_zᵀ S_w m_z + tr S_w S_z + Var μ</c>.</summary>
    private double Residual()
    {
        var total = new BlockedSum();
        for (var n = 0; n < _n; n++)
        {
            var z = ScoreMeans.Slice(n * _k, _k);
            for (var d = 0; d < _width; d++)
            {
                if (!_observed[n * _width + d])
                {
                    continue;
                }

                var w = WeightMeans.Slice(d * _k, _k);
                var difference = _x[n * _width + d] - MuMeans[d] - SmallMatrix.Dot(w, z);
                var term = difference * difference + 1 / MuPrecisions[d];
                for (var row = 0; row < _k; row++)
                {
                    for (var column = 0; column < _k; column++)
                    {
                        var ofZ = ScoreCovariances[(n * _k + row) * _k + column];
                        var ofW = WeightCovariances[(d * _k + row) * _k + column];
                        term += w[row] * w[column] * ofZ + z[row] * z[column] * ofW + ofW * ofZ;
                    }
                }

                total.Add(term);
            }
        }

        return total.Total;
    }
}
