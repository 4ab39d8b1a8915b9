using Native.Kernels;

namespace Native.Models;

/// <summary>How much of the dependence between times a <see cref="LinearGaussianChain"/> keeps.</summary>
public enum ChainPosterior
{
    /// <summary>One Gaussian over all times: the exact posterior, by Kalman filtering and smoothing.</summary>
    Structured,

    /// <summary><c>q = Π_t N(z_t)</c>: means settle by sweeps over the times; variances are too small.</summary>
    Factorised,
}

/// <summary>What is known of a <see cref="LinearGaussianChain"/>; matrices are row-major, precisions symmetric and positive definite.</summary>
/// <param name="Transition"><c>A [d, d]</c>.</param>
/// <param name="Emission"><c>C [M, d]</c>.</param>
/// <param name="PriorMean">Mean of <c>z₀</c>, <c>[d]</c>.</param>
/// <param name="PriorPrecision">Precision of <c>z₀</c>, <c>[d, d]</c>.</param>
/// <param name="TransitionPrecision">Precision of the noise of the process, <c>[d, d]</c>.</param>
/// <param name="EmissionPrecision">Precision of the noise of the observations, <c>[M, M]</c>.</param>
public sealed record LinearGaussianChainParameters(
    IReadOnlyList<double> Transition, IReadOnlyList<double> Emission, IReadOnlyList<double> PriorMean, IReadOnlyList<double> PriorPrecision,
    IReadOnlyList<double> TransitionPrecision, IReadOnlyList<double> EmissionPrecision);

/// <summary>
/// A linear Gaussian state chain: <c>z₀ ~ N(prior)</c>, <c>z_t ~ N(A z_{t-1}, ·)</c>, <c>x_t ~ N(C z_t, ·)</c>, any observation missing.
/// Structured, one sweep is exact and <c>F = -log p(x)</c>: the joint precision is block tridiagonal; the filter takes every time out of the next one,
/// the smoother returns from the last (Rauch, Tung and Striebel 1965, in information form). Factorised, <c>z_t</c> is updated for <c>t = 0, 1, …</c> from means of 0.
/// The precisions of the two noises are known, or Wishart variables of the graph; those hear <c>(n / 2, -½ Σ E[r rᵀ])</c> from the <c>n</c> steps (observations) with their residuals <c>r</c>,
/// and the chain is exact given what is expected of them (Ghahramani and Beal 2001).
/// </summary>
/// <remarks><see cref="GaussianTree"/> does the same for trees of any shape, stated factor by factor; this is its chain of equal steps in flat memory, without an allocation a sweep, by the same messages.</remarks>
public sealed partial class LinearGaussianChain : VariationalBlock
{
    /// <summary>Times differ in whether they are the first, whether they are the last and whether they are observed; their blocks of the joint precision in nothing else.</summary>
    private const int Kinds = 8;
    private const int First = 1;
    private const int Last = 2;
    private const int Seen = 4;

    private readonly int _times;
    private readonly int _d;
    private readonly ChainPosterior _posterior;
    private readonly double[] _transition;
    private readonly double[] _transitionTransposed;
    private readonly double[] _emission;
    private readonly double[] _emissionTransposed;
    private readonly double[] _priorMean;
    private readonly ExpectedPrecision _prior;
    private readonly ExpectedPrecision _process;
    private readonly ExpectedPrecision _noise;
    private readonly double[] _data;
    private readonly bool[] _observed;
    private readonly double[] _precision;
    private readonly double[] _potential;
    private readonly double[] _coupling;
    private readonly double[] _processA;
    private readonly double[] _aProcessA;
    private readonly double[] _noiseC;
    private readonly double[] _cNoiseC;
    private readonly double[] _noiseX;
    private readonly double[] _residual;
    private readonly double[] _spread;
    private readonly double[] _squares;
    private readonly double[] _own;
    private readonly double[] _next;
    private readonly double[] _inverse;
    private readonly double[] _halfLog;
    private double _constant;
    private double _logPartition;

    /// <summary>Reads parameters and observations.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="parameters">What is known.</param>
    /// <param name="x">Observations <c>[T, M]</c>.</param>
    /// <param name="observed"><c>[T]</c>, false where the observation of a time is missing (its numbers are not looked at); empty when none is.</param>
    /// <param name="posterior">Which posterior.</param>
    /// <param name="transitionPrecision">A Wishart variable <c>[d, d]</c> in the place of <see cref="LinearGaussianChainParameters.TransitionPrecision"/>, which is not looked at then; null when that is known.</param>
    /// <param name="emissionPrecision">A Wishart variable <c>[M, M]</c> in the place of <see cref="LinearGaussianChainParameters.EmissionPrecision"/>, which is not looked at then; null when that is known.</param>
    /// <exception cref="ArgumentException">A shape does not fit, a number is not finite, or a precision is not symmetric and positive definite; the message names it.</exception>
    public LinearGaussianChain(
        Device device, LinearGaussianChainParameters parameters, ReadOnlySpan<double> x, ReadOnlySpan<bool> observed = default, ChainPosterior posterior = ChainPosterior.Structured,
        VariableArray<double>? transitionPrecision = null, VariableArray<double>? emissionPrecision = null)
        : base(device, nameof(LinearGaussianChain), Count(parameters, x, out var times, out var d, out var m), Given(transitionPrecision, emissionPrecision))
    {
        (_times, _d, _posterior) = (times, d, Require.Named(posterior));
        _observed = Observed(observed, times);
        _data = Present(x, _observed, m, nameof(x));
        _transition = Finite([.. parameters.Transition], (long)d * d, "parameters.Transition");
        _emission = Finite([.. parameters.Emission], (long)m * d, "parameters.Emission");
        _priorMean = Finite([.. parameters.PriorMean], d, "parameters.PriorMean");
        _prior = new(null, d, parameters.PriorPrecision, "parameters.PriorPrecision");
        _process = new(transitionPrecision, d, parameters.TransitionPrecision, transitionPrecision is null ? "parameters.TransitionPrecision" : nameof(transitionPrecision));
        _noise = new(emissionPrecision, m, parameters.EmissionPrecision, emissionPrecision is null ? "parameters.EmissionPrecision" : nameof(emissionPrecision));
        (_transitionTransposed, _emissionTransposed) = (SmallMatrix.Transpose(_transition, d, d), SmallMatrix.Transpose(_emission, m, d));
        (_processA, _aProcessA, _coupling, _noiseC, _cNoiseC, _noiseX) = (new double[d * d], new double[d * d], new double[d * d], new double[m * d], new double[d * d], new double[m]);
        var widest = Math.Max(d, m);
        (_residual, _spread, _squares) = (new double[widest], new double[widest * d], new double[widest * widest]);
        (_precision, _potential, _own, _next) = (new double[Kinds * d * d], new double[times * d], new double[d * d], new double[d * d]);
        (_inverse, _halfLog) = posterior == ChainPosterior.Factorised ? (new double[Kinds * d * d], new double[Kinds]) : ([], []);
        if (Variables.Count == 0)
        {
            BuildJoint();
        }
    }

    /// <summary>Posterior means <c>[T, d]</c>.</summary>
    public ReadOnlySpan<double> Mean => Means;

    /// <summary>Posterior covariances <c>[T, d, d]</c> of every time.</summary>
    public ReadOnlySpan<double> Covariance => Covariances;

    /// <summary><c>Cov(z_t, z_{t+1}) [T - 1, d, d]</c>; zeros in the factorised posterior.</summary>
    public ReadOnlySpan<double> CrossCovariance => CrossCovariances;

    private Span<double> Means => Parameters[..(_times * _d)];

    private Span<double> Covariances => Parameters.Slice(_times * _d, _times * _d * _d);

    private Span<double> CrossCovariances => Parameters[(_times * _d * (_d + 1))..];

    /// <inheritdoc/>
    public override void Update()
    {
        if (Variables.Count > 0)
        {
            _process.Read();
            _noise.Read();
            BuildJoint();
        }

        switch (_posterior, _d)
        {
            case (ChainPosterior.Factorised, _):
                UpdateEveryTime();
                break;
            case (_, 1):
                Solve<Order1>();
                break;
            case (_, 2):
                Solve<Order2>();
                break;
            case (_, 3):
                Solve<Order3>();
                break;
            case (_, 4):
                Solve<Order4>();
                break;
            default:
                Filter();
                Smooth();
                break;
        }
    }

    private protected override double ComputeFreeEnergy()
    {
        if (_posterior == ChainPosterior.Structured)
        {
            return -_logPartition;
        }

        // E[zᵀPz] = mᵀPm + d, which cancels against the entropy's ½d.
        var energy = new BlockedSum();
        energy.Add(-_constant);
        for (var t = 0; t < _times; t++)
        {
            var m = Means.Slice(t * _d, _d);
            var next = t + 1 < _times ? Means.Slice((t + 1) * _d, _d) : default;
            var quadratic = 0.0;
            for (var i = 0; i < _d; i++)
            {
                var row = 0.5 * SmallMatrix.Dot(Block(_precision, KindOf(t)).Slice(i * _d, _d), m) - _potential[t * _d + i];
                if (!next.IsEmpty)
                {
                    row += SmallMatrix.Dot(_coupling.AsSpan(i * _d, _d), next);
                }

                quadratic += m[i] * row;
            }

            energy.Add(quadratic + _halfLog[KindOf(t)] - 0.5 * _d * Divergences.LogTwoPi);
        }

        return energy.Total;
    }

    private static int Count(LinearGaussianChainParameters parameters, ReadOnlySpan<double> x, out int times, out int d, out int m)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        d = parameters.PriorMean.Count;
        m = d == 0 ? 0 : parameters.Emission.Count / d;
        if (d == 0 || m == 0 || x.IsEmpty || x.Length % m != 0)
        {
            throw new ArgumentException($"x: expected T x M numbers, at least one, for the emission [{m}, {d}], but got {x.Length}.", nameof(x));
        }

        times = x.Length / m;
        return checked(times * (d + d * d) + (times - 1) * d * d);
    }

    private static VariableArray<double>[] Given(VariableArray<double>? transitionPrecision, VariableArray<double>? emissionPrecision) =>
        transitionPrecision is null
            ? emissionPrecision is null ? [] : [emissionPrecision]
            : emissionPrecision is null ? [transitionPrecision] : [transitionPrecision, emissionPrecision];

    /// <summary>The joint precision and potential of all times, and what does not depend on them, under the expected precisions of the noises.</summary>
    private void BuildJoint()
    {
        int d = _d, m = _noiseX.Length;
        foreach (var work in (ReadOnlySpan<double[]>)[_processA, _aProcessA, _noiseC, _cNoiseC, _coupling, _precision, _potential])
        {
            Array.Clear(work);
        }

        SmallMatrix.AddProduct(1, _process.Matrix, _transition, d, d, d, _processA);
        SmallMatrix.AddProduct(1, _transitionTransposed, _processA, d, d, d, _aProcessA);
        SmallMatrix.AddProduct(-1, _transitionTransposed, _process.Matrix, d, d, d, _coupling);
        SmallMatrix.AddProduct(1, _noise.Matrix, _emission, m, m, d, _noiseC);
        SmallMatrix.AddProduct(1, _emissionTransposed, _noiseC, d, m, d, _cNoiseC);
        SmallMatrix.AddProduct(1, _prior.Matrix, _priorMean, d, d, 1, _potential.AsSpan(0, d));
        var constant = new BlockedSum();
        constant.Add(_prior.HalfLog - 0.5 * (d * Divergences.LogTwoPi + SmallMatrix.Dot(_priorMean, _potential.AsSpan(0, d))));
        for (var t = 0; t < _times; t++)
        {
            if (t + 1 < _times)
            {
                constant.Add(_process.HalfLog - 0.5 * d * Divergences.LogTwoPi);
            }

            if (_observed[t])
            {
                var value = _data.AsSpan(t * m, m);
                Array.Clear(_noiseX);
                SmallMatrix.AddProduct(1, _noise.Matrix, value, m, m, 1, _noiseX);
                SmallMatrix.AddProduct(1, _emissionTransposed, _noiseX, d, m, 1, _potential.AsSpan(t * d, d));
                constant.Add(_noise.HalfLog - 0.5 * (m * Divergences.LogTwoPi + SmallMatrix.Dot(value, _noiseX)));
            }
        }

        _constant = constant.Total;
        for (var kind = 0; kind < Kinds; kind++)
        {
            var block = Block(_precision, kind);
            Accumulate(block, (kind & First) != 0 ? _prior.Matrix : _process.Matrix);
            Accumulate(block, (kind & Last) != 0 ? [] : _aProcessA);
            Accumulate(block, (kind & Seen) != 0 ? _cNoiseC : []);
            if (_posterior == ChainPosterior.Factorised)
            {
                block.CopyTo(_own);
                Factorise(_own, d, "z");
                SmallMatrix.Invert(_own, d, Block(_inverse, kind));
                _halfLog[kind] = SmallMatrix.LogDiagonal(_own, d);
            }
        }
    }

    private static void Accumulate(Span<double> to, ReadOnlySpan<double> from)
    {
        for (var i = 0; i < from.Length; i++)
        {
            to[i] += from[i];
        }
    }

    private Span<double> Block(double[] blocks, int kind) => blocks.AsSpan(kind * _d * _d, _d * _d);

    private int KindOf(int t) => (t == 0 ? First : 0) | (t + 1 == _times ? Last : 0) | (_observed[t] ? Seen : 0);

    /// <summary>
    /// Forward: the parent of a time is the next one. Leaves <c>P⁻¹</c> in the covariances, <c>P⁻¹h</c> in the means and the gains in the cross-covariances.
    /// </summary>
    private void Filter()
    {
        Span<double> means = Means, covariances = Covariances, crosses = CrossCovariances;
        _potential.CopyTo(means);
        Block(_precision, KindOf(0)).CopyTo(_own);
        var logPartition = new BlockedSum();
        logPartition.Add(_constant);
        for (var t = 0; t < _times; t++)
        {
            var z = means.Slice(t * _d, _d);
            if (!GaussianMessages.SumOut(_own, z, ref logPartition))
            {
                throw NotPositiveDefinite("z", t);
            }

            if (t + 1 < _times)
            {
                var gain = crosses.Slice(t * _d * _d, _d * _d);
                _coupling.CopyTo(gain);
                Block(_precision, KindOf(t + 1)).CopyTo(_next);
                GaussianMessages.SendUp(_own, z, gain, _next, means.Slice((t + 1) * _d, _d));
            }

            SmallMatrix.SolveUpper(_own, _d, z, 1);
            SmallMatrix.Invert(_own, _d, covariances.Slice(t * _d * _d, _d * _d));
            _next.CopyTo(_own, 0);
        }

        _logPartition = logPartition.Total;
    }

    /// <summary>Backward, from the last time on.</summary>
    private void Smooth()
    {
        Span<double> means = Means, covariances = Covariances, crosses = CrossCovariances;
        var area = _d * _d;
        for (var t = _times - 2; t >= 0; t--)
        {
            var cross = crosses.Slice(t * area, area);
            cross.CopyTo(_next);
            GaussianMessages.SendDown(
                _next, means.Slice((t + 1) * _d, _d), covariances.Slice((t + 1) * area, area), means.Slice(t * _d, _d), covariances.Slice(t * area, area), cross);
        }
    }

    private void UpdateEveryTime()
    {
        var potential = _residual.AsSpan(0, _d);
        for (var t = 0; t < _times; t++)
        {
            _potential.AsSpan(t * _d, _d).CopyTo(potential);
            if (t > 0)
            {
                SmallMatrix.AddTransposedProduct(-1, _coupling, Means.Slice((t - 1) * _d, _d), _d, _d, 1, potential);
            }

            if (t + 1 < _times)
            {
                SmallMatrix.AddProduct(-1, _coupling, Means.Slice((t + 1) * _d, _d), _d, _d, 1, potential);
            }

            var inverse = Block(_inverse, KindOf(t));
            var m = Means.Slice(t * _d, _d);
            m.Clear();
            SmallMatrix.AddProduct(1, inverse, potential, _d, _d, 1, m);
            inverse.CopyTo(Covariances.Slice(t * _d * _d, _d * _d));
        }
    }
}
