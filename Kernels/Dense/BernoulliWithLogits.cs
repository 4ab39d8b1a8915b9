namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>Negative log-likelihood of Bernoulli variables given by logits: <c>loss = Σ (max(l, 0) - l·t + log(1 + exp(-|l|)))</c>, <c>l</c> logits, <c>t</c> targets.</summary>
    /// <param name="logits">Logits <c>[B, F]</c>.</param>
    /// <param name="target">Targets in <c>[0, 1]</c>, <c>[B, F]</c>.</param>
    /// <param name="loss">The sum, <c>[1]</c>, in nats; overwritten.</param>
    public void BernoulliWithLogits(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Check.Present(Device, logits);
        Check.Matrix(Device, target, logits.Rows, logits.Columns);
        Check.Vector(Device, loss, 1);
        BernoulliWithLogitsCore(logits, target, loss);
    }

    /// <summary>Gradient of <see cref="BernoulliWithLogits"/>: <c>dLogits = c (σ(logits) - target)</c>.</summary>
    /// <param name="logits">Logits <c>[B, F]</c>.</param>
    /// <param name="target">Targets in <c>[0, 1]</c>, <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, F]</c>; overwritten.</param>
    public void BernoulliWithLogitsBackward(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits)
    {
        Check.Present(Device, logits);
        Check.Matrix(Device, target, logits.Rows, logits.Columns);
        Check.OptionalOutput(Device, dLogits, logits.Rows, logits.Columns);
        Check.Apart(dLogits, logits);
        Check.Apart(dLogits, target);
        BernoulliWithLogitsBackwardCore(logits, target, scale, dLogits);
    }

    /// <summary>Device side of <see cref="BernoulliWithLogits"/>; arguments are checked.</summary>
    protected abstract void BernoulliWithLogitsCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss);

    /// <summary>Device side of <see cref="BernoulliWithLogitsBackward"/>; arguments are checked.</summary>
    protected abstract void BernoulliWithLogitsBackwardCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits);
}
