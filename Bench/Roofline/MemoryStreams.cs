using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Bench;

/// <summary>Loops that do nothing but move data.</summary>
internal static unsafe class MemoryStreams
{
    /// <summary>Floats that one step of the loops handles: lengths are multiples of it.</summary>
    public const int Step = 64;

    /// <summary>Reads <paramref name="length"/> floats.</summary>
    /// <returns>A number that depends on all of them, to be kept by the caller.</returns>
    public static float Read(float* data, nint length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Read512(data, length);
        }

        return Vector256.IsHardwareAccelerated ? Read256(data, length) : Read128(data, length);
    }

    /// <summary>Computes <c>a = b + s·c</c>.</summary>
    public static void Triad(float* a, float* b, float* c, nint length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Triad512(a, b, c, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Triad256(a, b, c, length);
        }
        else
        {
            Triad128(a, b, c, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read512(float* data, nint length)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint i = 0; i < length; i += 64)
        {
            s0 += Vector512.Load(data + i);
            s1 += Vector512.Load(data + i + 16);
            s2 += Vector512.Load(data + i + 32);
            s3 += Vector512.Load(data + i + 48);
        }

        return Vector512.Sum(s0 + s1 + (s2 + s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read256(float* data, nint length)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (nint i = 0; i < length; i += 64)
        {
            s0 += Vector256.Load(data + i);
            s1 += Vector256.Load(data + i + 8);
            s2 += Vector256.Load(data + i + 16);
            s3 += Vector256.Load(data + i + 24);
            s4 += Vector256.Load(data + i + 32);
            s5 += Vector256.Load(data + i + 40);
            s6 += Vector256.Load(data + i + 48);
            s7 += Vector256.Load(data + i + 56);
        }

        return Vector256.Sum(s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read128(float* data, nint length)
    {
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (nint i = 0; i < length; i += 32)
        {
            s0 += Vector128.Load(data + i);
            s1 += Vector128.Load(data + i + 4);
            s2 += Vector128.Load(data + i + 8);
            s3 += Vector128.Load(data + i + 12);
            s4 += Vector128.Load(data + i + 16);
            s5 += Vector128.Load(data + i + 20);
            s6 += Vector128.Load(data + i + 24);
            s7 += Vector128.Load(data + i + 28);
        }

        return Vector128.Sum(s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad512(float* a, float* b, float* c, nint length)
    {
        var s = Vector512.Create(0.5f);
        for (nint i = 0; i < length; i += 32)
        {
            Vector512.MultiplyAddEstimate(s, Vector512.Load(c + i), Vector512.Load(b + i)).Store(a + i);
            Vector512.MultiplyAddEstimate(s, Vector512.Load(c + i + 16), Vector512.Load(b + i + 16)).Store(a + i + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad256(float* a, float* b, float* c, nint length)
    {
        var s = Vector256.Create(0.5f);
        for (nint i = 0; i < length; i += 16)
        {
            Vector256.MultiplyAddEstimate(s, Vector256.Load(c + i), Vector256.Load(b + i)).Store(a + i);
            Vector256.MultiplyAddEstimate(s, Vector256.Load(c + i + 8), Vector256.Load(b + i + 8)).Store(a + i + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad128(float* a, float* b, float* c, nint length)
    {
        var s = Vector128.Create(0.5f);
        for (nint i = 0; i < length; i += 8)
        {
            Vector128.MultiplyAddEstimate(s, Vector128.Load(c + i), Vector128.Load(b + i)).Store(a + i);
            Vector128.MultiplyAddEstimate(s, Vector128.Load(c + i + 4), Vector128.Load(b + i + 4)).Store(a + i + 4);
        }
    }
}
