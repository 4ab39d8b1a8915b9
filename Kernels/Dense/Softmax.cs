namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Softmax of every row: <c>output[i, j] = exp(x[i, j] - m_i) / Σ_k exp(x[i, k] - m_i)</c>, <c>m_i</c> the row's maximum.
    /// A row of all <c>-∞</c> gives 0; a NaN or a <c>+∞</c> in a row makes the row NaN.
    /// </summary>
    /// <param name="x">Logits <c>[B, C]</c>.</param>
    /// <param name="output">Probabilities <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    public void Softmax(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, x.Columns);
        SoftmaxCore(x, output);
    }

    /// <summary>Gradient of <see cref="Softmax"/>: <c>dx = p ⊙ (dOutput - ⟨p, dOutput⟩)</c> per row, <c>p = output</c>.</summary>
    /// <param name="output">What the forward call wrote, <c>[B, C]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, C]</c>.</param>
    /// <param name="dx">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    public void SoftmaxBackward(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        Check.Present(Device, output);
        Check.Matrix(Device, dOutput, output.Rows, output.Columns);
        Check.Output(Device, dx, output.Rows, output.Columns);
        SoftmaxBackwardCore(output, dOutput, dx);
    }

    /// <summary>
    /// Log-softmax of every row: <c>output[i, j] = x[i, j] - m_i - log Σ_k exp(x[i, k] - m_i)</c>, in nats. A row of all <c>-∞</c> gives <c>-∞</c>; a NaN or a <c>+∞</c> in a row makes the row NaN.
    /// </summary>
    /// <param name="x">Logits <c>[B, C]</c>.</param>
    /// <param name="output">Log probabilities <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    public void LogSoftmax(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, x.Columns);
        LogSoftmaxCore(x, output);
    }

    /// <summary>Gradient of <see cref="LogSoftmax"/>: <c>dx = dOutput - exp(output) Σ_k dOutput_k</c> per row; 0 for a row of all <c>-∞</c>.</summary>
    /// <param name="output">What the forward call wrote, <c>[B, C]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, C]</c>.</param>
    /// <param name="dx">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    public void LogSoftmaxBackward(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        Check.Present(Device, output);
        Check.Matrix(Device, dOutput, output.Rows, output.Columns);
        Check.Output(Device, dx, output.Rows, output.Columns);
        LogSoftmaxBackwardCore(output, dOutput, dx);
    }

    /// <summary>Device side of <see cref="Softmax"/>; arguments are checked.</summary>
    protected abstract void SoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="SoftmaxBackward"/>; arguments are checked.</summary>
    protected abstract void SoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx);

    /// <summary>Device side of <see cref="LogSoftmax"/>; arguments are checked.</summary>
    protected abstract void LogSoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="LogSoftmaxBackward"/>; arguments are checked.</summary>
    protected abstract void LogSoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx);
}
