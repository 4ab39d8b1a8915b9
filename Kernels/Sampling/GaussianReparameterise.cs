namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// A draw from a diagonal Gaussian as a function of its parameters: <c>output = mean + exp(½ logVariance) ⊙ ε</c>, <c>ε</c> standard normal (Kingma and Welling 2014, section 2.4). Nothing is clamped.
    /// </summary>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon"><c>ε [B, F]</c>, or where to draw it, as <see cref="Normal"/> does. The backward call takes the same argument: what was drawn can be drawn again and need not be kept.</param>
    /// <param name="output">The draw, <c>[B, F]</c>; overwritten; may be <paramref name="mean"/> or <paramref name="logVariance"/> itself.</param>
    public void GaussianReparameterise(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> output)
    {
        Check.Present(Device, mean);
        Check.Matrix(Device, logVariance, mean.Rows, mean.Columns);
        Check.Noise(Device, epsilon, mean.Rows, mean.Columns);
        Check.Output(Device, output, mean.Rows, mean.Columns);
        Check.Apart(output, epsilon.Values, inputName: nameof(epsilon));
        GaussianReparameteriseCore(mean, logVariance, epsilon, output);
    }

    /// <summary>Gradient of <see cref="GaussianReparameterise"/>: <c>dMean = dOutput</c>, <c>dLogVariance = ½ dOutput ⊙ ε ⊙ exp(½ logVariance)</c>.</summary>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon">What the forward call was given.</param>
    /// <param name="dOutput">Gradient of the draw, <c>[B, F]</c>.</param>
    /// <param name="dMean">Gradient of the means, <c>[B, F]</c>; overwritten; may be absent, because it equals <paramref name="dOutput"/>.</param>
    /// <param name="dLogVariance">Gradient of the log variances, <c>[B, F]</c>; overwritten; may be absent.</param>
    public void GaussianReparameteriseBackward(DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> dOutput, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance)
    {
        Check.Present(Device, logVariance);
        Check.Noise(Device, epsilon, logVariance.Rows, logVariance.Columns);
        Check.Matrix(Device, dOutput, logVariance.Rows, logVariance.Columns);
        Check.OptionalOutput(Device, dMean, logVariance.Rows, logVariance.Columns);
        Check.OptionalOutput(Device, dLogVariance, logVariance.Rows, logVariance.Columns);
        Check.Apart(dMean, logVariance);
        Check.Apart(dMean, epsilon.Values, inputName: nameof(epsilon));
        Check.Apart(dMean, dOutput);
        Check.Apart(dLogVariance, logVariance);
        Check.Apart(dLogVariance, epsilon.Values, inputName: nameof(epsilon));
        Check.Apart(dLogVariance, dOutput);
        Check.Apart(dLogVariance, dMean);
        GaussianReparameteriseBackwardCore(logVariance, epsilon, dOutput, dMean, dLogVariance);
    }

    /// <summary>Device side of <see cref="GaussianReparameterise"/>; arguments are checked.</summary>
    protected abstract void GaussianReparameteriseCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="GaussianReparameteriseBackward"/>; arguments are checked.</summary>
    protected abstract void GaussianReparameteriseBackwardCore(DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> dOutput, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance);
}
