using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Dense kernels on spans and matrix views: products, linear layers, activations, normalisation, row softmax and losses.
/// Every method checks its arguments, allocates nothing after its first calls, and gives bitwise equal results for any
/// number of threads. One file per kernel.
/// </summary>
public static partial class Dense
{
    /// <summary>
    /// Matrix product: <c>c = op(a) · op(b)</c>, or <c>c += op(a) · op(b)</c>.
    /// </summary>
    /// <remarks>
    /// Sums are blocked, so that float results hold to 1e-5 of <c>Σ|a·b|</c> for <c>k</c> in the millions. NaN and infinities
    /// propagate: no term is skipped. <c>k = 0</c> gives 0 (or leaves <c>c</c>). Rows may lie any distance apart, and an input may
    /// repeat one row (stride 0); nothing outside the views is read or written. Structure after Goto and van de Geijn (2008)
    /// and BLIS (Van Zee and van de Geijn, 2015).
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="a"><c>op(a)</c> is <c>[m, k]</c>.</param>
    /// <param name="transposeA">How <paramref name="a"/> is read.</param>
    /// <param name="b"><c>op(b)</c> is <c>[k, n]</c>.</param>
    /// <param name="transposeB">How <paramref name="b"/> is read.</param>
    /// <param name="c">Product <c>[m, n]</c>; overwritten, or added to if <paramref name="accumulate"/>. Must not overlap an input.</param>
    /// <param name="accumulate">Adds to <paramref name="c"/> instead of overwriting it.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or <paramref name="c"/> overlaps an input; nothing has been written.</exception>
    public static void MatrixProduct<T>(
        ReadOnlyMatrixView<T> a, Transpose transposeA, ReadOnlyMatrixView<T> b, Transpose transposeB, MatrixView<T> c, bool accumulate = false, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        FusedMatrixProduct<Identity, T>(a, transposeA, b, transposeB, default, default, c, default, accumulate, threads);

    /// <summary>
    /// Matrix product with what often follows: <c>z = op(a) · op(b) + r ⊗ bias</c> (<c>+ c</c> if <paramref name="accumulate"/>),
    /// <c>preactivation = z</c>, <c>c = f(z)</c>, applied to each part of <c>c</c> while it is in the cache.
    /// </summary>
    /// <remarks>As <see cref="MatrixProduct"/>; <c>k = 0</c> gives the sum 0, which still gets its bias and activation.</remarks>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="a"><c>op(a)</c> is <c>[m, k]</c>.</param>
    /// <param name="transposeA">How <paramref name="a"/> is read.</param>
    /// <param name="b"><c>op(b)</c> is <c>[k, n]</c>.</param>
    /// <param name="transposeB">How <paramref name="b"/> is read.</param>
    /// <param name="bias"><c>[n]</c>, or empty for none.</param>
    /// <param name="biasScale"><c>r [m]</c>, or empty for 1.</param>
    /// <param name="c">Result <c>[m, n]</c>; overwritten. Must not overlap another argument.</param>
    /// <param name="preactivation">Receives <c>z [m, n]</c>; may be absent. Must not overlap another argument.</param>
    /// <param name="accumulate">Adds what <paramref name="c"/> holds to <c>z</c> before the activation.</param>
    /// <param name="threads">The most threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or outputs overlap other arguments; nothing has been written.</exception>
    public static unsafe void FusedMatrixProduct<TActivation, T>(
        ReadOnlyMatrixView<T> a,
        Transpose transposeA,
        ReadOnlyMatrixView<T> b,
        Transpose transposeB,
        ReadOnlySpan<T> bias,
        ReadOnlySpan<T> biasScale,
        MatrixView<T> c,
        MatrixView<T> preactivation = default,
        bool accumulate = false,
        int threads = 1)
        where TActivation : struct, IActivation
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (rows, columns, depth) = MatrixProductCheck.Shape(a, transposeA, b, transposeB, nameof(b));
        MatrixProductCheck.Output(c, rows, columns, nameof(c));
        if (!preactivation.IsAbsent)
        {
            MatrixProductCheck.Output(preactivation, rows, columns, nameof(preactivation));
        }

        MatrixProductCheck.Length(bias.Length, columns, nameof(bias));
        MatrixProductCheck.Length(biasScale.Length, rows, nameof(biasScale));
        MatrixProductCheck.Apart(c, a, nameof(c), nameof(a));
        MatrixProductCheck.Apart(c, b, nameof(c), nameof(b));
        MatrixProductCheck.Apart(c, preactivation, nameof(c), nameof(preactivation));
        MatrixProductCheck.Apart(preactivation, a, nameof(preactivation), nameof(a));
        MatrixProductCheck.Apart(preactivation, b, nameof(preactivation), nameof(b));
        fixed (T* aFirst = &a.First, bFirst = &b.First, cFirst = &c.First, preactivationFirst = &preactivation.First)
        fixed (T* biasFirst = bias, biasScaleFirst = biasScale)
        {
            var arguments = new MatrixProductArguments<T>
            {
                Rows = rows,
                Columns = columns,
                Depth = depth,
                A = aFirst,
                AStride = a.Stride,
                TransposeA = transposeA == Transpose.Yes,
                B = bFirst,
                BStride = b.Stride,
                TransposeB = transposeB == Transpose.Yes,
                C = cFirst,
                CStride = c.Stride,
                Accumulate = accumulate,
                Bias = biasFirst,
                BiasScale = biasScaleFirst,
                Preactivation = preactivationFirst,
                PreactivationStride = preactivation.Stride,
            };
            MatrixProductDriver.Run<T, TActivation>(ref arguments, threads);
        }
    }
}

internal sealed partial class CpuDenseKernels<T>
{
    // The contract has checked the arguments, which for a small product costs as much as the span kernel's checks.
    protected override unsafe void MatrixProductCore(DeviceMatrix<T> a, Transpose transposeA, DeviceMatrix<T> b, Transpose transposeB, DeviceMatrix<T> c, bool accumulate)
    {
        var arguments = new MatrixProductArguments<T>
        {
            Rows = (nint)c.Rows,
            Columns = (nint)c.Columns,
            Depth = (nint)(transposeA == Transpose.No ? a.Columns : a.Rows),
            A = a.Tensor.Pointer + a.Offset,
            AStride = (nint)a.Stride,
            TransposeA = transposeA == Transpose.Yes,
            B = b.Tensor.Pointer + b.Offset,
            BStride = (nint)b.Stride,
            TransposeB = transposeB == Transpose.Yes,
            C = c.Tensor.Pointer + c.Offset,
            CStride = (nint)c.Stride,
            Accumulate = accumulate,
        };
        MatrixProductDriver.Run<T, Identity>(ref arguments, Threads);
    }
}
