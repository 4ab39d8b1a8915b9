using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// A register of <see cref="Count"/> elements of <typeparamref name="T"/>, so that an elementwise formula is written once and runs
/// on SIMD registers (<see cref="Lanes128{T}"/>, <see cref="Lanes256{T}"/>, <see cref="Lanes512{T}"/>) and on single elements
/// (<see cref="Scalar{T}"/>), the form that GPU kernels and the reference device use.
/// </summary>
/// <remarks>
/// <para>Every operation acts lane by lane unless it says otherwise. A mask is a register whose lanes are all ones (true) or all zeros (false).</para>
/// <para>Vector registers of different widths give the same bits for the same element. <see cref="Scalar{T}"/> may differ in the last bits,
/// because it multiplies and adds with two roundings; the formulas in <see cref="Functions"/> keep their stated accuracy either way.</para>
/// </remarks>
/// <typeparam name="TSelf">The implementing register.</typeparam>
/// <typeparam name="T">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ILanes<TSelf, T>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Zero in every lane; also the mask that is false everywhere.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The constant <paramref name="value"/>, rounded to <typeparamref name="T"/>, in every lane. For literals: it costs nothing at run time.</summary>
    static abstract TSelf Constant(double value);

    /// <summary><paramref name="value"/> in every lane.</summary>
    static abstract TSelf Broadcast(T value);

    /// <summary>Loads <see cref="Count"/> elements; no alignment is needed.</summary>
    static abstract unsafe TSelf Load(T* source);

    /// <summary>Loads the first <paramref name="count"/> elements (at most <see cref="Count"/>) and zeros the other lanes. Memory behind them is not read.</summary>
    static abstract unsafe TSelf LoadPartial(T* source, int count);

    /// <summary>Stores <see cref="Count"/> elements; no alignment is needed.</summary>
    static abstract unsafe void Store(TSelf value, T* destination);

    /// <summary>Stores <see cref="Count"/> elements past the caches where the processor can; <paramref name="destination"/> is aligned to the size of the register. For outputs larger than the caches, which are not read soon.</summary>
    static abstract unsafe void StoreNonTemporal(TSelf value, T* destination);

    /// <summary>Stores the first <paramref name="count"/> elements (at most <see cref="Count"/>). Memory behind them is neither read nor written.</summary>
    static abstract unsafe void StorePartial(TSelf value, T* destination, int count);

    /// <summary>Sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>Flips the sign bit.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary>
    /// <c>left * right + addend</c>: one rounding in vector lanes; in <see cref="Scalar{T}"/> two, unless the GPU's compiler contracts it.
    /// A formula must be right in both cases.
    /// </summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>The larger value; NaN where either is NaN. Which zero comes out of <c>-0</c> and <c>+0</c> is unspecified.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller value; NaN where either is NaN. Which zero comes out of <c>-0</c> and <c>+0</c> is unspecified.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary><c>min(max(value, low), high)</c> for <paramref name="low"/> and <paramref name="high"/> that are not NaN; NaN where <paramref name="value"/> is NaN. Cheaper than <see cref="Max"/> and <see cref="Min"/>.</summary>
    static abstract TSelf Clamp(TSelf value, TSelf low, TSelf high);

    /// <summary><c>max(value, low)</c> for a <paramref name="low"/> that is not NaN; NaN where <paramref name="value"/> is NaN. One instruction, cheaper than <see cref="Max"/>.</summary>
    static abstract TSelf AtLeast(TSelf value, TSelf low);

    /// <summary><c>min(value, high)</c> for a <paramref name="high"/> that is not NaN; NaN where <paramref name="value"/> is NaN. One instruction, cheaper than <see cref="Min"/>.</summary>
    static abstract TSelf AtMost(TSelf value, TSelf high);

    /// <summary>The value, but no larger in magnitude than <paramref name="bound"/>, which is positive; for NaN either NaN or a number of at most that magnitude.</summary>
    static abstract TSelf BoundMagnitude(TSelf value, TSelf bound);

    /// <summary>Clears the sign bit.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    // In comparisons a constant belongs on the right: when it is on the left ILGPU exchanges the operands and, for floating point, makes
    // the comparison true for NaN by mistake.

    /// <summary>Mask of <c>left == right</c>; false where either is NaN.</summary>
    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Mask of <c>left &lt; right</c>; false where either is NaN.</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>Mask of <c>left &lt;= right</c>; false where either is NaN.</summary>
    static abstract TSelf LessThanOrEqual(TSelf left, TSelf right);

    /// <summary>Mask of <c>left &gt; right</c>; false where either is NaN.</summary>
    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    /// <summary>Mask of <c>left &gt;= right</c>; false where either is NaN.</summary>
    static abstract TSelf GreaterThanOrEqual(TSelf left, TSelf right);

    /// <summary>Mask of the lanes that are NaN.</summary>
    static abstract TSelf IsNaN(TSelf value);

    /// <summary>Whether <paramref name="mask"/> is true in every lane.</summary>
    static abstract bool All(TSelf mask);

    /// <summary><paramref name="whenTrue"/> where <paramref name="mask"/> is true, else <paramref name="whenFalse"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Bitwise and.</summary>
    static abstract TSelf And(TSelf left, TSelf right);

    /// <summary>Bitwise <c>left &amp; ~right</c>.</summary>
    static abstract TSelf AndNot(TSelf left, TSelf right);

    /// <summary>Bitwise or.</summary>
    static abstract TSelf Or(TSelf left, TSelf right);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TSelf Xor(TSelf left, TSelf right);

    /// <summary>The nearest integer, ties to even, for <c>|value| &lt; 2²¹</c> (float) or <c>2⁵⁰</c> (double).</summary>
    static abstract TSelf RoundToNearest(TSelf value);

    /// <summary><c>2ⁿ</c> for integral <paramref name="exponent"/> in the range of normal numbers (<c>-126…127</c>, <c>-1022…1023</c>), 0 one below it; meaningless bits elsewhere.</summary>
    static abstract TSelf PowerOfTwo(TSelf exponent);

    /// <summary><c>2ⁿ</c> of <c>shifted = n + shift</c> as a sum of <typeparamref name="T"/>, where the shift is 1.5·2²³ + 127 (float) or 1.5·2⁵² + 1023 (double): the sum rounds <c>n</c> to an integer. The range is that of <see cref="PowerOfTwo"/>.</summary>
    static abstract TSelf PowerOfShifted(TSelf shifted);

    /// <summary>
    /// Whether <see cref="ScaleB"/> takes any integral exponent and the infinities, which give 0 and <c>+∞</c> for a positive value and for NaN too.
    /// </summary>
    static abstract bool ScalesByAnyPower { get; }

    /// <summary>
    /// <c>value · 2ⁿ</c> for integral <paramref name="exponent"/> of at most twice the range of normal numbers (<c>-252…254</c>, <c>-2044…2046</c>),
    /// with gradual underflow and overflow to infinity. For NaN in both arguments NaN; for NaN in <paramref name="exponent"/> alone meaningless bits.
    /// </summary>
    static abstract TSelf ScaleB(TSelf value, TSelf exponent);

    /// <summary><c>e</c>, as an integral value, of <c>value = m · 2ᵉ</c> with <c>m</c> in <c>[¾, 3/2)</c>, for positive normal values; meaningless bits elsewhere.</summary>
    static abstract TSelf Exponent(TSelf value);

    /// <summary>The same for positive normal values up to 1, where it may be cheaper; meaningless bits elsewhere.</summary>
    static abstract TSelf ExponentBelowOne(TSelf value);

    /// <summary><c>m</c> of <c>value = m · 2ᵉ</c> with <c>m</c> in <c>[¾, 3/2)</c>, for positive normal values; a meaningless number elsewhere.</summary>
    static abstract TSelf Mantissa(TSelf value);

    /// <summary>The value with its low half of significant bits cleared, so that its square is exact.</summary>
    static abstract TSelf HighPart(TSelf value);

    /// <summary>Sum over the lanes in a fixed order: halves are folded until one lane is left.</summary>
    static abstract T Sum(TSelf value);

    /// <summary>Largest lane; NaN when any lane is NaN.</summary>
    static abstract T MaxAcross(TSelf value);

    /// <summary>Smallest lane; NaN when any lane is NaN.</summary>
    static abstract T MinAcross(TSelf value);
}
