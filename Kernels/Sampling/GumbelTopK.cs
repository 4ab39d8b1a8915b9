namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// <c>k</c> different categories per row, drawn without replacement: those of the <c>k</c> largest keys <c>logWeights[i, j] - ln(-ln u[i, j])</c>, largest first, equal keys in index order. The order of choice is
    /// Plackett–Luce: each choice has the probability of its weight among those left (Vieira 2014; Kool, van Hoof and Welling 2019, section 3). A weight of 0 (<c>-∞</c>) is never chosen.
    /// A row with fewer than <c>k</c> positive weights, or with a key that is NaN (see <see cref="Gumbel"/>), gets indices -1 and keys NaN, and sets the device's status word to the row.
    /// </summary>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>, or where to draw them.</param>
    /// <param name="index">The categories in order of choice, <c>[B, k]</c>, <c>k ≤ n</c>; overwritten.</param>
    /// <param name="key">Their keys, <c>[B, k]</c>; overwritten; may be absent.</param>
    public void GumbelTopK(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index, DeviceMatrix<T> key = default)
    {
        Check.Present(Device, logWeights);
        Check.Categories(logWeights);
        Check.Noise(Device, uniform, logWeights.Rows, logWeights.Columns);
        Check.Choices(Device, index, logWeights.Rows, logWeights.Columns);
        Check.OptionalOutput(Device, key, logWeights.Rows, index.Columns);
        Check.Apart(key, logWeights);
        Check.Apart(key, uniform.Values, inputName: nameof(uniform));
        GumbelTopKCore(logWeights, uniform, index, key);
    }

    /// <summary>Device side of <see cref="GumbelTopK"/>; arguments are checked.</summary>
    protected abstract void GumbelTopKCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index, DeviceMatrix<T> key);
}
