namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// Standard normal numbers by the method of Box and Muller (Annals of Mathematical Statistics 29, 1958): elements <c>2i</c> and <c>2i + 1</c> of the stream are <c>r cos θ</c> and <c>r sin θ</c> with
    /// <c>r = √(-2 ln u₂ᵢ)</c>, <c>θ = 2π u₂ᵢ₊₁</c> and <c>u</c> as <see cref="Uniform"/> gives them; <c>output[i, j]</c> is element <c>First + i·F + j</c>. Pairs are fixed by the element's number,
    /// also where a range starts or ends inside one.
    /// </summary>
    /// <remarks>The uniforms have 23 bits, so the numbers end at <c>√(-2 ln 2⁻²⁴)</c> = 5.77 standard deviations, beyond which a true normal has 8·10⁻⁹ of its mass.</remarks>
    /// <param name="position">Where to start.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    public void Normal(PhiloxPosition position, DeviceMatrix<T> output)
    {
        Check.Output(Device, output, output.Rows, output.Columns);
        Check.Range(position, output.Rows * output.Columns);
        NormalCore(position, output);
    }

    /// <summary>Device side of <see cref="Normal"/>; arguments are checked.</summary>
    protected abstract void NormalCore(PhiloxPosition position, DeviceMatrix<T> output);
}
