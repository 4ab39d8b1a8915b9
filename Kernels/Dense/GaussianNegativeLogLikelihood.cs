namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>Negative log-likelihood of a Gaussian, constant included: <c>loss = ½ Σ (logVariance + (target - mean)² exp(-logVariance) + log 2π)</c>.</summary>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>; not clamped.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="loss">The sum, <c>[1]</c>, in nats; overwritten.</param>
    public void GaussianNegativeLogLikelihood(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Check.Present(Device, mean);
        Check.Matrix(Device, logVariance, mean.Rows, mean.Columns);
        Check.Matrix(Device, target, mean.Rows, mean.Columns);
        Check.Vector(Device, loss, 1);
        GaussianNegativeLogLikelihoodCore(mean, logVariance, target, loss);
    }

    /// <summary>Gradient of <see cref="GaussianNegativeLogLikelihood"/>: <c>dMean = c (mean - target) exp(-logVariance)</c>, <c>dLogVariance = ½c (1 - (target - mean)² exp(-logVariance))</c>.</summary>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>; not clamped.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dMean">Gradient of the means, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances, <c>[B, F]</c>; overwritten; may be absent.</param>
    public void GaussianNegativeLogLikelihoodBackward(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance)
    {
        Check.Present(Device, mean);
        Check.Matrix(Device, logVariance, mean.Rows, mean.Columns);
        Check.Matrix(Device, target, mean.Rows, mean.Columns);
        Check.OptionalOutput(Device, dMean, mean.Rows, mean.Columns);
        Check.OptionalOutput(Device, dLogVariance, mean.Rows, mean.Columns);
        Check.Apart(dMean, mean);
        Check.Apart(dMean, logVariance);
        Check.Apart(dMean, target);
        Check.Apart(dLogVariance, mean);
        Check.Apart(dLogVariance, logVariance);
        Check.Apart(dLogVariance, target);
        GaussianNegativeLogLikelihoodBackwardCore(mean, logVariance, target, scale, dMean, dLogVariance);
    }

    /// <summary>Device side of <see cref="GaussianNegativeLogLikelihood"/>; arguments are checked.</summary>
    protected abstract void GaussianNegativeLogLikelihoodCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, DeviceTensor<T> loss);

    /// <summary>Device side of <see cref="GaussianNegativeLogLikelihoodBackward"/>; arguments are checked.</summary>
    protected abstract void GaussianNegativeLogLikelihoodBackwardCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance);
}
