namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>Bernoulli draws: <c>output = 1</c> where <c>u &lt; probability</c>, else 0. A probability of 0 or less gives 0, one of 1 or more gives 1; NaN gives NaN.</summary>
    /// <param name="probability">Probabilities <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, F]</c>, or where to draw them, as <see cref="Uniform"/> does.</param>
    /// <param name="output">0 or 1, <c>[B, F]</c>; overwritten; may be <paramref name="probability"/> itself.</param>
    public void Bernoulli(DeviceMatrix<T> probability, Noise<T> uniform, DeviceMatrix<T> output)
    {
        Check.Present(Device, probability);
        Check.Noise(Device, uniform, probability.Rows, probability.Columns);
        Check.Output(Device, output, probability.Rows, probability.Columns);
        Check.Apart(output, uniform.Values, inputName: nameof(uniform));
        BernoulliCore(probability, uniform, output);
    }

    /// <summary>Device side of <see cref="Bernoulli"/>; arguments are checked.</summary>
    protected abstract void BernoulliCore(DeviceMatrix<T> probability, Noise<T> uniform, DeviceMatrix<T> output);
}
