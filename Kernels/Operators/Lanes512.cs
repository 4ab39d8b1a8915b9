using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels;

/// <summary>A register of 512 bits: 16 floats or 8 doubles. Without hardware of that width it works on two halves.</summary>
/// <typeparam name="T">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Lanes512<T> : ILanes<Lanes512<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The register.</summary>
    public readonly Vector512<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512(Vector512<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    /// <inheritdoc/>
    public static Lanes512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Constant(double value) => sizeof(T) == 4
        ? FromSingle(Vector512.Create((float)value))
        : FromDouble(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Broadcast(T value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Load(T* source) => new(Vector512.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LoadPartial(T* source, int count)
    {
        // Lane i of the mask is i < count. A masked load does not touch, nor fault on, the lanes that are off.
        if (Avx512F.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx512F.MaskLoad((float*)source, SingleMask(count), Vector512<float>.Zero))
                : FromDouble(Avx512F.MaskLoad((double*)source, DoubleMask(count), Vector512<double>.Zero));
        }

        var half = Lanes256<T>.Count;
        return new(Vector512.Create(
            Lanes256<T>.LoadPartial(source, Math.Min(count, half)).Value,
            Lanes256<T>.LoadPartial(source + half, count - half).Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512<T> value, T* destination) => value.Value.Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(Lanes512<T> value, T* destination) => value.Value.StoreAlignedNonTemporal(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes512<T> value, T* destination, int count)
    {
        if (Avx512F.IsSupported)
        {
            if (sizeof(T) == 4)
            {
                Avx512F.MaskStore((float*)destination, SingleMask(count), value.Value.AsSingle());
            }
            else
            {
                Avx512F.MaskStore((double*)destination, DoubleMask(count), value.Value.AsDouble());
            }

            return;
        }

        var half = Lanes256<T>.Count;
        Lanes256<T>.StorePartial(new(value.Value.GetLower()), destination, Math.Min(count, half));
        Lanes256<T>.StorePartial(new(value.Value.GetUpper()), destination + half, count - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator +(Lanes512<T> left, Lanes512<T> right) => new(left.Value + right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> left, Lanes512<T> right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator *(Lanes512<T> left, Lanes512<T> right) => new(left.Value * right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator /(Lanes512<T> left, Lanes512<T> right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> value) => new(-value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> FusedMultiplyAdd(Lanes512<T> left, Lanes512<T> right, Lanes512<T> addend) => sizeof(T) == 4
        ? FromSingle(Vector512.FusedMultiplyAdd(left.Value.AsSingle(), right.Value.AsSingle(), addend.Value.AsSingle()))
        : FromDouble(Vector512.FusedMultiplyAdd(left.Value.AsDouble(), right.Value.AsDouble(), addend.Value.AsDouble()));

    // The native maximum of x86 gives its second operand when either is NaN, that of Arm gives NaN: either way a NaN on the right
    // comes through, and the comparison brings in a NaN on the left.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Max(Lanes512<T> left, Lanes512<T> right)
        => new(Vector512.ConditionalSelect(Vector512.Equals(left.Value, left.Value), Vector512.MaxNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Min(Lanes512<T> left, Lanes512<T> right)
        => new(Vector512.ConditionalSelect(Vector512.Equals(left.Value, left.Value), Vector512.MinNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Clamp(Lanes512<T> value, Lanes512<T> low, Lanes512<T> high)
        => new(Vector512.MinNative(high.Value, Vector512.MaxNative(low.Value, value.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> AtLeast(Lanes512<T> value, Lanes512<T> low) => new(Vector512.MaxNative(low.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> AtMost(Lanes512<T> value, Lanes512<T> high) => new(Vector512.MinNative(high.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> BoundMagnitude(Lanes512<T> value, Lanes512<T> bound)
    {
        // The number of smaller magnitude with the sign of the first: one instruction.
        const byte SmallerMagnitude = 2;
        if (Avx512DQ.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx512DQ.Range(value.Value.AsSingle(), bound.Value.AsSingle(), SmallerMagnitude))
                : FromDouble(Avx512DQ.Range(value.Value.AsDouble(), bound.Value.AsDouble(), SmallerMagnitude));
        }

        return Clamp(value, -bound, bound);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Abs(Lanes512<T> value) => new(Vector512.Abs(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Sqrt(Lanes512<T> value) => new(Vector512.Sqrt(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Equal(Lanes512<T> left, Lanes512<T> right) => new(Vector512.Equals(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LessThan(Lanes512<T> left, Lanes512<T> right) => new(Vector512.LessThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LessThanOrEqual(Lanes512<T> left, Lanes512<T> right) => new(Vector512.LessThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> GreaterThan(Lanes512<T> left, Lanes512<T> right) => new(Vector512.GreaterThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> GreaterThanOrEqual(Lanes512<T> left, Lanes512<T> right) => new(Vector512.GreaterThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> IsNaN(Lanes512<T> value) => new(Vector512.IsNaN(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(Lanes512<T> mask) => Vector512.ExtractMostSignificantBits(mask.Value) == (1UL << Count) - 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Select(Lanes512<T> mask, Lanes512<T> whenTrue, Lanes512<T> whenFalse)
        => new(Vector512.ConditionalSelect(mask.Value, whenTrue.Value, whenFalse.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> And(Lanes512<T> left, Lanes512<T> right) => new(left.Value & right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> AndNot(Lanes512<T> left, Lanes512<T> right) => new(Vector512.AndNot(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Or(Lanes512<T> left, Lanes512<T> right) => new(left.Value | right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Xor(Lanes512<T> left, Lanes512<T> right) => new(left.Value ^ right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> RoundToNearest(Lanes512<T> value) => sizeof(T) == 4
        ? FromSingle(Vector512.Round(value.Value.AsSingle()))
        : FromDouble(Vector512.Round(value.Value.AsDouble()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> PowerOfTwo(Lanes512<T> exponent)
        => PowerOfShifted(exponent + (sizeof(T) == 4 ? Constant(Bits.SingleShift + 127) : Constant(Bits.DoubleShift + 1023)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> PowerOfShifted(Lanes512<T> shifted)
        => sizeof(T) == 4 ? FromInt32(shifted.Value.AsInt32() << 23) : FromInt64(shifted.Value.AsInt64() << 52);

    /// <inheritdoc/>
    public static bool ScalesByAnyPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> ScaleB(Lanes512<T> value, Lanes512<T> exponent)
    {
        if (Avx512F.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx512F.Scale(value.Value.AsSingle(), exponent.Value.AsSingle()))
                : FromDouble(Avx512F.Scale(value.Value.AsDouble(), exponent.Value.AsDouble()));
        }

        // The power is applied in two halves, so that it may leave the range of normal numbers. The addition leaves n and both
        // biases in the low bits; the bits above are shifted out.
        if (sizeof(T) == 4)
        {
            var sum = (exponent + Constant(Bits.SingleShift + 254)).Value.AsInt32();
            var half = sum >>> 1;
            return value * FromInt32(half << 23) * FromInt32((sum - half) << 23);
        }
        else
        {
            var sum = (exponent + Constant(Bits.DoubleShift + 2046)).Value.AsInt64();
            var half = sum >>> 1;
            return value * FromInt64(half << 52) * FromInt64((sum - half) << 52);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Exponent(Lanes512<T> value)
    {
        if (Avx512F.IsSupported)
        {
            // Less half a binade the exponent is that of the power of two below, e - 1; an addition would leave the normal numbers at their end.
            return sizeof(T) == 4
                ? FromSingle(Avx512F.GetExponent((value.Value.AsInt32() - Vector512.Create(Bits.SingleToThreeQuarters)).AsSingle())) + Constant(1)
                : FromDouble(Avx512F.GetExponent((value.Value.AsInt64() - Vector512.Create(Bits.DoubleToThreeQuarters)).AsDouble())) + Constant(1);
        }

        return sizeof(T) == 4
            ? FromInt32(Vector512.Create(Bits.SingleTwo23) + ((value.Value.AsInt32() + Vector512.Create(Bits.SingleToThreeQuarters)) >>> 23)) - Constant(Bits.SingleExponentOffset)
            : FromInt64(Vector512.Create(Bits.DoubleTwo52) + ((value.Value.AsInt64() + Vector512.Create(Bits.DoubleToThreeQuarters)) >>> 52)) - Constant(Bits.DoubleExponentOffset);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> ExponentBelowOne(Lanes512<T> value)
    {
        if (Avx512F.IsSupported)
        {
            // Rounded either way, 4/3 takes 3/2 to 2, and the number before it below 2.
            var scaled = Constant(1.3333333333333333) * value;
            return sizeof(T) == 4 ? FromSingle(Avx512F.GetExponent(scaled.Value.AsSingle())) : FromDouble(Avx512F.GetExponent(scaled.Value.AsDouble()));
        }

        return Exponent(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Mantissa(Lanes512<T> value)
    {
        if (Avx512F.IsSupported)
        {
            // In [¾, 3/2), with the sign of the value.
            const byte FromThreeQuarters = 3;
            return sizeof(T) == 4
                ? FromSingle(Avx512F.GetMantissa(value.Value.AsSingle(), FromThreeQuarters))
                : FromDouble(Avx512F.GetMantissa(value.Value.AsDouble(), FromThreeQuarters));
        }

        return sizeof(T) == 4
            ? FromInt32(((value.Value.AsInt32() + Vector512.Create(Bits.SingleToThreeQuarters)) & Vector512.Create(Bits.SingleMantissa)) + Vector512.Create(Bits.SingleThreeQuarters))
            : FromInt64(((value.Value.AsInt64() + Vector512.Create(Bits.DoubleToThreeQuarters)) & Vector512.Create(Bits.DoubleMantissa)) + Vector512.Create(Bits.DoubleThreeQuarters));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> HighPart(Lanes512<T> value) => sizeof(T) == 4
        ? FromInt32(value.Value.AsInt32() & Vector512.Create(Bits.SingleHighPart))
        : FromInt64(value.Value.AsInt64() & Vector512.Create(Bits.DoubleHighPart));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Lanes512<T> value) => Lanes256<T>.Sum(Lower(value) + Upper(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Lanes512<T> value) => Lanes256<T>.MaxAcross(Lanes256<T>.Max(Lower(value), Upper(value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinAcross(Lanes512<T> value) => Lanes256<T>.MinAcross(Lanes256<T>.Min(Lower(value), Upper(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> Lower(Lanes512<T> value) => new(value.Value.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> Upper(Lanes512<T> value) => new(value.Value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SingleMask(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> DoubleMask(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromSingle(Vector512<float> value) => new(value.As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromDouble(Vector512<double> value) => new(value.As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromInt32(Vector512<int> value) => new(value.As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> FromInt64(Vector512<long> value) => new(value.As<long, T>());
}
