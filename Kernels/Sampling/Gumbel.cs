namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// Gumbel keys: <c>output = location - ln(-ln u)</c>, a draw from the Gumbel distribution around <c>location</c>. The largest key of a row of log weights falls on a category with the probability
    /// of its weight (Gumbel 1954; Maddison, Tarlow and Minka 2014, section 2). A location of <c>-∞</c> stays <c>-∞</c>; a uniform outside (0, 1), or subnormal, makes the key NaN.
    /// </summary>
    /// <param name="location">Log weights, up to a constant, <c>[B, n]</c>; absent for keys around 0.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>, or where to draw them, as <see cref="Uniform"/> does.</param>
    /// <param name="output">Keys <c>[B, n]</c>; overwritten; may be <paramref name="location"/> itself.</param>
    public void Gumbel(DeviceMatrix<T> location, Noise<T> uniform, DeviceMatrix<T> output)
    {
        Check.Output(Device, output, output.Rows, output.Columns);
        Check.OptionalMatrix(Device, location, output.Rows, output.Columns);
        Check.Noise(Device, uniform, output.Rows, output.Columns);
        Check.Apart(output, uniform.Values, inputName: nameof(uniform));
        GumbelCore(location, uniform, output);
    }

    /// <summary>Device side of <see cref="Gumbel"/>; arguments are checked.</summary>
    protected abstract void GumbelCore(DeviceMatrix<T> location, Noise<T> uniform, DeviceMatrix<T> output);
}
