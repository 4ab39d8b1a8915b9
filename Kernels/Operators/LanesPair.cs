using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Two registers that go through a formula side by side, so that each works while the other waits for its own results, and a constant is loaded for both at once.</summary>
internal readonly unsafe struct LanesPair<TLanes, T> : ILanes<LanesPair<TLanes, T>, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TLanes _first;
    private readonly TLanes _second;

    /// <summary>Wraps two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LanesPair(TLanes first, TLanes second)
    {
        _first = first;
        _second = second;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    /// <inheritdoc/>
    public static LanesPair<TLanes, T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TLanes.Zero, TLanes.Zero);
    }

    /// <inheritdoc/>
    public static bool ScalesByAnyPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.ScalesByAnyPower;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Constant(double value) => new(TLanes.Constant(value), TLanes.Constant(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Broadcast(T value) => new(TLanes.Broadcast(value), TLanes.Broadcast(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Load(T* source) => new(TLanes.Load(source), TLanes.Load(source + TLanes.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> LoadPartial(T* source, int count) => new(TLanes.LoadPartial(source, Math.Min(count, TLanes.Count)), TLanes.LoadPartial(source + TLanes.Count, Math.Max(count - TLanes.Count, 0)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(LanesPair<TLanes, T> value, T* destination)
    {
        TLanes.Store(value._first, destination);
        TLanes.Store(value._second, destination + TLanes.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(LanesPair<TLanes, T> value, T* destination)
    {
        TLanes.StoreNonTemporal(value._first, destination);
        TLanes.StoreNonTemporal(value._second, destination + TLanes.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(LanesPair<TLanes, T> value, T* destination, int count)
    {
        TLanes.StorePartial(value._first, destination, Math.Min(count, TLanes.Count));
        TLanes.StorePartial(value._second, destination + TLanes.Count, Math.Max(count - TLanes.Count, 0));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> operator +(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(left._first + right._first, left._second + right._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> operator -(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(left._first - right._first, left._second - right._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> operator *(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(left._first * right._first, left._second * right._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> operator /(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(left._first / right._first, left._second / right._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> operator -(LanesPair<TLanes, T> value) => new(-value._first, -value._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> FusedMultiplyAdd(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right, LanesPair<TLanes, T> addend) => new(TLanes.FusedMultiplyAdd(left._first, right._first, addend._first), TLanes.FusedMultiplyAdd(left._second, right._second, addend._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Max(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.Max(left._first, right._first), TLanes.Max(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Min(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.Min(left._first, right._first), TLanes.Min(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Equal(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.Equal(left._first, right._first), TLanes.Equal(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> LessThan(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.LessThan(left._first, right._first), TLanes.LessThan(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> LessThanOrEqual(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.LessThanOrEqual(left._first, right._first), TLanes.LessThanOrEqual(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> GreaterThan(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.GreaterThan(left._first, right._first), TLanes.GreaterThan(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> GreaterThanOrEqual(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.GreaterThanOrEqual(left._first, right._first), TLanes.GreaterThanOrEqual(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> And(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.And(left._first, right._first), TLanes.And(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> AndNot(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.AndNot(left._first, right._first), TLanes.AndNot(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Or(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.Or(left._first, right._first), TLanes.Or(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Xor(LanesPair<TLanes, T> left, LanesPair<TLanes, T> right) => new(TLanes.Xor(left._first, right._first), TLanes.Xor(left._second, right._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Clamp(LanesPair<TLanes, T> value, LanesPair<TLanes, T> low, LanesPair<TLanes, T> high) => new(TLanes.Clamp(value._first, low._first, high._first), TLanes.Clamp(value._second, low._second, high._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> AtLeast(LanesPair<TLanes, T> value, LanesPair<TLanes, T> low) => new(TLanes.AtLeast(value._first, low._first), TLanes.AtLeast(value._second, low._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> AtMost(LanesPair<TLanes, T> value, LanesPair<TLanes, T> high) => new(TLanes.AtMost(value._first, high._first), TLanes.AtMost(value._second, high._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> BoundMagnitude(LanesPair<TLanes, T> value, LanesPair<TLanes, T> bound) => new(TLanes.BoundMagnitude(value._first, bound._first), TLanes.BoundMagnitude(value._second, bound._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Abs(LanesPair<TLanes, T> value) => new(TLanes.Abs(value._first), TLanes.Abs(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Sqrt(LanesPair<TLanes, T> value) => new(TLanes.Sqrt(value._first), TLanes.Sqrt(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> IsNaN(LanesPair<TLanes, T> value) => new(TLanes.IsNaN(value._first), TLanes.IsNaN(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> RoundToNearest(LanesPair<TLanes, T> value) => new(TLanes.RoundToNearest(value._first), TLanes.RoundToNearest(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Exponent(LanesPair<TLanes, T> value) => new(TLanes.Exponent(value._first), TLanes.Exponent(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> ExponentBelowOne(LanesPair<TLanes, T> value) => new(TLanes.ExponentBelowOne(value._first), TLanes.ExponentBelowOne(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Mantissa(LanesPair<TLanes, T> value) => new(TLanes.Mantissa(value._first), TLanes.Mantissa(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> HighPart(LanesPair<TLanes, T> value) => new(TLanes.HighPart(value._first), TLanes.HighPart(value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> PowerOfShifted(LanesPair<TLanes, T> shifted) => new(TLanes.PowerOfShifted(shifted._first), TLanes.PowerOfShifted(shifted._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> PowerOfTwo(LanesPair<TLanes, T> exponent) => new(TLanes.PowerOfTwo(exponent._first), TLanes.PowerOfTwo(exponent._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> ScaleB(LanesPair<TLanes, T> value, LanesPair<TLanes, T> exponent) => new(TLanes.ScaleB(value._first, exponent._first), TLanes.ScaleB(value._second, exponent._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes, T> Select(LanesPair<TLanes, T> mask, LanesPair<TLanes, T> whenTrue, LanesPair<TLanes, T> whenFalse) => new(TLanes.Select(mask._first, whenTrue._first, whenFalse._first), TLanes.Select(mask._second, whenTrue._second, whenFalse._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(LanesPair<TLanes, T> mask) => TLanes.All(TLanes.And(mask._first, mask._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(LanesPair<TLanes, T> value) => TLanes.Sum(value._first + value._second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(LanesPair<TLanes, T> value) => TLanes.MaxAcross(TLanes.Max(value._first, value._second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinAcross(LanesPair<TLanes, T> value) => TLanes.MinAcross(TLanes.Min(value._first, value._second));
}
