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
/// A linear Gaussian state chain with known parameters: <c>z₀ ~ N(prior)</c>, <c>z_t ~ N(A z_{t-1}, ·)</c>, <c>x_t ~ N(C z_t, ·)</c>, any observation missing.
/// Structured, one sweep is exact and <c>F = -log p(x)</c>: the joint precision is block tridiagonal; the filter takes every time out of the next one,
/// the smoother returns from the last (Rauch, Tung and Striebel 1965, in information form). Factorised, <c>z_t</c> is updated for <c>t = 0, 1, …</c> from means of 0.
/// </summary>
/// <remarks><see cref="GaussianTree"/> does the same for trees of any shape, stated factor by factor; this is its chain of equal steps in flat memory, without an allocation a sweep, by the same messages.</remarks>
public sealed partial class LinearGaussianChain : VariationalBlock
{
    private readonly int _times;
    private readonly int _d;
    private readonly ChainPosterior _posterior;
    private readonly double[] _transition;
    private readonly double[] _emission;
    private readonly double[] _priorMean;
    private readonly (double[] Matrix, double HalfLog) _prior;
    private readonly (double[] Matrix, double HalfLog) _process;
    private readonly (double[] Matrix, double HalfLog) _noise;
    private readonly double[] _data;
    private readonly bool[] _observed;
    private readonly double[] _precision;
    private readonly double[] _potential;
    private readonly double[] _coupling;
    private readonly double[] _factor;
    private readonly double[] _gain;
    private double _constant;
    private double _logPartition;

    /// <summary>Reads parameters and observations into the joint precision.</summary>
    /// <param name="device">A device whose memory the host can read; owned by the caller.</param>
    /// <param name="parameters">What is known.</param>
    /// <param name="x">Observations <c>[T, M]</c>.</param>
    /// <param name="observed"><c>[T]</c>, false where the observation of a time is missing (its numbers are not looked at); empty when none is.</param>
    /// <param name="posterior">Which posterior.</param>
    /// <exception cref="ArgumentException">A shape does not fit, a number is not finite, or a precision is not symmetric and positive definite; the message names it.</exception>
    public LinearGaussianChain(Device device, LinearGaussianChainParameters parameters, ReadOnlySpan<double> x, ReadOnlySpan<bool> observed = default, ChainPosterior posterior = ChainPosterior.Structured)
        : base(device, nameof(LinearGaussianChain), Count(parameters, x, out var times, out var d, out var m))
    {
        (_times, _d, _posterior) = (times, d, Require.Named(posterior));
        _observed = Observed(observed, times);
        _data = Present(x, _observed, m, nameof(x));
        var a = _transition = Finite([.. parameters.Transition], (long)d * d, "parameters.Transition");
        var c = _emission = Finite([.. parameters.Emission], (long)m * d, "parameters.Emission");
        var mean = _priorMean = Finite([.. parameters.PriorMean], d, "parameters.PriorMean");
        var (prior, priorLog) = _prior = (Precision([.. parameters.PriorPrecision], d, "parameters.PriorPrecision", out var halfLog), halfLog);
        var (process, processLog) = _process = (Precision([.. parameters.TransitionPrecision], d, "parameters.TransitionPrecision", out halfLog), halfLog);
        var (noise, noiseLog) = _noise = (Precision([.. parameters.EmissionPrecision], m, "parameters.EmissionPrecision", out halfLog), halfLog);
        double[] processA = new double[d * d], aProcessA = new double[d * d], noiseC = new double[m * d], cNoiseC = new double[d * d], noiseX = new double[m];
        SmallMatrix.AddProduct(1, process, a, d, d, d, processA);
        SmallMatrix.AddTransposedProduct(1, a, processA, d, d, d, aProcessA);
        SmallMatrix.AddProduct(1, noise, c, m, m, d, noiseC);
        SmallMatrix.AddTransposedProduct(1, c, noiseC, m, d, d, cNoiseC);
        (_precision, _potential, _factor) = (new double[times * d * d], new double[times * d], new double[times * d * d]);
        _gain = new double[(times - 1) * d * d];

        // -AᵀQ between a time and the next.
        _coupling = SmallMatrix.Transpose(processA, d, d);
        for (var i = 0; i < _coupling.Length; i++)
        {
            _coupling[i] = -_coupling[i];
        }

        SmallMatrix.AddProduct(1, prior, mean, d, d, 1, _potential.AsSpan(0, d));
        var constant = new BlockedSum();
        constant.Add(priorLog - 0.5 * (d * Divergences.LogTwoPi + SmallMatrix.Dot(mean, _potential.AsSpan(0, d))));
        for (var t = 0; t < times; t++)
        {
            var own = Block(_precision, t);
            Accumulate(own, t == 0 ? prior : process);
            if (t + 1 < times)
            {
                Accumulate(own, aProcessA);
                constant.Add(processLog - 0.5 * d * Divergences.LogTwoPi);
            }

            if (_observed[t])
            {
                Accumulate(own, cNoiseC);
                var value = _data.AsSpan(t * m, m);
                Array.Clear(noiseX);
                SmallMatrix.AddProduct(1, noise, value, m, m, 1, noiseX);
                SmallMatrix.AddTransposedProduct(1, c, noiseX, m, d, 1, _potential.AsSpan(t * d, d));
                constant.Add(noiseLog - 0.5 * (m * Divergences.LogTwoPi + SmallMatrix.Dot(value, noiseX)));
            }
        }

        _constant = constant.Total;
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
        if (_posterior == ChainPosterior.Structured)
        {
            Filter();
            Smooth();
        }
        else
        {
            UpdateEveryTime();
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
                var row = 0.5 * SmallMatrix.Dot(Block(_precision, t).Slice(i * _d, _d), m) - _potential[t * _d + i];
                if (!next.IsEmpty)
                {
                    row += SmallMatrix.Dot(_coupling.AsSpan(i * _d, _d), next);
                }

                quadratic += m[i] * row;
            }

            energy.Add(quadratic + SmallMatrix.LogDiagonal(Block(_factor, t), _d) - 0.5 * _d * Divergences.LogTwoPi);
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

    private static void Accumulate(Span<double> to, ReadOnlySpan<double> from)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] += from[i];
        }
    }

    private Span<double> Block(double[] blocks, int t) => blocks.AsSpan(t * _d * _d, _d * _d);

    /// <summary>Forward: the parent of a time is the next one.</summary>
    private void Filter()
    {
        _precision.CopyTo(_factor, 0);
        _potential.CopyTo(Means);
        var logPartition = new BlockedSum();
        logPartition.Add(_constant);
        for (var t = 0; t < _times; t++)
        {
            var factor = Block(_factor, t);
            var z = Means.Slice(t * _d, _d);
            if (!GaussianMessages.SumOut(factor, z, ref logPartition))
            {
                throw NotPositiveDefinite("z", t);
            }

            if (t + 1 < _times)
            {
                var gain = Block(_gain, t);
                _coupling.CopyTo(gain);
                GaussianMessages.SendUp(factor, z, gain, Block(_factor, t + 1), Means.Slice((t + 1) * _d, _d));
            }

            SmallMatrix.SolveUpper(factor, _d, z, 1);
        }

        _logPartition = logPartition.Total;
    }

    /// <summary>Backward, from the last time on.</summary>
    private void Smooth()
    {
        Span<double> means = Means, covariances = Covariances, crosses = CrossCovariances;
        for (var t = _times - 1; t >= 0; t--)
        {
            var covariance = covariances.Slice(t * _d * _d, _d * _d);
            SmallMatrix.Invert(Block(_factor, t), _d, covariance);
            if (t + 1 < _times)
            {
                GaussianMessages.SendDown(
                    Block(_gain, t), means.Slice((t + 1) * _d, _d), covariances.Slice((t + 1) * _d * _d, _d * _d), means.Slice(t * _d, _d), covariance, crosses.Slice(t * _d * _d, _d * _d));
            }
        }
    }

    private void UpdateEveryTime()
    {
        for (var t = 0; t < _times; t++)
        {
            var factor = Block(_factor, t);
            Block(_precision, t).CopyTo(factor);
            Factorise(factor, _d, "z", t);
            var m = Means.Slice(t * _d, _d);
            _potential.AsSpan(t * _d, _d).CopyTo(m);
            if (t > 0)
            {
                SmallMatrix.AddTransposedProduct(-1, _coupling, Means.Slice((t - 1) * _d, _d), _d, _d, 1, m);
            }

            if (t + 1 < _times)
            {
                SmallMatrix.AddProduct(-1, _coupling, Means.Slice((t + 1) * _d, _d), _d, _d, 1, m);
            }

            SmallMatrix.SolveLower(factor, _d, m, 1);
            SmallMatrix.SolveUpper(factor, _d, m, 1);
            SmallMatrix.Invert(factor, _d, Covariances.Slice(t * _d * _d, _d * _d));
        }
    }
}
