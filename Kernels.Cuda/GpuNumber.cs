using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cuda;

/// <summary>Integers as <typeparamref name="T"/> inside a kernel, where <c>T.CreateTruncating</c> does not compile.</summary>
internal static unsafe class GpuNumber<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T FromInteger(long value) => sizeof(T) == 4 ? Single(value) : Double(value);

    // Reinterpretations stand in methods of their own, each reached for the matching type alone, so that the compiler sees no cast between sizes.
    private static T Single(long value)
    {
        var number = (float)value;
        return Unsafe.As<float, T>(ref number);
    }

    private static T Double(long value)
    {
        var number = (double)value;
        return Unsafe.As<double, T>(ref number);
    }
}
