namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// One category per row, drawn by the Gumbel-max method: <c>index[i] = argmax_j (logWeights[i, j] - ln(-ln u[i, j]))</c>, the lowest of equal keys. Category <c>j</c> has the probability
    /// <c>softmax(logWeights_i)_j</c>; a weight of 0 (<c>-∞</c>) is never chosen.
    /// A row without a positive weight, or with a key that is NaN (see <see cref="Gumbel"/>), gets index -1 and sets the device's status word to the row.
    /// </summary>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>, or where to draw them.</param>
    /// <param name="index">The categories, <c>[B]</c>; overwritten.</param>
    public void Categorical(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index)
    {
        Check.Present(Device, logWeights);
        Check.Categories(logWeights);
        Check.Noise(Device, uniform, logWeights.Rows, logWeights.Columns);
        Check.Vector(Device, index, logWeights.Rows);
        CategoricalCore(logWeights, uniform, index);
    }

    /// <summary>Device side of <see cref="Categorical"/>; arguments are checked.</summary>
    protected abstract void CategoricalCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index);
}
