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

    /// <summary>Makes probabilities of logits that lie a stride apart; gives their log-sum-exp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SoftmaxInPlace(double* logits, int count, int stride)
    {
        var maximum = logits[0];
        for (var k = 1; k < count; k++)
        {
            maximum = Math.Max(maximum, logits[k * stride]);
        }

        var sum = 0.0;
        for (var k = 0; k < count; k++)
        {
            sum += logits[k * stride] = Math.Exp(logits[k * stride] - maximum);
        }

        var inverse = 1 / sum;
        for (var k = 0; k < count; k++)
        {
            logits[k * stride] *= inverse;
        }

        return maximum + Math.Log(sum);
    }
}
