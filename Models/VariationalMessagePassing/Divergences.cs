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

    /// <summary><c>log Γ(x)</c>.</summary>
    public static unsafe double LogGamma(double x)
    {
        var value = Functions.LogGamma<Scalar<double>, double>(Scalar<double>.Constant(x));
        return *(double*)&value;
    }

    private static unsafe double Digamma(double x)
    {
        var value = Functions.Digamma<Scalar<double>, double>(Scalar<double>.Constant(x));
        return *(double*)&value;
    }
}
