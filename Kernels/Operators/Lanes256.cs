using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels;

/// <summary>A register of 256 bits: 8 floats or 4 doubles. Without hardware of that width it works on two halves.</summary>
/// <typeparam name="T">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Lanes256<T> : ILanes<Lanes256<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The register.</summary>
    public readonly Vector256<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes256(Vector256<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    /// <inheritdoc/>
    public static Lanes256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Constant(double value) => sizeof(T) == 4
        ? FromSingle(Vector256.Create((float)value))
        : FromDouble(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Broadcast(T value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(T* source) => new(Vector256.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LoadPartial(T* source, int count)
    {
        // Lane i of the mask is i < count. A masked load does not touch, nor fault on, the lanes that are off.
        if (Avx.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx.MaskLoad((float*)source, SingleMask(count)))
                : FromDouble(Avx.MaskLoad((double*)source, DoubleMask(count)));
        }

        var half = Lanes128<T>.Count;
        return new(Vector256.Create(
            Lanes128<T>.LoadPartial(source, Math.Min(count, half)).Value,
            Lanes128<T>.LoadPartial(source + half, count - half).Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256<T> value, T* destination) => value.Value.Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(Lanes256<T> value, T* destination) => value.Value.StoreAlignedNonTemporal(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes256<T> value, T* destination, int count)
    {
        if (Avx.IsSupported)
        {
            if (sizeof(T) == 4)
            {
                Avx.MaskStore((float*)destination, SingleMask(count), value.Value.AsSingle());
            }
            else
            {
                Avx.MaskStore((double*)destination, DoubleMask(count), value.Value.AsDouble());
            }

            return;
        }

        var half = Lanes128<T>.Count;
        Lanes128<T>.StorePartial(new(value.Value.GetLower()), destination, Math.Min(count, half));
        Lanes128<T>.StorePartial(new(value.Value.GetUpper()), destination + half, count - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> left, Lanes256<T> right) => new(left.Value + right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> left, Lanes256<T> right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> left, Lanes256<T> right) => new(left.Value * right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> left, Lanes256<T> right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> value) => new(-value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> FusedMultiplyAdd(Lanes256<T> left, Lanes256<T> right, Lanes256<T> addend) => sizeof(T) == 4
        ? FromSingle(Vector256.FusedMultiplyAdd(left.Value.AsSingle(), right.Value.AsSingle(), addend.Value.AsSingle()))
        : FromDouble(Vector256.FusedMultiplyAdd(left.Value.AsDouble(), right.Value.AsDouble(), addend.Value.AsDouble()));

    // The native maximum of x86 gives its second operand when either is NaN, that of Arm gives NaN: either way a NaN on the right
    // comes through, and the comparison brings in a NaN on the left.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Max(Lanes256<T> left, Lanes256<T> right)
        => new(Vector256.ConditionalSelect(Vector256.Equals(left.Value, left.Value), Vector256.MaxNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Min(Lanes256<T> left, Lanes256<T> right)
        => new(Vector256.ConditionalSelect(Vector256.Equals(left.Value, left.Value), Vector256.MinNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Clamp(Lanes256<T> value, Lanes256<T> low, Lanes256<T> high)
        => new(Vector256.MinNative(high.Value, Vector256.MaxNative(low.Value, value.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> AtLeast(Lanes256<T> value, Lanes256<T> low) => new(Vector256.MaxNative(low.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> AtMost(Lanes256<T> value, Lanes256<T> high) => new(Vector256.MinNative(high.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> BoundMagnitude(Lanes256<T> value, Lanes256<T> bound)
    {
        // The number of smaller magnitude with the sign of the first: one instruction.
        const byte SmallerMagnitude = 2;
        if (Avx512DQ.VL.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx512DQ.VL.Range(value.Value.AsSingle(), bound.Value.AsSingle(), SmallerMagnitude))
                : FromDouble(Avx512DQ.VL.Range(value.Value.AsDouble(), bound.Value.AsDouble(), SmallerMagnitude));
        }

        return Clamp(value, -bound, bound);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Abs(Lanes256<T> value) => new(Vector256.Abs(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Sqrt(Lanes256<T> value) => new(Vector256.Sqrt(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Equal(Lanes256<T> left, Lanes256<T> right) => new(Vector256.Equals(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LessThan(Lanes256<T> left, Lanes256<T> right) => new(Vector256.LessThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LessThanOrEqual(Lanes256<T> left, Lanes256<T> right) => new(Vector256.LessThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> GreaterThan(Lanes256<T> left, Lanes256<T> right) => new(Vector256.GreaterThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> GreaterThanOrEqual(Lanes256<T> left, Lanes256<T> right) => new(Vector256.GreaterThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> IsNaN(Lanes256<T> value) => new(Vector256.IsNaN(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(Lanes256<T> mask) => Vector256.EqualsAll(mask.Value.AsInt32(), Vector256<int>.AllBitsSet);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Select(Lanes256<T> mask, Lanes256<T> whenTrue, Lanes256<T> whenFalse)
        => new(Vector256.ConditionalSelect(mask.Value, whenTrue.Value, whenFalse.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> And(Lanes256<T> left, Lanes256<T> right) => new(left.Value & right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> AndNot(Lanes256<T> left, Lanes256<T> right) => new(Vector256.AndNot(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Or(Lanes256<T> left, Lanes256<T> right) => new(left.Value | right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Xor(Lanes256<T> left, Lanes256<T> right) => new(left.Value ^ right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> RoundToNearest(Lanes256<T> value) => sizeof(T) == 4
        ? FromSingle(Vector256.Round(value.Value.AsSingle()))
        : FromDouble(Vector256.Round(value.Value.AsDouble()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> PowerOfTwo(Lanes256<T> exponent)
        => PowerOfShifted(exponent + (sizeof(T) == 4 ? Constant(Bits.SingleShift + 127) : Constant(Bits.DoubleShift + 1023)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> PowerOfShifted(Lanes256<T> shifted)
        => sizeof(T) == 4 ? FromInt32(shifted.Value.AsInt32() << 23) : FromInt64(shifted.Value.AsInt64() << 52);

    /// <inheritdoc/>
    public static bool ScalesByAnyPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> ScaleB(Lanes256<T> value, Lanes256<T> exponent)
    {
        if (Avx512F.VL.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx512F.VL.Scale(value.Value.AsSingle(), exponent.Value.AsSingle()))
                : FromDouble(Avx512F.VL.Scale(value.Value.AsDouble(), exponent.Value.AsDouble()));
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
    public static Lanes256<T> Exponent(Lanes256<T> value) => sizeof(T) == 4
        ? FromInt32(Vector256.Create(Bits.SingleTwo23) + ((value.Value.AsInt32() + Vector256.Create(Bits.SingleToThreeQuarters)) >>> 23)) - Constant(Bits.SingleExponentOffset)
        : FromInt64(Vector256.Create(Bits.DoubleTwo52) + ((value.Value.AsInt64() + Vector256.Create(Bits.DoubleToThreeQuarters)) >>> 52)) - Constant(Bits.DoubleExponentOffset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> ExponentBelowOne(Lanes256<T> value) => Exponent(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Mantissa(Lanes256<T> value) => sizeof(T) == 4
        ? FromInt32(((value.Value.AsInt32() + Vector256.Create(Bits.SingleToThreeQuarters)) & Vector256.Create(Bits.SingleMantissa)) + Vector256.Create(Bits.SingleThreeQuarters))
        : FromInt64(((value.Value.AsInt64() + Vector256.Create(Bits.DoubleToThreeQuarters)) & Vector256.Create(Bits.DoubleMantissa)) + Vector256.Create(Bits.DoubleThreeQuarters));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> HighPart(Lanes256<T> value) => sizeof(T) == 4
        ? FromInt32(value.Value.AsInt32() & Vector256.Create(Bits.SingleHighPart))
        : FromInt64(value.Value.AsInt64() & Vector256.Create(Bits.DoubleHighPart));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Lanes256<T> value) => Lanes128<T>.Sum(Lower(value) + Upper(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Lanes256<T> value) => Lanes128<T>.MaxAcross(Lanes128<T>.Max(Lower(value), Upper(value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinAcross(Lanes256<T> value) => Lanes128<T>.MinAcross(Lanes128<T>.Min(Lower(value), Upper(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> Lower(Lanes256<T> value) => new(value.Value.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> Upper(Lanes256<T> value) => new(value.Value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SingleMask(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> DoubleMask(int count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromSingle(Vector256<float> value) => new(value.As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromDouble(Vector256<double> value) => new(value.As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromInt32(Vector256<int> value) => new(value.As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> FromInt64(Vector256<long> value) => new(value.As<long, T>());
}
