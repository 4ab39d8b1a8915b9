using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// Standard normal numbers by the method of Box and Muller (1958): elements <c>2i</c> and <c>2i + 1</c> of the stream are <c>r cos θ</c> and <c>r sin θ</c> with <c>r = √(-2 ln u₂ᵢ)</c>,
    /// <c>θ = 2π u₂ᵢ₊₁</c>, <c>u</c> as <see cref="Uniform"/> gives them; <c>output[i, j]</c> is element <c>First + i·F + j</c>. The numbers end at 5.77 standard deviations.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="position">Where to start.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Normal<T>(PhiloxPosition position, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => Draw<T, NormalNoise<T>>(position, output, threads);
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void NormalCore(PhiloxPosition position, DeviceMatrix<T> output) => Sampling.Normal(position, output.View(), Threads);
}
