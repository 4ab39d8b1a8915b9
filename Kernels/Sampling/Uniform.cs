namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// Uniform numbers in (0, 1): <c>output[i, j] = ((x &gt;&gt; 9) + 0.5) · 2⁻²³</c>, <c>x</c> word <c>First + i·F + j</c> of the stream.
    /// They take 2²³ values, each exact in float, so they are the same numbers in float and in double and on every device; 0 and 1 are not among them.
    /// </summary>
    /// <param name="position">Where to start.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    public void Uniform(PhiloxPosition position, DeviceMatrix<T> output)
    {
        Check.Output(Device, output, output.Rows, output.Columns);
        Check.Range(position, output.Rows * output.Columns);
        UniformCore(position, output);
    }

    /// <summary>Device side of <see cref="Uniform"/>; arguments are checked.</summary>
    protected abstract void UniformCore(PhiloxPosition position, DeviceMatrix<T> output);
}
