using System.Numerics;
using System.Runtime.InteropServices;

namespace Native.Models;

/// <summary>Sizes of and conversions between the element types of a safetensors file and those of .NET.</summary>
internal static class SafetensorsElements
{
    internal static int ByteSize(SafetensorsDataType type) => type switch
    {
        SafetensorsDataType.F16 or SafetensorsDataType.BF16 => 2,
        SafetensorsDataType.I32 or SafetensorsDataType.F32 => 4,
        SafetensorsDataType.F64 or SafetensorsDataType.I64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a safetensors element type."),
    };

    internal static bool IsInteger(SafetensorsDataType type) => type is SafetensorsDataType.I32 or SafetensorsDataType.I64;

    /// <summary>The element type that holds a <typeparamref name="T"/> exactly.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not float, double, int or long.</exception>
    internal static SafetensorsDataType TypeOf<T>()
    {
        return typeof(T) == typeof(float) ? SafetensorsDataType.F32
            : typeof(T) == typeof(double) ? SafetensorsDataType.F64
            : typeof(T) == typeof(int) ? SafetensorsDataType.I32
            : typeof(T) == typeof(long) ? SafetensorsDataType.I64
            : throw new NotSupportedException($"Safetensors elements are read and written as float, double, int or long, not as {typeof(T)}.");
    }

    internal static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Safetensors data is little-endian and is read and written only on little-endian machines.");
        }
    }

    /// <summary>Reads the elements of a tensor; integers are read as integers only, the rest as floating-point numbers only.</summary>
    /// <returns>The index of the first element that <typeparamref name="T"/> cannot hold, else -1.</returns>
    internal static int Decode<T>(ReadOnlySpan<byte> data, SafetensorsDataType type, Span<T> destination) where T : unmanaged, INumberBase<T>
    {
        switch (type)
        {
            case SafetensorsDataType.I32:
                return Convert(MemoryMarshal.Cast<byte, int>(data), destination);
            case SafetensorsDataType.I64:
                return Convert(MemoryMarshal.Cast<byte, long>(data), destination);
            case SafetensorsDataType.F32:
                return Convert(MemoryMarshal.Cast<byte, float>(data), destination);
            case SafetensorsDataType.F64:
                return Convert(MemoryMarshal.Cast<byte, double>(data), destination);
            case SafetensorsDataType.F16:
                return Convert(MemoryMarshal.Cast<byte, Half>(data), destination);
            default:
                var brains = MemoryMarshal.Cast<byte, ushort>(data);
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = T.CreateTruncating(FromBFloat16(brains[i]));
                }

                return -1;
        }
    }

    /// <summary>Rounds floating-point values to a floating-point type, or copies integers of the type itself.</summary>
    /// <returns>The index of the first value that <paramref name="type"/> cannot hold, else -1.</returns>
    internal static int Encode<T>(ReadOnlySpan<T> values, SafetensorsDataType type, Span<byte> destination) where T : unmanaged, INumberBase<T>
    {
        switch (type)
        {
            case SafetensorsDataType.I32:
                return Convert(values, MemoryMarshal.Cast<byte, int>(destination));
            case SafetensorsDataType.I64:
                return Convert(values, MemoryMarshal.Cast<byte, long>(destination));
            case SafetensorsDataType.F32:
                return Convert(values, MemoryMarshal.Cast<byte, float>(destination));
            case SafetensorsDataType.F64:
                return Convert(values, MemoryMarshal.Cast<byte, double>(destination));
            case SafetensorsDataType.F16:
                return Convert(values, MemoryMarshal.Cast<byte, Half>(destination));
            default:
                var brains = MemoryMarshal.Cast<byte, ushort>(destination);
                for (var i = 0; i < values.Length; i++)
                {
                    brains[i] = ToBFloat16(double.CreateTruncating(values[i]));
                    if (float.IsInfinity(FromBFloat16(brains[i])) && T.IsFinite(values[i]))
                    {
                        return i;
                    }
                }

                return -1;
        }
    }

    private static int Convert<TFrom, TTo>(ReadOnlySpan<TFrom> values, Span<TTo> destination)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            MemoryMarshal.Cast<TFrom, TTo>(values).CopyTo(destination);
            return -1;
        }

        var integers = typeof(TTo) == typeof(int) || typeof(TTo) == typeof(long);
        for (var i = 0; i < values.Length; i++)
        {
            destination[i] = TTo.CreateTruncating(values[i]);
            var outside = integers
                ? TFrom.CreateTruncating(destination[i]) != values[i]
                : TTo.IsInfinity(destination[i]) && TFrom.IsFinite(values[i]);
            if (outside)
            {
                return i;
            }
        }

        return -1;
    }

    private static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static ushort ToBFloat16(double value)
    {
        if (double.IsNaN(value))
        {
            // Setting the quiet bit keeps the upper half of a NaN from being that of an infinity.
            return (ushort)((BitConverter.SingleToUInt32Bits((float)value) >> 16) | 0x40);
        }

        // Rounding twice, to float and then to bfloat16, can land on the wrong side of a tie. So the first rounding is
        // to odd: toward zero, with the last bit set when anything was cut off; the second then sees that it is no tie.
        var single = (float)value;
        var bits = BitConverter.SingleToUInt32Bits(single);
        if (single != value)
        {
            bits -= Math.Abs((double)single) > Math.Abs(value) ? 1u : 0u;
            bits |= 1;
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
