using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>GaussianNegativeLogLikelihood</c>: the Gaussian negative log-likelihood.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GaussianNegativeLogLikelihoodBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _mean = null!;
    private DeviceTensor<T> _logVariance = null!;
    private DeviceTensor<T> _target = null!;
    private DeviceTensor<T> _loss = null!;
    private DeviceTensor<T> _dMean = null!;
    private DeviceTensor<T> _dLogVariance = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.GaussianNegativeLogLikelihood(_mean, _logVariance, _target, _loss);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.GaussianNegativeLogLikelihoodBackward(_mean, _logVariance, _target, T.One, _dMean, _dLogVariance);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _mean = Random(Rows, Features);
        _logVariance = Random(Rows, Features);
        _target = Random(Rows, Features);
        _loss = Allocate(1);
        _dMean = Allocate(Rows, Features);
        _dLogVariance = Allocate(Rows, Features);
    }
}
