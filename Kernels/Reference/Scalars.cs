namespace Native.Kernels.Reference;

/// <summary>The operators at one element in double.</summary>
internal static class Scalars
{
    public static double Apply<TFunction>(double x)
        where TFunction : struct, IFunction => TFunction.Invoke<Scalar<double>, double>(new Scalar<double>(x)).Value;

    public static double Derivative<TActivation>(double preactivation)
        where TActivation : struct, IActivation => TActivation.Derivative<Scalar<double>, double>(new Scalar<double>(preactivation)).Value;

    /// <summary><c>log(1 + eˣ)</c> without overflow or cancellation.</summary>
    public static double Softplus(double x) => Apply<Softplus>(x);

    /// <summary><c>1 / (1 + e⁻ˣ)</c>.</summary>
    public static double Logistic(double x) => Apply<Sigmoid>(x);
}
