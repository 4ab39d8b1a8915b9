using System.Runtime.CompilerServices;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Functions of the plain loops, one number at a time.</summary>
internal static unsafe class PlainFunctions
{
    /// <summary><c>ψ(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Digamma(double x) => Functions.Digamma<Scalar<double>, double>(new(x)).Value;

    /// <summary><c>log Γ(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double LogGamma(double x) => Functions.LogGamma<Scalar<double>, double>(new(x)).Value;

    /// <summary>Makes probabilities of logits that lie a stride apart; gives their maximum and the sum of exponentials less the maximum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Maximum, double Sum) SoftmaxInPlace(double* logits, int count, int stride)
    {
        // Not Math.Max, whose care for NaN and zeros takes longer than all else here.
        var maximum = logits[0];
        var end = logits + count * stride;
        for (var logit = logits + stride; logit < end; logit += stride)
        {
            maximum = *logit > maximum ? *logit : maximum;
        }

        var sum = 0.0;
        for (var logit = logits; logit < end; logit += stride)
        {
            // What is below the smallest normal number takes the library's slow path.
            var below = *logit - maximum;
            sum += *logit = below > -708 ? Math.Exp(below) : 0;
        }

        var inverse = 1 / sum;
        for (var logit = logits; logit < end; logit += stride)
        {
            *logit *= inverse;
        }

        return (maximum, sum);
    }
}
