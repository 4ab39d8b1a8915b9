using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>
/// One element as an <see cref="ILanes{TSelf, T}"/>: the form in which GPU kernels and the reference device run the elementwise formulas.
/// </summary>
/// <remarks>
/// Everything here but the pointer operations compiles inside ILGPU kernels. ILGPU knows no <see cref="Type"/>, no boxing and no generic number
/// conversion, but folds <c>sizeof(T)</c>; a reinterpretation is free there only when it stands in a method of its own that is reached for the
/// matching type alone, hence the small methods at the end.
/// </remarks>
/// <typeparam name="T">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Scalar<T> : ILanes<Scalar<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The element.</summary>
    public readonly T Value;

    /// <summary>Wraps an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scalar(T value) => Value = value;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    public static Scalar<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(T.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Constant(double value) => sizeof(T) == 4 ? FromSingle((float)value) : FromDouble(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Broadcast(T value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Load(T* source) => new(*source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> LoadPartial(T* source, int count) => count > 0 ? new(*source) : Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Scalar<T> value, T* destination) => *destination = value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(Scalar<T> value, T* destination) => *destination = value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Scalar<T> value, T* destination, int count)
    {
        if (count > 0)
        {
            *destination = value.Value;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> operator +(Scalar<T> left, Scalar<T> right) => new(left.Value + right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> operator -(Scalar<T> left, Scalar<T> right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> operator *(Scalar<T> left, Scalar<T> right) => new(left.Value * right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> operator /(Scalar<T> left, Scalar<T> right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> operator -(Scalar<T> value) => new(-value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> FusedMultiplyAdd(Scalar<T> left, Scalar<T> right, Scalar<T> addend) => new((left.Value * right.Value) + addend.Value);

    // max.f32 and min.f32 of PTX drop a NaN, so the choice is made by comparisons; both operands are asked for NaN, because a comparison
    // with a constant on its left is not to be trusted there (see ILanes).

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Max(Scalar<T> left, Scalar<T> right) => T.IsNaN(left.Value) || (left.Value > right.Value && !T.IsNaN(right.Value)) ? left : right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Min(Scalar<T> left, Scalar<T> right) => T.IsNaN(left.Value) || (left.Value < right.Value && !T.IsNaN(right.Value)) ? left : right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Clamp(Scalar<T> value, Scalar<T> low, Scalar<T> high)
    {
        var raised = value.Value < low.Value ? low : value;
        return raised.Value > high.Value ? high : raised;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> AtLeast(Scalar<T> value, Scalar<T> low) => value.Value < low.Value ? low : value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> AtMost(Scalar<T> value, Scalar<T> high) => value.Value > high.Value ? high : value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> BoundMagnitude(Scalar<T> value, Scalar<T> bound) => Clamp(value, -bound, bound);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Abs(Scalar<T> value) => new(T.Abs(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Sqrt(Scalar<T> value) => new(T.Sqrt(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Equal(Scalar<T> left, Scalar<T> right) => Mask(left.Value == right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> LessThan(Scalar<T> left, Scalar<T> right) => Mask(left.Value < right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> LessThanOrEqual(Scalar<T> left, Scalar<T> right) => Mask(left.Value <= right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> GreaterThan(Scalar<T> left, Scalar<T> right) => Mask(left.Value > right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> GreaterThanOrEqual(Scalar<T> left, Scalar<T> right) => Mask(left.Value >= right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> IsNaN(Scalar<T> value) => Mask(T.IsNaN(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(Scalar<T> mask) => sizeof(T) == 4 ? BitsOfSingle(mask) != 0 : BitsOfDouble(mask) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Select(Scalar<T> mask, Scalar<T> whenTrue, Scalar<T> whenFalse) => IsTrue(mask) ? whenTrue : whenFalse;

    /// <summary>Whether a mask is true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTrue(Scalar<T> mask) => sizeof(T) == 4 ? BitsOfSingle(mask) != 0 : BitsOfDouble(mask) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> And(Scalar<T> left, Scalar<T> right)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(left) & BitsOfSingle(right)) : DoubleOfBits(BitsOfDouble(left) & BitsOfDouble(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> AndNot(Scalar<T> left, Scalar<T> right)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(left) & ~BitsOfSingle(right)) : DoubleOfBits(BitsOfDouble(left) & ~BitsOfDouble(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Or(Scalar<T> left, Scalar<T> right)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(left) | BitsOfSingle(right)) : DoubleOfBits(BitsOfDouble(left) | BitsOfDouble(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Xor(Scalar<T> left, Scalar<T> right)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(left) ^ BitsOfSingle(right)) : DoubleOfBits(BitsOfDouble(left) ^ BitsOfDouble(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> RoundToNearest(Scalar<T> value)
    {
        var shift = Constant(sizeof(T) == 4 ? Bits.SingleShift : Bits.DoubleShift);
        return value + shift - shift;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> PowerOfTwo(Scalar<T> exponent)
        => PowerOfShifted(exponent + Constant(sizeof(T) == 4 ? Bits.SingleShift + 127 : Bits.DoubleShift + 1023));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> PowerOfShifted(Scalar<T> shifted)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(shifted) << 23) : DoubleOfBits(BitsOfDouble(shifted) << 52);

    /// <inheritdoc/>
    public static bool ScalesByAnyPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> ScaleB(Scalar<T> value, Scalar<T> exponent)
        => sizeof(T) == 4 ? ScaleBSingle(value, exponent) : ScaleBDouble(value, exponent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Exponent(Scalar<T> value) => sizeof(T) == 4
        ? SingleOfBits(Bits.SingleTwo23 + ((BitsOfSingle(value) + Bits.SingleToThreeQuarters) >>> 23)) - Constant(Bits.SingleExponentOffset)
        : DoubleOfBits(Bits.DoubleTwo52 + ((BitsOfDouble(value) + Bits.DoubleToThreeQuarters) >>> 52)) - Constant(Bits.DoubleExponentOffset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> ExponentBelowOne(Scalar<T> value) => Exponent(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> Mantissa(Scalar<T> value) => sizeof(T) == 4
        ? SingleOfBits(((BitsOfSingle(value) + Bits.SingleToThreeQuarters) & Bits.SingleMantissa) + Bits.SingleThreeQuarters)
        : DoubleOfBits(((BitsOfDouble(value) + Bits.DoubleToThreeQuarters) & Bits.DoubleMantissa) + Bits.DoubleThreeQuarters);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar<T> HighPart(Scalar<T> value)
        => sizeof(T) == 4 ? SingleOfBits(BitsOfSingle(value) & Bits.SingleHighPart) : DoubleOfBits(BitsOfDouble(value) & Bits.DoubleHighPart);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Scalar<T> value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Scalar<T> value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinAcross(Scalar<T> value) => value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> Mask(bool condition) => sizeof(T) == 4 ? SingleOfBits(condition ? -1 : 0) : DoubleOfBits(condition ? -1L : 0L);

    // The power is applied in two halves, so that it may leave the range of normal numbers. The shift by SingleShift + 254 leaves
    // n + 254 in the low bits, which is even when both halves carry their bias of 127; the bits above are shifted out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> ScaleBSingle(Scalar<T> value, Scalar<T> exponent)
    {
        var sum = BitsOfSingle(exponent + Constant(Bits.SingleShift + 254));
        var half = sum >>> 1;
        return value * SingleOfBits(half << 23) * SingleOfBits((sum - half) << 23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> ScaleBDouble(Scalar<T> value, Scalar<T> exponent)
    {
        var sum = BitsOfDouble(exponent + Constant(Bits.DoubleShift + 2046));
        var half = sum >>> 1;
        return value * DoubleOfBits(half << 52) * DoubleOfBits((sum - half) << 52);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BitsOfSingle(Scalar<T> value) => BitConverter.SingleToInt32Bits(ToSingle(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long BitsOfDouble(Scalar<T> value) => BitConverter.DoubleToInt64Bits(ToDouble(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> SingleOfBits(int bits) => FromSingle(BitConverter.Int32BitsToSingle(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> DoubleOfBits(long bits) => FromDouble(BitConverter.Int64BitsToDouble(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ToSingle(T value) => Unsafe.As<T, float>(ref value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble(T value) => Unsafe.As<T, double>(ref value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> FromSingle(float value) => new(Unsafe.As<float, T>(ref value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar<T> FromDouble(double value) => new(Unsafe.As<double, T>(ref value));
}
