namespace Native.Models;

public sealed partial class LinearGaussianChain
{
    /// <summary>The energy term of the prior, <c>E_q[log N(z₀; prior)]</c>.</summary>
    public double ExpectedLogPrior
    {
        get
        {
            double[] residual = [.. Means[.._d]];
            SmallMatrix.AddProduct(-1, _priorMean, [1], _d, 1, 1, residual);
            return ExpectedLogGaussian(_prior, residual, Covariances[..(_d * _d)]);
        }
    }

    /// <summary>The energy term of one step, <c>E_q[log N(z_{t+1}; A z_t, ·)]</c>.</summary>
    /// <param name="time"><c>t</c>, in <c>[0, T - 1)</c>.</param>
    public double ExpectedLogTransition(int time)
    {
        RequireTime(time, _times - 1);

        // z_{t+1} - A z_t has the covariance V' - A X - (A X)ᵀ + A V Aᵀ, X = Cov(z_t, z_{t+1}); only its symmetric part counts.
        double[] residual = [.. Means.Slice((time + 1) * _d, _d)], covariance = [.. Covariances.Slice((time + 1) * _d * _d, _d * _d)];
        SmallMatrix.AddProduct(-1, _transition, Means.Slice(time * _d, _d), _d, _d, 1, residual);
        SmallMatrix.AddProduct(-2, _transition, CrossCovariances.Slice(time * _d * _d, _d * _d), _d, _d, _d, covariance);
        AddSpread(_transition, Covariances.Slice(time * _d * _d, _d * _d), _d, covariance);
        return ExpectedLogGaussian(_process, residual, covariance);
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

        var m = _emission.Length / _d;
        double[] residual = [.. _data.AsSpan(time * m, m)], covariance = new double[m * m];
        SmallMatrix.AddProduct(-1, _emission, Means.Slice(time * _d, _d), m, _d, 1, residual);
        AddSpread(_emission, Covariances.Slice(time * _d * _d, _d * _d), m, covariance);
        return ExpectedLogGaussian(_noise, residual, covariance);
    }

    /// <summary><c>E[log N(r; 0, P⁻¹)] = ½ log det P - ½ n log 2π - ½ (mᵀ P m + tr P V)</c>, <c>r</c> with mean <c>m [n]</c> and covariance <c>V</c>.</summary>
    private static double ExpectedLogGaussian((double[] Matrix, double HalfLog) precision, ReadOnlySpan<double> mean, ReadOnlySpan<double> covariance)
    {
        var squares = 0.0;
        for (var i = 0; i < covariance.Length; i++)
        {
            squares += precision.Matrix[i] * (mean[i / mean.Length] * mean[i % mean.Length] + covariance[i]);
        }

        return precision.HalfLog - 0.5 * (mean.Length * Divergences.LogTwoPi + squares);
    }

    /// <summary>Adds <c>M V Mᵀ</c>, <c>M [rows, d]</c>.</summary>
    private void AddSpread(double[] matrix, ReadOnlySpan<double> covariance, int rows, Span<double> to)
    {
        var half = new double[rows * _d];
        SmallMatrix.AddProduct(1, matrix, covariance, rows, _d, _d, half);
        SmallMatrix.AddProduct(1, half, SmallMatrix.Transpose(matrix, rows, _d), rows, _d, rows, to);
    }

    private static void RequireTime(int time, int end)
    {
        if ((uint)time >= (uint)end)
        {
            throw new ArgumentOutOfRangeException(nameof(time), $"time: expected a time in [0, {end}), but got {time}.");
        }
    }
}
