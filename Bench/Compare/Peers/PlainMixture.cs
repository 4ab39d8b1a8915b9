using System.Runtime.CompilerServices;
using Native.Kernels;

namespace Native.Bench;

/// <summary>
/// Variational mixture of Gaussians with full precision matrices as people write it when time matters: plain coordinate ascent in double, no SIMD, nothing allocated in a sweep.
/// <c>π ~ Dirichlet(α)</c>, <c>μ_k ~ N(m₀, Λ₀⁻¹)</c>, <c>Λ_k ~ Wishart(ν₀, B₀)</c> with inverse scale <c>B₀</c>, independent.
/// </summary>
/// <remarks>
/// A datum's log density under a component is linear in <c>x</c> and the lower triangle of <c>xxᵀ</c>, so that it costs as many multiply-adds as the sums for the parents do. Eight data go through both
/// together: a coefficient or a sum is loaded once for the eight, their multiply-adds do not wait for each other, and they share a logarithm.
/// </remarks>
internal sealed unsafe class PlainMixture : IPlainSweeps
{
    private const int Together = 8;
    private const double LogTwo = 0.69314718055994531;
    private const double LogTwoPi = 1.8378770664093453;

    private readonly double[] _x;
    private readonly int _n;
    private readonly int _k;
    private readonly int _d;
    private readonly int _f;
    private readonly double _priorAlpha;
    private readonly double[] _priorMean;
    private readonly double[] _priorPrecision;
    private readonly double _priorDof;
    private readonly double[] _priorInverseScale;
    private readonly double[] _counts;
    private readonly double[] _sums;
    private readonly double[] _expectedPrecision;
    private readonly double[] _constants;
    private readonly double[] _coefficients;
    private readonly double[] _statistics;
    private readonly double[] _logits;
    private readonly double[] _matrix;
    private readonly double[] _scatter;
    private readonly double[] _vector;

    /// <summary>A mixture over data <c>x [N, D]</c>; all components have one prior.</summary>
    public PlainMixture(double[] x, int components, int dimension, double alpha, double[] mean, double[] precision, double dof, double[] inverseScale)
    {
        (_x, _n, _k, _d, _f) = (x, x.Length / dimension, components, dimension, dimension * (dimension + 3) / 2);
        (_priorAlpha, _priorMean, _priorPrecision, _priorDof, _priorInverseScale) = (alpha, mean, precision, dof, inverseScale);
        var size = dimension * dimension;
        (_counts, _sums, _constants, _coefficients) = (new double[components], new double[components * _f], new double[components], new double[components * _f]);
        (_statistics, _logits) = (new double[Together * _f], new double[Together * components]);
        (_matrix, _scatter, _vector) = (new double[size], new double[size], new double[dimension]);
        (Alpha, Means, Covariances, Dof, InverseScales, _expectedPrecision) =
            (new double[components], new double[components * dimension], new double[components * size], new double[components], new double[components * size], new double[components * size]);
    }

    /// <summary><c>α [K]</c> of <c>q(π)</c>.</summary>
    public double[] Alpha { get; }

    /// <summary>Means of <c>q(μ)</c>, <c>[K, D]</c>.</summary>
    public double[] Means { get; }

    /// <summary>Covariances of <c>q(μ)</c>, <c>[K, D, D]</c>.</summary>
    public double[] Covariances { get; }

    /// <summary>Degrees of freedom of <c>q(Λ)</c>, <c>[K]</c>.</summary>
    public double[] Dof { get; }

    /// <summary>Inverse scales of <c>q(Λ)</c>, <c>[K, D, D]</c>.</summary>
    public double[] InverseScales { get; }

    /// <summary><c>F</c> after the last sweep.</summary>
    public double FreeEnergy { get; private set; }

    /// <summary>Starts with responsibilities <c>[N, K]</c>, and with the prior's expectation of every precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Start(double[] responsibilities)
    {
        Array.Clear(_counts);
        Array.Clear(_sums);
        fixed (double* x = _x, u = _statistics, r = _logits)
        {
            for (var n = 0; n < _n; n++)
            {
                Statistics(x + n * _d, 1, u);
                for (var k = 0; k < _k; k++)
                {
                    r[Together * k] = responsibilities[n * _k + k];
                }

                Accumulate(1);
            }
        }

        for (var k = 0; k < _k; k++)
        {
            _priorInverseScale.CopyTo(_matrix, 0);
            Factor(_matrix);
            Invert(_matrix, _expectedPrecision.AsSpan(k * _d * _d, _d * _d));
            foreach (ref var element in _expectedPrecision.AsSpan(k * _d * _d, _d * _d))
            {
                element *= _priorDof;
            }
        }
    }

    /// <summary>Updates <c>π</c>, then every <c>μ_k</c>, then every <c>Λ_k</c>, then the responsibilities with their counts and sums.</summary>
    public void Sweep()
    {
        FreeEnergy = UpdateWeights();
        for (var k = 0; k < _k; k++)
        {
            FreeEnergy += UpdateMean(k);
        }

        for (var k = 0; k < _k; k++)
        {
            FreeEnergy += UpdatePrecision(k);
        }

        FreeEnergy -= UpdateResponsibilities();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double UpdateWeights()
    {
        var total = 0.0;
        for (var k = 0; k < _k; k++)
        {
            Alpha[k] = _priorAlpha + _counts[k];
            total += Alpha[k];
        }

        var ofTotal = PlainFunctions.Digamma(total);
        var divergence = PlainFunctions.LogGamma(total) - PlainFunctions.LogGamma(_k * _priorAlpha);
        for (var k = 0; k < _k; k++)
        {
            _constants[k] = PlainFunctions.Digamma(Alpha[k]) - ofTotal;
            divergence += (Alpha[k] - _priorAlpha) * _constants[k] - PlainFunctions.LogGamma(Alpha[k]) + PlainFunctions.LogGamma(_priorAlpha);
        }

        return divergence;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double UpdateMean(int k)
    {
        var expected = _expectedPrecision.AsSpan(k * _d * _d, _d * _d);
        var covariance = Covariances.AsSpan(k * _d * _d, _d * _d);
        var mean = Means.AsSpan(k * _d, _d);
        var sum = _sums.AsSpan(k * _f, _d);
        for (var i = 0; i < _d; i++)
        {
            _vector[i] = Dot(_priorPrecision.AsSpan(i * _d, _d), _priorMean) + Dot(expected.Slice(i * _d, _d), sum);
            for (var j = 0; j < _d; j++)
            {
                _matrix[i * _d + j] = _priorPrecision[i * _d + j] + _counts[k] * expected[i * _d + j];
            }
        }

        var logDeterminant = Factor(_matrix);
        Invert(_matrix, covariance);
        var divergence = logDeterminant - _d;
        for (var i = 0; i < _d; i++)
        {
            mean[i] = Dot(covariance.Slice(i * _d, _d), _vector);
        }

        for (var i = 0; i < _d; i++)
        {
            var shifted = 0.0;
            for (var j = 0; j < _d; j++)
            {
                divergence += _priorPrecision[i * _d + j] * covariance[i * _d + j];
                shifted += _priorPrecision[i * _d + j] * (mean[j] - _priorMean[j]);
            }

            divergence += (mean[i] - _priorMean[i]) * shifted;
        }

        _priorPrecision.CopyTo(_matrix, 0);
        return 0.5 * (divergence - Factor(_matrix));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double UpdatePrecision(int k)
    {
        var inverseScale = InverseScales.AsSpan(k * _d * _d, _d * _d);
        var expected = _expectedPrecision.AsSpan(k * _d * _d, _d * _d);
        var covariance = Covariances.AsSpan(k * _d * _d, _d * _d);
        var mean = Means.AsSpan(k * _d, _d);
        var sum = _sums.AsSpan(k * _f, _f);
        var dof = Dof[k] = _priorDof + _counts[k];
        for (int i = 0, f = _d; i < _d; i++)
        {
            for (var j = 0; j <= i; j++, f++)
            {
                _scatter[i * _d + j] = sum[f] - sum[i] * mean[j] - mean[i] * sum[j] + _counts[k] * (mean[i] * mean[j] + covariance[i * _d + j]);
                _scatter[j * _d + i] = _scatter[i * _d + j];
            }
        }

        for (var i = 0; i < inverseScale.Length; i++)
        {
            inverseScale[i] = _priorInverseScale[i] + _scatter[i];
        }

        inverseScale.CopyTo(_matrix);
        var logDeterminant = Factor(_matrix);
        Invert(_matrix, expected);
        double trace = 0, digammas = 0, logGammas = 0, quadratic = 0;
        for (var i = 0; i < _d; i++)
        {
            digammas += PlainFunctions.Digamma(0.5 * (dof - i));
            logGammas += PlainFunctions.LogGamma(0.5 * (_priorDof - i)) - PlainFunctions.LogGamma(0.5 * (dof - i));
        }

        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] *= dof;
            trace += _scatter[i] * expected[i];
            quadratic += expected[i] * covariance[i];
        }

        var expectedLogDeterminant = digammas + _d * LogTwo - logDeterminant;
        for (int i = 0, f = _d; i < _d; i++)
        {
            var linear = Dot(expected.Slice(i * _d, _d), mean);
            _coefficients[k * _f + i] = linear;
            quadratic += mean[i] * linear;
            for (var j = 0; j <= i; j++, f++)
            {
                _coefficients[k * _f + f] = i == j ? -0.5 * expected[i * _d + j] : -expected[i * _d + j];
            }
        }

        _constants[k] += 0.5 * (expectedLogDeterminant - _d * LogTwoPi - quadratic);
        _priorInverseScale.CopyTo(_matrix, 0);
        var priorLogDeterminant = Factor(_matrix);
        return 0.5 * ((dof - _priorDof) * (expectedLogDeterminant - _d * LogTwo) - trace + dof * logDeterminant - _priorDof * priorLogDeterminant) + logGammas;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double UpdateResponsibilities()
    {
        Array.Clear(_counts);
        Array.Clear(_sums);
        var evidence = 0.0;
        var features = _f;
        fixed (double* data = _x, statistics = _statistics, logits = _logits, coefficients = _coefficients)
        {
            for (var n = 0; n < _n; n += Together)
            {
                var count = Math.Min(Together, _n - n);
                Statistics(data + n * _d, count, statistics);
                for (var k = 0; k < _k; k++)
                {
                    double l0 = _constants[k], l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0, l6 = l0, l7 = l0;
                    double* c = coefficients + k * _f, u = statistics;
                    for (var f = 0; f < features; f++, u += Together)
                    {
                        var w = c[f];
                        l0 += w * u[0];
                        l1 += w * u[1];
                        l2 += w * u[2];
                        l3 += w * u[3];
                        l4 += w * u[4];
                        l5 += w * u[5];
                        l6 += w * u[6];
                        l7 += w * u[7];
                    }

                    var to = logits + Together * k;
                    (to[0], to[1], to[2], to[3]) = (l0, l1, l2, l3);
                    (to[4], to[5], to[6], to[7]) = (l4, l5, l6, l7);
                }

                var product = 1.0;
                for (var i = 0; i < count; i++)
                {
                    var (maximum, sum) = PlainFunctions.SoftmaxInPlace(logits + i, _k, Together);
                    evidence += maximum;
                    product *= sum;
                }

                evidence += Math.Log(product);
                Accumulate(count);
            }
        }

        return evidence;
    }

    // x and the lower triangle of xxᵀ of eight data, beside each other; zeros for those that are missing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Statistics(double* x, int count, double* u)
    {
        for (var i = 0; i < Together; i++)
        {
            for (int a = 0, f = _d; a < _d; a++)
            {
                var xa = i < count ? x[i * _d + a] : 0;
                u[Together * a + i] = xa;
                for (var b = 0; b <= a; b++, f++)
                {
                    u[Together * f + i] = i < count ? xa * x[i * _d + b] : 0;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Accumulate(int count)
    {
        var features = _f;
        fixed (double* statistics = _statistics, logits = _logits, sums = _sums)
        {
            for (var k = 0; k < _k; k++)
            {
                var r = logits + Together * k;
                for (var i = count; i < Together; i++)
                {
                    r[i] = 0;
                }

                double r0 = r[0], r1 = r[1], r2 = r[2], r3 = r[3], r4 = r[4], r5 = r[5], r6 = r[6], r7 = r[7];
                _counts[k] += r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
                double* s = sums + k * _f, u = statistics;
                for (var f = 0; f < features; f++, u += Together)
                {
                    s[f] += r0 * u[0] + r1 * u[1] + (r2 * u[2] + r3 * u[3]) + (r4 * u[4] + r5 * u[5] + (r6 * u[6] + r7 * u[7]));
                }
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    // Cholesky factor in the lower triangle; gives log det.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Factor(double[] matrix)
    {
        var logDeterminant = 0.0;
        for (var i = 0; i < _d; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i * _d + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= matrix[i * _d + k] * matrix[j * _d + k];
                }

                matrix[i * _d + j] = i == j ? Math.Sqrt(sum) : sum / matrix[j * _d + j];
            }

            logDeterminant += 2 * Math.Log(matrix[i * _d + i]);
        }

        return logDeterminant;
    }

    // The inverse of the factored matrix; the factor is inverted in place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Invert(double[] factor, Span<double> inverse)
    {
        for (var j = 0; j < _d; j++)
        {
            factor[j * _d + j] = 1 / factor[j * _d + j];
            for (var i = j + 1; i < _d; i++)
            {
                var sum = 0.0;
                for (var k = j; k < i; k++)
                {
                    sum -= factor[i * _d + k] * factor[k * _d + j];
                }

                factor[i * _d + j] = sum / factor[i * _d + i];
            }
        }

        for (var i = 0; i < _d; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = i; k < _d; k++)
                {
                    sum += factor[k * _d + i] * factor[k * _d + j];
                }

                inverse[i * _d + j] = inverse[j * _d + i] = sum;
            }
        }
    }
}
