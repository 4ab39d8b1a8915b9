using Native.Kernels;

namespace Native.Models;

/// <summary>Expectations and divergences of single distributions, in double.</summary>
internal static class Divergences
{
    /// <summary><c>log 2π</c>.</summary>
    public const double LogTwoPi = 1.8378770664093454835606594728;

    /// <summary><c>E[log g]</c> under <c>Gamma(shape, rate)</c>: <c>ψ(shape) - log rate</c>.</summary>
    public static double ExpectedLog(double shape, double rate) => Digamma(shape) - Math.Log(rate);

    /// <summary><c>KL(Gamma(a, b) ‖ Gamma(a₀, b₀))</c>; shape and rate.</summary>
    public static unsafe double Gamma(double a, double b, double a0, double b0)
    {
        var rows = stackalloc double[5] { a - 1, -b, a0 - 1, -b0, 0 };
        Kernels.Gamma.KullbackLeibler<Scalar<double>, double>(new(rows, 1), new(rows + 2, 1), new(rows + 4, 1), default, 1);
        return rows[4];
    }

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

    /// <summary><c>log Γ(x)</c>.</summary>
    public static double LogGamma(double x) => Functions.LogGamma<Scalar<double>, double>(new(x)).Value;

    private static double Digamma(double x) => Functions.Digamma<Scalar<double>, double>(new(x)).Value;
}
