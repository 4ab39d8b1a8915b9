namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Log-sum-exp of every row: <c>output[i] = m_i + log Σ_j exp(x[i, j] - m_i)</c>, <c>m_i</c> the row's maximum, in nats. An empty row and one of all <c>-∞</c> give
    /// <c>-∞</c>; <c>+∞</c> gives <c>+∞</c>; NaN gives NaN. A vector is a matrix of one row.
    /// </summary>
    /// <param name="x">Values <c>[B, C]</c>.</param>
    /// <param name="output">Result of every row, <c>[B]</c>; overwritten.</param>
    public void LogSumExp(DeviceMatrix<T> x, DeviceTensor<T> output)
    {
        Check.Present(Device, x);
        Check.Vector(Device, output, x.Rows);
        LogSumExpCore(x, output);
    }

    /// <summary>Gradient of <see cref="LogSumExp"/>: <c>dx[i, j] = dOutput[i] · exp(x[i, j] - output[i])</c>; 0 where <c>output[i] = -∞</c>.</summary>
    /// <param name="x">Values <c>[B, C]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[B]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B]</c>.</param>
    /// <param name="dx">Gradient of the values, <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    public void LogSumExpBackward(DeviceMatrix<T> x, DeviceTensor<T> output, DeviceTensor<T> dOutput, DeviceMatrix<T> dx)
    {
        Check.Present(Device, x);
        Check.Vector(Device, output, x.Rows);
        Check.Vector(Device, dOutput, x.Rows);
        Check.Output(Device, dx, x.Rows, x.Columns);
        LogSumExpBackwardCore(x, output, dOutput, dx);
    }

    /// <summary>Device side of <see cref="LogSumExp"/>; arguments are checked.</summary>
    protected abstract void LogSumExpCore(DeviceMatrix<T> x, DeviceTensor<T> output);

    /// <summary>Device side of <see cref="LogSumExpBackward"/>; arguments are checked.</summary>
    protected abstract void LogSumExpBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> output, DeviceTensor<T> dOutput, DeviceMatrix<T> dx);
}
