namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// The <c>k</c> nearest other rows of every row, by Euclidean distance: <c>output[i, r]</c> is the row with the <c>r</c>-th smallest <c>‖x_i - x_j‖²</c>, <c>j ≠ i</c>,
    /// ties to the lower row number. Exact search, in tiles of a matrix product: time <c>O(N²·F)</c>, memory <c>O(N·k)</c>.
    /// A row with a NaN or an infinity sets the device's status word to its number.
    /// </summary>
    /// <param name="x">Features <c>[N, F]</c>, finite.</param>
    /// <param name="output">Row numbers <c>[N, k]</c>, <c>1 ≤ k &lt; N</c>; overwritten.</param>
    public void NearestNeighbours(DeviceMatrix<T> x, DeviceTensor<int> output)
    {
        Check.Present(Device, x);
        ArgumentNullException.ThrowIfNull(output);
        Check.Vector(Device, output, x.Rows * output.Columns);
        if (output.Rows != x.Rows || output.Columns < 1 || output.Columns >= x.Rows)
        {
            throw new ArgumentOutOfRangeException(nameof(output), $"output: expected shape [{x.Rows}, k] with k in [1, {x.Rows}), but got {DeviceTensor.Format(output.Shape)}.");
        }

        NearestNeighboursCore(x, output);
    }

    /// <summary>Device side of <see cref="NearestNeighbours"/>; arguments are checked.</summary>
    protected abstract void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output);
}
