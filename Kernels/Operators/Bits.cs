namespace Native.Kernels;

/// <summary>Bit patterns of the IEEE 754 formats that the lanes share.</summary>
internal static class Bits
{
    /// <summary>1.5·2²³: added to a small float it rounds to an integer, which then stands in the low bits.</summary>
    public const double SingleShift = 12582912.0;

    /// <summary>1.5·2⁵².</summary>
    public const double DoubleShift = 6755399441055744.0;

    /// <summary>Bits of ¾.</summary>
    public const int SingleThreeQuarters = 0x3f400000;

    /// <summary>Bits of 1 less bits of ¾: moves the octave boundaries of a positive number from powers of two to ¾ times them.</summary>
    public const int SingleToThreeQuarters = 0x3f800000 - SingleThreeQuarters;

    /// <summary>Mask of the mantissa.</summary>
    public const int SingleMantissa = 0x007fffff;

    /// <summary>Bits of 2²³: added to a small integer they give the float 2²³ + integer.</summary>
    public const int SingleTwo23 = 0x4b000000;

    /// <summary>2²³ and the bias of the exponent.</summary>
    public const double SingleExponentOffset = 8388608.0 + 127;

    /// <summary>Mask that keeps 12 of 24 significant bits.</summary>
    public const int SingleHighPart = unchecked((int)0xfffff000);

    /// <summary>Bits of ¾.</summary>
    public const long DoubleThreeQuarters = 0x3fe8000000000000;

    /// <summary>Bits of 1 less bits of ¾.</summary>
    public const long DoubleToThreeQuarters = 0x3ff0000000000000 - DoubleThreeQuarters;

    /// <summary>Mask of the mantissa.</summary>
    public const long DoubleMantissa = 0x000fffffffffffff;

    /// <summary>Bits of 2⁵².</summary>
    public const long DoubleTwo52 = 0x4330000000000000;

    /// <summary>2⁵² and the bias of the exponent.</summary>
    public const double DoubleExponentOffset = 4503599627370496.0 + 1023;

    /// <summary>Mask that keeps 26 of 53 significant bits.</summary>
    public const long DoubleHighPart = unchecked((long)0xfffffffff8000000);
}
