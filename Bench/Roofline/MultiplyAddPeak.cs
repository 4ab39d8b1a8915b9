using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Bench;

/// <summary>Multiply-adds on registers alone: no kernel can do more of them in a second.</summary>
internal static class MultiplyAddPeak
{
    private const int Accumulators = 12;
    private const int Iterations = 4000;

    /// <summary>Width of the widest vectors of this process in bits: those the kernels use.</summary>
    public static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Operations of one call of <see cref="Run{T}"/>, a multiply-add counted as two.</summary>
    public static long Operations<T>() => 2L * Accumulators * Iterations * (VectorBits / 8 / Unsafe.SizeOf<T>());

    /// <summary>Runs 12 independent chains of multiply-adds (some microseconds).</summary>
    /// <remarks>
    /// Two units of latency 4 or 5 need 8 or 10 chains in flight; 12 and the two factors fit the 16 registers of AVX2.
    /// The values converge to 2, so no operand ever becomes subnormal or infinite.
    /// </remarks>
    /// <returns>A number that depends on every chain, to be kept by the caller.</returns>
    public static T Run<T>(T start)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Run512(start);
        }

        return Vector256.IsHardwareAccelerated ? Run256(start) : Run128(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Run512<T>(T start)
        where T : unmanaged
    {
        var a = Half512<T>();
        var b = Vector512<T>.One;
        var x0 = Vector512.Create(start);
        Vector512<T> x1 = x0 + b, x2 = x1 + b, x3 = x2 + b, x4 = x3 + b, x5 = x4 + b, x6 = x5 + b, x7 = x6 + b, x8 = x7 + b, x9 = x8 + b, x10 = x9 + b, x11 = x10 + b;
        for (var i = 0; i < Iterations; i++)
        {
            x0 = MultiplyAdd(x0, a, b);
            x1 = MultiplyAdd(x1, a, b);
            x2 = MultiplyAdd(x2, a, b);
            x3 = MultiplyAdd(x3, a, b);
            x4 = MultiplyAdd(x4, a, b);
            x5 = MultiplyAdd(x5, a, b);
            x6 = MultiplyAdd(x6, a, b);
            x7 = MultiplyAdd(x7, a, b);
            x8 = MultiplyAdd(x8, a, b);
            x9 = MultiplyAdd(x9, a, b);
            x10 = MultiplyAdd(x10, a, b);
            x11 = MultiplyAdd(x11, a, b);
        }

        return Vector512.Sum(x0 + x1 + (x2 + x3) + (x4 + x5 + (x6 + x7)) + (x8 + x9 + (x10 + x11)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Run256<T>(T start)
        where T : unmanaged
    {
        var a = Half512<T>().GetLower();
        var b = Vector256<T>.One;
        var x0 = Vector256.Create(start);
        Vector256<T> x1 = x0 + b, x2 = x1 + b, x3 = x2 + b, x4 = x3 + b, x5 = x4 + b, x6 = x5 + b, x7 = x6 + b, x8 = x7 + b, x9 = x8 + b, x10 = x9 + b, x11 = x10 + b;
        for (var i = 0; i < Iterations; i++)
        {
            x0 = MultiplyAdd(x0, a, b);
            x1 = MultiplyAdd(x1, a, b);
            x2 = MultiplyAdd(x2, a, b);
            x3 = MultiplyAdd(x3, a, b);
            x4 = MultiplyAdd(x4, a, b);
            x5 = MultiplyAdd(x5, a, b);
            x6 = MultiplyAdd(x6, a, b);
            x7 = MultiplyAdd(x7, a, b);
            x8 = MultiplyAdd(x8, a, b);
            x9 = MultiplyAdd(x9, a, b);
            x10 = MultiplyAdd(x10, a, b);
            x11 = MultiplyAdd(x11, a, b);
        }

        return Vector256.Sum(x0 + x1 + (x2 + x3) + (x4 + x5 + (x6 + x7)) + (x8 + x9 + (x10 + x11)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Run128<T>(T start)
        where T : unmanaged
    {
        var a = Half512<T>().GetLower().GetLower();
        var b = Vector128<T>.One;
        var x0 = Vector128.Create(start);
        Vector128<T> x1 = x0 + b, x2 = x1 + b, x3 = x2 + b, x4 = x3 + b, x5 = x4 + b, x6 = x5 + b, x7 = x6 + b, x8 = x7 + b, x9 = x8 + b, x10 = x9 + b, x11 = x10 + b;
        for (var i = 0; i < Iterations; i++)
        {
            x0 = MultiplyAdd(x0, a, b);
            x1 = MultiplyAdd(x1, a, b);
            x2 = MultiplyAdd(x2, a, b);
            x3 = MultiplyAdd(x3, a, b);
            x4 = MultiplyAdd(x4, a, b);
            x5 = MultiplyAdd(x5, a, b);
            x6 = MultiplyAdd(x6, a, b);
            x7 = MultiplyAdd(x7, a, b);
            x8 = MultiplyAdd(x8, a, b);
            x9 = MultiplyAdd(x9, a, b);
            x10 = MultiplyAdd(x10, a, b);
            x11 = MultiplyAdd(x11, a, b);
        }

        return Vector128.Sum(x0 + x1 + (x2 + x3) + (x4 + x5 + (x6 + x7)) + (x8 + x9 + (x10 + x11)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Half512<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector512.Create(0.5f).As<float, T>() : Vector512.Create(0.5).As<double, T>();

    // The estimate is the fused instruction where there is one, and a product and a sum where there is none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> MultiplyAdd<T>(Vector512<T> x, Vector512<T> a, Vector512<T> b)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector512.MultiplyAddEstimate(x.AsSingle(), a.AsSingle(), b.AsSingle()).As<float, T>()
            : Vector512.MultiplyAddEstimate(x.AsDouble(), a.AsDouble(), b.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> MultiplyAdd<T>(Vector256<T> x, Vector256<T> a, Vector256<T> b)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector256.MultiplyAddEstimate(x.AsSingle(), a.AsSingle(), b.AsSingle()).As<float, T>()
            : Vector256.MultiplyAddEstimate(x.AsDouble(), a.AsDouble(), b.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> MultiplyAdd<T>(Vector128<T> x, Vector128<T> a, Vector128<T> b)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector128.MultiplyAddEstimate(x.AsSingle(), a.AsSingle(), b.AsSingle()).As<float, T>()
            : Vector128.MultiplyAddEstimate(x.AsDouble(), a.AsDouble(), b.AsDouble()).As<double, T>();
}
