using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels;

/// <summary>A register of 128 bits: 4 floats or 2 doubles. Without hardware of that width it works in software, slowly.</summary>
/// <typeparam name="T">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Lanes128<T> : ILanes<Lanes128<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The register.</summary>
    public readonly Vector128<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes128(Vector128<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Count;
    }

    /// <inheritdoc/>
    public static Lanes128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Constant(double value) => sizeof(T) == 4
        ? FromSingle(Vector128.Create((float)value))
        : FromDouble(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Broadcast(T value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(T* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadPartial(T* source, int count)
    {
        // Lane i of the mask is i < count. A masked load does not touch, nor fault on, the lanes that are off.
        if (Avx.IsSupported)
        {
            return sizeof(T) == 4
                ? FromSingle(Avx.MaskLoad((float*)source, SingleMask(count)))
                : FromDouble(Avx.MaskLoad((double*)source, DoubleMask(count)));
        }

        var value = Vector128<T>.Zero;
        for (var lane = 0; lane < count; lane++)
        {
            value = value.WithElement(lane, source[lane]);
        }

        return new(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128<T> value, T* destination) => value.Value.Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(Lanes128<T> value, T* destination) => value.Value.StoreAlignedNonTemporal(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lanes128<T> value, T* destination, int count)
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

        for (var lane = 0; lane < count; lane++)
        {
            destination[lane] = value.Value[lane];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> left, Lanes128<T> right) => new(left.Value + right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> left, Lanes128<T> right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> left, Lanes128<T> right) => new(left.Value * right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> left, Lanes128<T> right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> value) => new(-value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> FusedMultiplyAdd(Lanes128<T> left, Lanes128<T> right, Lanes128<T> addend) => sizeof(T) == 4
        ? FromSingle(Vector128.FusedMultiplyAdd(left.Value.AsSingle(), right.Value.AsSingle(), addend.Value.AsSingle()))
        : FromDouble(Vector128.FusedMultiplyAdd(left.Value.AsDouble(), right.Value.AsDouble(), addend.Value.AsDouble()));

    // The native maximum of x86 gives its second operand when either is NaN, that of Arm gives NaN: either way a NaN on the right
    // comes through, and the comparison brings in a NaN on the left.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Max(Lanes128<T> left, Lanes128<T> right)
        => new(Vector128.ConditionalSelect(Vector128.Equals(left.Value, left.Value), Vector128.MaxNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Min(Lanes128<T> left, Lanes128<T> right)
        => new(Vector128.ConditionalSelect(Vector128.Equals(left.Value, left.Value), Vector128.MinNative(left.Value, right.Value), left.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Clamp(Lanes128<T> value, Lanes128<T> low, Lanes128<T> high)
        => new(Vector128.MinNative(high.Value, Vector128.MaxNative(low.Value, value.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> AtLeast(Lanes128<T> value, Lanes128<T> low) => new(Vector128.MaxNative(low.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> AtMost(Lanes128<T> value, Lanes128<T> high) => new(Vector128.MinNative(high.Value, value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> BoundMagnitude(Lanes128<T> value, Lanes128<T> bound)
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
    public static Lanes128<T> Abs(Lanes128<T> value) => new(Vector128.Abs(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Sqrt(Lanes128<T> value) => new(Vector128.Sqrt(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Equal(Lanes128<T> left, Lanes128<T> right) => new(Vector128.Equals(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LessThan(Lanes128<T> left, Lanes128<T> right) => new(Vector128.LessThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LessThanOrEqual(Lanes128<T> left, Lanes128<T> right) => new(Vector128.LessThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> GreaterThan(Lanes128<T> left, Lanes128<T> right) => new(Vector128.GreaterThan(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> GreaterThanOrEqual(Lanes128<T> left, Lanes128<T> right) => new(Vector128.GreaterThanOrEqual(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> IsNaN(Lanes128<T> value) => new(Vector128.IsNaN(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(Lanes128<T> mask) => Vector128.EqualsAll(mask.Value.AsInt32(), Vector128<int>.AllBitsSet);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Select(Lanes128<T> mask, Lanes128<T> whenTrue, Lanes128<T> whenFalse)
        => new(Vector128.ConditionalSelect(mask.Value, whenTrue.Value, whenFalse.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> And(Lanes128<T> left, Lanes128<T> right) => new(left.Value & right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> AndNot(Lanes128<T> left, Lanes128<T> right) => new(Vector128.AndNot(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Or(Lanes128<T> left, Lanes128<T> right) => new(left.Value | right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Xor(Lanes128<T> left, Lanes128<T> right) => new(left.Value ^ right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> RoundToNearest(Lanes128<T> value) => sizeof(T) == 4
        ? FromSingle(Vector128.Round(value.Value.AsSingle()))
        : FromDouble(Vector128.Round(value.Value.AsDouble()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> PowerOfTwo(Lanes128<T> exponent)
        => PowerOfShifted(exponent + (sizeof(T) == 4 ? Constant(Bits.SingleShift + 127) : Constant(Bits.DoubleShift + 1023)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> PowerOfShifted(Lanes128<T> shifted)
        => sizeof(T) == 4 ? FromInt32(shifted.Value.AsInt32() << 23) : FromInt64(shifted.Value.AsInt64() << 52);

    /// <inheritdoc/>
    public static bool ScalesByAnyPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> ScaleB(Lanes128<T> value, Lanes128<T> exponent)
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
    public static Lanes128<T> Exponent(Lanes128<T> value) => sizeof(T) == 4
        ? FromInt32(Vector128.Create(Bits.SingleTwo23) + ((value.Value.AsInt32() + Vector128.Create(Bits.SingleToThreeQuarters)) >>> 23)) - Constant(Bits.SingleExponentOffset)
        : FromInt64(Vector128.Create(Bits.DoubleTwo52) + ((value.Value.AsInt64() + Vector128.Create(Bits.DoubleToThreeQuarters)) >>> 52)) - Constant(Bits.DoubleExponentOffset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> ExponentBelowOne(Lanes128<T> value) => Exponent(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Mantissa(Lanes128<T> value) => sizeof(T) == 4
        ? FromInt32(((value.Value.AsInt32() + Vector128.Create(Bits.SingleToThreeQuarters)) & Vector128.Create(Bits.SingleMantissa)) + Vector128.Create(Bits.SingleThreeQuarters))
        : FromInt64(((value.Value.AsInt64() + Vector128.Create(Bits.DoubleToThreeQuarters)) & Vector128.Create(Bits.DoubleMantissa)) + Vector128.Create(Bits.DoubleThreeQuarters));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> HighPart(Lanes128<T> value) => sizeof(T) == 4
        ? FromInt32(value.Value.AsInt32() & Vector128.Create(Bits.SingleHighPart))
        : FromInt64(value.Value.AsInt64() & Vector128.Create(Bits.DoubleHighPart));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Lanes128<T> value)
    {
        var pair = sizeof(T) == 4 ? value + SwapHalves(value) : value;
        return pair.Value[0] + pair.Value[1];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Lanes128<T> value)
    {
        var pair = sizeof(T) == 4 ? Max(value, SwapHalves(value)) : value;
        return Max(pair, SwapNeighbours(pair)).Value.ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinAcross(Lanes128<T> value)
    {
        var pair = sizeof(T) == 4 ? Min(value, SwapHalves(value)) : value;
        return Min(pair, SwapNeighbours(pair)).Value.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> SwapHalves(Lanes128<T> value) => FromInt64(Vector128.Shuffle(value.Value.AsInt64(), Vector128.Create(1L, 0L)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> SwapNeighbours(Lanes128<T> value) => sizeof(T) == 4
        ? FromInt32(Vector128.Shuffle(value.Value.AsInt32(), Vector128.Create(1, 0, 3, 2)))
        : SwapHalves(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SingleMask(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> DoubleMask(int count) => Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromSingle(Vector128<float> value) => new(value.As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromDouble(Vector128<double> value) => new(value.As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromInt32(Vector128<int> value) => new(value.As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> FromInt64(Vector128<long> value) => new(value.As<long, T>());
}
