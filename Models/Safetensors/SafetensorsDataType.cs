namespace Native.Models;

/// <summary>The element types of a safetensors file that can be read and written, named as the format names them.</summary>
/// <remarks>
/// The declaration order is the format's own; <see cref="SafetensorsWriter"/> lays tensors out by descending type,
/// which keeps every tensor aligned to its element size.
/// </remarks>
public enum SafetensorsDataType
{
    /// <summary>IEEE 754 binary16, 2 bytes.</summary>
    F16,

    /// <summary>bfloat16, the upper half of an IEEE 754 binary32, 2 bytes.</summary>
    BF16,

    /// <summary>Two's complement 32-bit integer.</summary>
    I32,

    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    F32,

    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    F64,

    /// <summary>Two's complement 64-bit integer.</summary>
    I64,
}
