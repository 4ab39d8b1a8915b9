using System.Numerics;

namespace Native.Kernels.Cpu;

public static partial class Dense
{
    /// <summary>
    /// Linear layer with fused bias and activation: <c>z = x Wᵀ + r ⊗ b</c> (<c>+ output</c> if <paramref name="accumulate"/>),
    /// <c>output = f(z)</c>.
    /// </summary>
    /// <remarks>As <see cref="FusedMatrixProduct"/>, which does the work.</remarks>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Input <c>[B, in]</c>.</param>
    /// <param name="weight"><c>W [out, in]</c>; may be a range of columns of a wider weight.</param>
    /// <param name="bias"><c>b [out]</c>, or empty for none.</param>
    /// <param name="output">Output <c>[B, out]</c>; overwritten. Must not overlap another argument.</param>
    /// <param name="preactivation">Receives <c>z [B, out]</c> for the backward pass; may be absent.</param>
    /// <param name="biasScale"><c>r [B]</c>, or empty for 1.</param>
    /// <param name="accumulate">Adds what <paramref name="output"/> holds to <c>z</c> before the activation.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or outputs overlap other arguments; nothing has been written.</exception>
    public static void Linear<TActivation, T>(
        ReadOnlyMatrixView<T> x,
        ReadOnlyMatrixView<T> weight,
        ReadOnlySpan<T> bias,
        MatrixView<T> output,
        MatrixView<T> preactivation = default,
        ReadOnlySpan<T> biasScale = default,
        bool accumulate = false,
        int threads = 1)
        where TActivation : struct, IActivation
        where T : unmanaged, IFloatingPointIeee754<T> =>
        FusedMatrixProduct<TActivation, T>(x, Transpose.No, weight, Transpose.Yes, bias, biasScale, output, preactivation, accumulate, threads);
}

internal sealed partial class CpuDenseKernels<T>
{
    protected override unsafe void LinearCore<TActivation>(
        DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation, DeviceTensor<T>? biasScale, bool accumulate) =>
        Cpu.Dense.Linear<TActivation, T>(
            x.View(),
            weight.View(),
            bias is null ? default : new ReadOnlySpan<T>(bias.Pointer, checked((int)bias.Count)),
            output.View(),
            preactivation.View(),
            biasScale is null ? default : new ReadOnlySpan<T>(biasScale.Pointer, checked((int)biasScale.Count)),
            accumulate,
            Threads);
}
