using System.Runtime.CompilerServices;

namespace Native.Bench;

/// <summary>The Kalman filter and the Rauch–Tung–Striebel smoother of two-dimensional states, in covariances, as textbooks have them: plain loops in double, nothing allocated.</summary>
internal sealed class PlainKalman
{
    private const int D = 2;
    private const int Size = D * D;

    private readonly int _times;
    private readonly double[] _x;
    private readonly double[] _transition;
    private readonly double[] _emission;
    private readonly double[] _priorMean;
    private readonly double[] _priorCovariance;
    private readonly double[] _process;
    private readonly double[] _noise;
    private readonly double[] _predictedMeans;
    private readonly double[] _predictedCovariances;

    /// <summary>A chain of states with transition, emission and covariances, all <c>[2, 2]</c>, and observations <c>x [T, 2]</c>.</summary>
    public PlainKalman(double[] x, double[] transition, double[] emission, double[] priorMean, double[] priorCovariance, double[] process, double[] noise)
    {
        (_times, _x, _transition, _emission) = (x.Length / D, x, transition, emission);
        (_priorMean, _priorCovariance, _process, _noise) = (priorMean, priorCovariance, process, noise);
        (Means, Covariances) = (new double[_times * D], new double[_times * Size]);
        (_predictedMeans, _predictedCovariances) = (new double[_times * D], new double[_times * Size]);
    }

    /// <summary>Posterior means <c>[T, 2]</c>.</summary>
    public double[] Means { get; }

    /// <summary>Posterior covariances <c>[T, 2, 2]</c>.</summary>
    public double[] Covariances { get; }

    /// <summary>Filters all observations, then smooths backward.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run()
    {
        Span<double> cross = stackalloc double[Size], innovation = stackalloc double[Size], gain = stackalloc double[Size], scratch = stackalloc double[Size], residual = stackalloc double[D];
        for (var t = 0; t < _times; t++)
        {
            Span<double> predictedMean = _predictedMeans.AsSpan(t * D, D), predicted = _predictedCovariances.AsSpan(t * Size, Size);
            Span<double> mean = Means.AsSpan(t * D, D), covariance = Covariances.AsSpan(t * Size, Size);
            if (t == 0)
            {
                _priorMean.CopyTo(predictedMean);
                _priorCovariance.CopyTo(predicted);
            }
            else
            {
                Apply(_transition, Means.AsSpan((t - 1) * D, D), predictedMean);
                Multiply(_transition, Covariances.AsSpan((t - 1) * Size, Size), scratch);
                MultiplyTransposed(scratch, _transition, predicted);
                Add(predicted, _process);
            }

            MultiplyTransposed(predicted, _emission, cross);
            Multiply(_emission, cross, innovation);
            Add(innovation, _noise);
            Invert(innovation, scratch);
            Multiply(cross, scratch, gain);
            Apply(_emission, predictedMean, residual);
            for (var i = 0; i < D; i++)
            {
                residual[i] = _x[t * D + i] - residual[i];
            }

            Apply(gain, residual, mean);
            MultiplyTransposed(gain, cross, covariance);
            for (var i = 0; i < D; i++)
            {
                mean[i] += predictedMean[i];
            }

            for (var i = 0; i < Size; i++)
            {
                covariance[i] = predicted[i] - covariance[i];
            }
        }

        for (var t = _times - 2; t >= 0; t--)
        {
            Span<double> mean = Means.AsSpan(t * D, D), covariance = Covariances.AsSpan(t * Size, Size);
            Span<double> nextMean = Means.AsSpan((t + 1) * D, D), next = Covariances.AsSpan((t + 1) * Size, Size);
            MultiplyTransposed(covariance, _transition, cross);
            Invert(_predictedCovariances.AsSpan((t + 1) * Size, Size), scratch);
            Multiply(cross, scratch, gain);
            for (var i = 0; i < D; i++)
            {
                residual[i] = nextMean[i] - _predictedMeans[(t + 1) * D + i];
            }

            for (var i = 0; i < Size; i++)
            {
                innovation[i] = next[i] - _predictedCovariances[(t + 1) * Size + i];
            }

            for (var i = 0; i < D; i++)
            {
                mean[i] += gain[i * D] * residual[0] + gain[i * D + 1] * residual[1];
            }

            Multiply(gain, innovation, scratch);
            MultiplyTransposed(scratch, gain, cross);
            Add(covariance, cross);
        }
    }

    private static void Apply(ReadOnlySpan<double> a, ReadOnlySpan<double> x, Span<double> y)
    {
        for (var i = 0; i < D; i++)
        {
            y[i] = a[i * D] * x[0] + a[i * D + 1] * x[1];
        }
    }

    private static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c)
    {
        for (var i = 0; i < D; i++)
        {
            for (var j = 0; j < D; j++)
            {
                c[i * D + j] = a[i * D] * b[j] + a[i * D + 1] * b[D + j];
            }
        }
    }

    private static void MultiplyTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c)
    {
        for (var i = 0; i < D; i++)
        {
            for (var j = 0; j < D; j++)
            {
                c[i * D + j] = a[i * D] * b[j * D] + a[i * D + 1] * b[j * D + 1];
            }
        }
    }

    private static void Add(Span<double> a, ReadOnlySpan<double> b)
    {
        for (var i = 0; i < Size; i++)
        {
            a[i] += b[i];
        }
    }

    private static void Invert(ReadOnlySpan<double> a, Span<double> inverse)
    {
        var factor = 1 / (a[0] * a[3] - a[1] * a[2]);
        (inverse[0], inverse[1], inverse[2], inverse[3]) = (factor * a[3], -factor * a[1], -factor * a[2], factor * a[0]);
    }
}
