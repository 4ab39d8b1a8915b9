namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// A relaxed categorical draw per row: <c>output_i = softmax((logits_i - ln(-ln u_i)) / temperature)</c> (Jang, Gu and Poole 2017, equation 2; Maddison, Mnih and Teh 2017), and the category that the
    /// same noise chooses, as <see cref="Categorical"/> would. A row of all <c>-∞</c> gives 0 and index -1; a key that is NaN makes the row NaN and its index -1.
    /// </summary>
    /// <param name="logits">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>, or where to draw them.</param>
    /// <param name="temperature">Temperature, finite and &gt; 0; towards 0 the output becomes the one-hot vector of the index.</param>
    /// <param name="output">Probabilities <c>[B, n]</c>; overwritten; may be <paramref name="logits"/> itself.</param>
    /// <param name="index">The largest key of each row, the lowest of equal ones, <c>[B]</c>; overwritten; null when it is not wanted.</param>
    public void GumbelSoftmax(DeviceMatrix<T> logits, Noise<T> uniform, T temperature, DeviceMatrix<T> output, DeviceTensor<int>? index = null)
    {
        Check.Present(Device, logits);
        Check.Categories(logits);
        Check.Noise(Device, uniform, logits.Rows, logits.Columns);
        Check.PositiveFinite(temperature);
        Check.Output(Device, output, logits.Rows, logits.Columns);
        Check.OptionalVector(Device, index, logits.Rows);
        Check.Apart(output, uniform.Values, inputName: nameof(uniform));
        GumbelSoftmaxCore(logits, uniform, temperature, output, index);
    }

    /// <summary>Gradient of <see cref="GumbelSoftmax"/>: <c>dLogits = p ⊙ (dOutput - ⟨p, dOutput⟩) / temperature</c> per row, <c>p = output</c>.</summary>
    /// <param name="output">What the forward call wrote, <c>[B, n]</c>.</param>
    /// <param name="temperature">The temperature of the forward call.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, n]</c>.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, n]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    public void GumbelSoftmaxBackward(DeviceMatrix<T> output, T temperature, DeviceMatrix<T> dOutput, DeviceMatrix<T> dLogits)
    {
        Check.Present(Device, output);
        Check.PositiveFinite(temperature);
        Check.Matrix(Device, dOutput, output.Rows, output.Columns);
        Check.Output(Device, dLogits, output.Rows, output.Columns);
        Check.Apart(dLogits, output);
        GumbelSoftmaxBackwardCore(output, temperature, dOutput, dLogits);
    }

    /// <summary>Device side of <see cref="GumbelSoftmax"/>; arguments are checked.</summary>
    protected abstract void GumbelSoftmaxCore(DeviceMatrix<T> logits, Noise<T> uniform, T temperature, DeviceMatrix<T> output, DeviceTensor<int>? index);

    /// <summary>Device side of <see cref="GumbelSoftmaxBackward"/>; arguments are checked.</summary>
    protected abstract void GumbelSoftmaxBackwardCore(DeviceMatrix<T> output, T temperature, DeviceMatrix<T> dOutput, DeviceMatrix<T> dLogits);
}
