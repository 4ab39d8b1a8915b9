using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Elementary and special functions over spans, in place of a loop over <see cref="Math"/>: the operators of <see cref="Native.Kernels.Functions"/>, whose docstrings and
/// <c>docs/ACCURACY.md</c> state the errors in ulp and what happens at the edges. No state, nothing allocated.
/// </summary>
/// <remarks>
/// <c>output</c> has the length of <c>x</c> and is overwritten; it may be <c>x</c> itself, but must not overlap it otherwise. Results do not depend on the number of
/// threads, nor on where an element stands. A length that does not fit throws <see cref="ArgumentException"/> before anything is written.
/// Any other <see cref="IFunction"/>, and matrices with gaps between their rows: <see cref="Dense.Apply{T, TFunction}"/>.
/// </remarks>
public static class SpanFunctions
{
    /// <summary><c>output = eˣ</c>; see <see cref="Native.Kernels.Functions.Exp"/>.</summary>
    public static void Exp<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Exp>(x, output, threads);

    /// <summary><c>output = eˣ - 1</c>; see <see cref="Native.Kernels.Functions.Expm1"/>.</summary>
    public static void Expm1<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Expm1>(x, output, threads);

    /// <summary><c>output = log x</c>; see <see cref="Native.Kernels.Functions.Log"/>.</summary>
    public static void Log<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Log>(x, output, threads);

    /// <summary><c>output = log(1 + x)</c>; see <see cref="Native.Kernels.Functions.Log1p"/>.</summary>
    public static void Log1p<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Log1p>(x, output, threads);

    /// <summary><c>output = tanh x</c>; see <see cref="Native.Kernels.Functions.Tanh"/>.</summary>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Tanh>(x, output, threads);

    /// <summary><c>output = 1 / (1 + e⁻ˣ)</c>; see <see cref="Native.Kernels.Functions.Logistic"/>.</summary>
    public static void Logistic<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Sigmoid>(x, output, threads);

    /// <summary><c>output = log(1 + eˣ)</c>; see <see cref="Native.Kernels.Functions.Softplus"/>.</summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Softplus>(x, output, threads);

    /// <summary><c>output = erf x</c>; see <see cref="Native.Kernels.Functions.Erf"/>.</summary>
    public static void Erf<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Erf>(x, output, threads);

    /// <summary><c>output = Φ(x)</c>; see <see cref="Native.Kernels.Functions.NormalDistribution"/>.</summary>
    public static void NormalDistribution<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, NormalDistribution>(x, output, threads);

    /// <summary><c>output = x Φ(x)</c>; see <see cref="Native.Kernels.Functions.Gelu"/>.</summary>
    public static void Gelu<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Gelu>(x, output, threads);

    /// <summary><c>output = x / (1 + e⁻ˣ)</c>; see <see cref="Native.Kernels.Functions.Silu"/>.</summary>
    public static void Silu<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Silu>(x, output, threads);

    /// <summary><c>output = log|Γ(x)|</c>; see <see cref="Native.Kernels.Functions.LogGamma"/>.</summary>
    public static void LogGamma<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, LogGamma>(x, output, threads);

    /// <summary><c>output = ψ(x)</c>; see <see cref="Native.Kernels.Functions.Digamma"/>.</summary>
    public static void Digamma<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Digamma>(x, output, threads);

    /// <summary><c>output = ψ'(x)</c>; see <see cref="Native.Kernels.Functions.Trigamma"/>.</summary>
    public static void Trigamma<T>(ReadOnlySpan<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Apply<T, Trigamma>(x, output, threads);

    /// <summary><c>output = f(x)</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <typeparam name="TFunction">The function <c>f</c>.</typeparam>
    private static void Apply<T, TFunction>(ReadOnlySpan<T> x, Span<T> output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IFunction
    {
        Argument.Vector<T>(output, x.Length);
        Dense.Apply<T, TFunction>(new ReadOnlyMatrixView<T>(x, 1, x.Length), new MatrixView<T>(output, 1, output.Length), threads);
    }
}
