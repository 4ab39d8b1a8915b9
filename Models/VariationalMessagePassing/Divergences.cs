using Native.Kernels;

namespace Native.Models;

/// <summary>Expectations and divergences of single distributions, in double.</summary>
internal static class Divergences
{
    /// <summary><c>log 2π</c>.</summary>
    public const double LogTwoPi = 1.8378770664093454835606594728;

    /// <summary><c>E[log g]</c> under <c>Gamma(shape, rate)</c>: <c>ψ(shape) - log rate</c>.</summary>
    public static double ExpectedLog(double shape, double rate) => Digamma(shape) - Math.Log(rate);

    /// <summary><c>KL(Gamma(a, b) ‖ Gamma(a₀, b₀)) = (a - a₀) ψ(a) - log Γ(a) + log Γ(a₀) + a₀ (log b - log b₀) + a (b₀ - b) / b</c>; shape and rate.</summary>
    public static double Gamma(double a, double b, double a0, double b0) =>
        (a - a0) * Digamma(a) - LogGamma(a) + LogGamma(a0) + a0 * (Math.Log(b) - Math.Log(b0)) + a * (b0 - b) / b;

    /// <summary>
    /// <c>Σ E[log N(y; m, 1/τ)] = ½ n (E[log τ] - log 2π) - ½ E[τ] Σ E(y - m)²</c> in nats, under <c>τ ~ Gamma(shape, rate)</c>.
    /// </summary>
    /// <param name="count"><c>n</c>, the number of terms.</param>
    /// <param name="shape">Shape of <c>τ</c>.</param>
    /// <param name="rate">Rate of <c>τ</c>.</param>
    /// <param name="squares"><c>Σ E(y - m)²</c>.</param>
    public static double ExpectedLogGaussian(double count, double shape, double rate, double squares) =>
        0.5 * count * (ExpectedLog(shape, rate) - LogTwoPi) - 0.5 * shape / rate * squares;

    /// <summary><c>log(1 + x)</c>, accurate for small <c>x</c> too.</summary>
    public static double Log1p(double x) => Functions.Log1p<Scalar<double>, double>(new(x)).Value;

    private static double LogGamma(double x) => Functions.LogGamma<Scalar<double>, double>(new(x)).Value;

    private static double Digamma(double x) => Functions.Digamma<Scalar<double>, double>(new(x)).Value;
}
