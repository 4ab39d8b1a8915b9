namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// Divergence of diagonal Gaussians, per row, in nats: <c>output[i] = KL(q‖p) = ½ Σ_j (e^d - 1 - d + (mean - priorMean)² exp(-priorLogVariance))</c> with <c>d = logVariance - priorLogVariance</c>;
    /// against the standard normal, <c>½ Σ_j (exp(logVariance) - 1 - logVariance + mean²)</c> (Kingma and Welling 2014, appendix B). Nothing is clamped. A row without features gives 0.
    /// </summary>
    /// <param name="mean">Means of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="priorMean">Means of <c>p</c>, <c>[B, F]</c>, one row may be repeated; absent for the standard normal.</param>
    /// <param name="priorLogVariance">Log variances of <c>p</c>, <c>[B, F]</c>, one row may be repeated; absent exactly when <paramref name="priorMean"/> is.</param>
    /// <param name="output">The divergence of each row, <c>[B]</c>; overwritten.</param>
    public void GaussianKl(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> priorMean, DeviceMatrix<T> priorLogVariance, DeviceTensor<T> output)
    {
        CheckGaussians(mean, logVariance, priorMean, priorLogVariance);
        Check.Vector(Device, output, mean.Rows);
        GaussianKlCore(mean, logVariance, priorMean, priorLogVariance, output);
    }

    /// <summary>
    /// Gradient of <see cref="GaussianKl"/>, <c>g = dOutput[i]</c>: <c>dMean = g (mean - priorMean) exp(-priorLogVariance)</c>, <c>dLogVariance = ½ g (e^d - 1)</c>, <c>dPriorMean = -dMean</c>,
    /// <c>dPriorLogVariance = ½ g (1 - e^d - (mean - priorMean)² exp(-priorLogVariance))</c>.
    /// </summary>
    /// <param name="mean">Means of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="priorMean">Means of <c>p</c>, <c>[B, F]</c>; absent for the standard normal.</param>
    /// <param name="priorLogVariance">Log variances of <c>p</c>, <c>[B, F]</c>; absent exactly when <paramref name="priorMean"/> is.</param>
    /// <param name="dOutput">Gradient of the divergence of each row, <c>[B]</c>.</param>
    /// <param name="dMean">Gradient of the means of <c>q</c>, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances of <c>q</c>, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dPriorMean">Gradient of the means of <c>p</c>, <c>[B, F]</c>; overwritten; may be absent, and must be when there is no prior.</param>
    /// <param name="dPriorLogVariance">Gradient of the log variances of <c>p</c>, <c>[B, F]</c>; overwritten; may be absent, and must be when there is no prior.</param>
    public void GaussianKlBackward(
        DeviceMatrix<T> mean,
        DeviceMatrix<T> logVariance,
        DeviceMatrix<T> priorMean,
        DeviceMatrix<T> priorLogVariance,
        DeviceTensor<T> dOutput,
        DeviceMatrix<T> dMean,
        DeviceMatrix<T> dLogVariance,
        DeviceMatrix<T> dPriorMean = default,
        DeviceMatrix<T> dPriorLogVariance = default)
    {
        CheckGaussians(mean, logVariance, priorMean, priorLogVariance);
        Check.Vector(Device, dOutput, mean.Rows);
        CheckGradient(dMean, nameof(dMean));
        CheckGradient(dLogVariance, nameof(dLogVariance));
        CheckGradient(dPriorMean, nameof(dPriorMean));
        CheckGradient(dPriorLogVariance, nameof(dPriorLogVariance));
        Check.Apart(dMean, dLogVariance);
        Check.Apart(dMean, dPriorMean);
        Check.Apart(dMean, dPriorLogVariance);
        Check.Apart(dLogVariance, dPriorMean);
        Check.Apart(dLogVariance, dPriorLogVariance);
        Check.Apart(dPriorMean, dPriorLogVariance);
        if (priorMean.IsAbsent && !(dPriorMean.IsAbsent && dPriorLogVariance.IsAbsent))
        {
            var name = dPriorMean.IsAbsent ? nameof(dPriorLogVariance) : nameof(dPriorMean);
            throw new ArgumentException($"{name}: expected none, because the standard normal has no parameters, but a matrix was given.", name);
        }

        GaussianKlBackwardCore(mean, logVariance, priorMean, priorLogVariance, dOutput, dMean, dLogVariance, dPriorMean, dPriorLogVariance);

        void CheckGradient(DeviceMatrix<T> gradient, string name)
        {
            Check.OptionalOutput(Device, gradient, mean.Rows, mean.Columns, name);
            Check.Apart(gradient, mean, name);
            Check.Apart(gradient, logVariance, name);
            Check.Apart(gradient, priorMean, name);
            Check.Apart(gradient, priorLogVariance, name);
        }
    }

    /// <summary>Device side of <see cref="GaussianKl"/>; arguments are checked.</summary>
    protected abstract void GaussianKlCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> priorMean, DeviceMatrix<T> priorLogVariance, DeviceTensor<T> output);

    /// <summary>Device side of <see cref="GaussianKlBackward"/>; arguments are checked.</summary>
    protected abstract void GaussianKlBackwardCore(
        DeviceMatrix<T> mean,
        DeviceMatrix<T> logVariance,
        DeviceMatrix<T> priorMean,
        DeviceMatrix<T> priorLogVariance,
        DeviceTensor<T> dOutput,
        DeviceMatrix<T> dMean,
        DeviceMatrix<T> dLogVariance,
        DeviceMatrix<T> dPriorMean,
        DeviceMatrix<T> dPriorLogVariance);

    private void CheckGaussians(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> priorMean, DeviceMatrix<T> priorLogVariance)
    {
        Check.Present(Device, mean);
        Check.Matrix(Device, logVariance, mean.Rows, mean.Columns);
        if (priorMean.IsAbsent && priorLogVariance.IsAbsent)
        {
            return;
        }

        Check.Matrix(Device, priorMean, mean.Rows, mean.Columns);
        Check.Matrix(Device, priorLogVariance, mean.Rows, mean.Columns);
    }
}
