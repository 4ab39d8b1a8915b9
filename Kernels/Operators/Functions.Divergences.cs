using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

// What entropies, divergences and densities of exponential families are made of. Written as differences of log partitions they lose all digits
// where parameters are large; written with the Itakura-Saito divergence and with Binet's function (the small rest of Stirling's formula) every
// term is small where the result is.
// The long ones are called, not inlined: families use them many times, and a call costs little beside them. They are compiled in full at once.
public static unsafe partial class Functions
{
    private const double HalfLogTwoPi = 0.91893853320467274;

    /// <summary>Mask of the lanes that are neither infinite nor NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes IsFinite<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.LessThan(TLanes.Abs(x), TLanes.Constant(double.PositiveInfinity));

    /// <summary>Mask of the lanes that are positive and finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes IsPositive<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.And(TLanes.GreaterThan(x, TLanes.Zero), TLanes.LessThan(x, TLanes.Constant(double.PositiveInfinity)));

    /// <summary>Mask of the lanes that are whole finite numbers of at least 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes IsCount<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // From 2²³ (2⁵²) on every number is whole; below it, adding that number rounds to one.
        var whole = Choose<TLanes, T>(8388608, 4503599627370496);
        var isWhole = TLanes.Or(TLanes.GreaterThanOrEqual(x, whole), TLanes.Equal(x + whole - whole, x));
        return TLanes.And(TLanes.And(TLanes.GreaterThanOrEqual(x, TLanes.Zero), IsFinite<TLanes, T>(x)), isWhole);
    }

    /// <summary>
    /// The Itakura–Saito divergence <c>r - 1 - log r ≥ 0</c> of a ratio, accurate near its zero at 1; <c>+∞</c> at 0 and <c>+∞</c>, NaN below 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes ItakuraSaito<TLanes, T>(TLanes ratio)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // ratio - 1 is exact in [½, 2].
        var w = ratio - TLanes.Constant(1);
        var near = ItakuraSaitoNear<TLanes, T>(w, w / (TLanes.Constant(2) + w));
        var result = TLanes.Select(IsNearOne<TLanes, T>(ratio), near, w - Log<TLanes, T>(ratio));
        return TLanes.Select(TLanes.LessThan(ratio, TLanes.Constant(double.PositiveInfinity)), result, ratio);
    }

    /// <summary>
    /// A term of the Kullback–Leibler divergence of probabilities, <c>q (r - 1 - log r)</c> with <c>r = p / q</c>, which sum to <c>Σ q log(q / p)</c> without
    /// negative terms: <c>p</c> where <c>q</c> is 0, <c>+∞</c> where only <c>p</c> is.
    /// </summary>
    /// <param name="q">Probability under q.</param>
    /// <param name="p">Probability under p.</param>
    /// <param name="logRatio"><c>log p - log q</c>, which stays finite where the probabilities underflow.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes DivergenceTerm<TLanes, T>(TLanes q, TLanes p, TLanes logRatio)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var ratio = p / q;
        var w = ratio - TLanes.Constant(1);
        var near = q * ItakuraSaitoNear<TLanes, T>(w, w / (TLanes.Constant(2) + w));
        var far = TLanes.FusedMultiplyAdd(-q, logRatio, p - q);
        var result = TLanes.Select(IsNearOne<TLanes, T>(ratio), near, far);
        return TLanes.Select(TLanes.Equal(q, TLanes.Zero), p, result);
    }

    /// <summary><see cref="LogGamma"/>, called.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes LogGammaCalled<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogGamma<TLanes, T>(x);

    /// <summary>Binet's function <c>μ(x) = log Γ(x) - (x - ½) log x + x - ½ log 2π</c> for <c>x &gt; 0</c>: positive and about <c>1/12x</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes Binet<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var isFar = TLanes.GreaterThanOrEqual(x, TLanes.Constant(4));
        var far = BinetFar<TLanes, T>(x, out _);
        return TLanes.All(isFar) ? far : TLanes.Select(isFar, far, BinetNear<TLanes, T>(x, Log<TLanes, T>(x)));
    }

    /// <summary><see cref="Binet{TLanes, T}(TLanes)"/> and its derivative <c>μ'(x) = ψ(x) - log x + 1/2x</c>, about <c>-1/12x²</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes Binet<TLanes, T>(TLanes x, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var isFar = TLanes.GreaterThanOrEqual(x, TLanes.Constant(4));
        var far = BinetFar<TLanes, T>(x, out derivative);
        if (TLanes.All(isFar))
        {
            return far;
        }

        var logarithm = Log<TLanes, T>(x);
        var near = Digamma<TLanes, T>(x) - logarithm + TLanes.Constant(0.5) / x;
        derivative = TLanes.Select(isFar, derivative, near);
        return TLanes.Select(isFar, far, BinetNear<TLanes, T>(x, logarithm));
    }

    /// <summary>
    /// The part of the divergence of log gamma functions that is not <c>y log(y/x) - y + x</c>:
    /// <c>log Γ(y) - log Γ(x) - (y - x) ψ(x) = y log(y/x) - y + x + G(y, x)</c>, <c>G(y, x) = ½ (r - 1 - log r) + μ(y) - μ(x) - (y - x) μ'(x) ≥ 0</c>, <c>r = y/x</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes LogGammaDivergence<TLanes, T>(TLanes y, TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var atX = Binet<TLanes, T>(x, out var derivative);
        var rest = TLanes.FusedMultiplyAdd(x - y, derivative, Binet<TLanes, T>(y) - atX);
        return TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), ItakuraSaito<TLanes, T>(y / x), rest);
    }

    /// <summary>
    /// The part of the entropy's gamma functions that is no logarithm: <c>log Γ(x) + (n - x) ψ(x) + x = (n - ½) log x + ½ log 2π + H(x, n)</c>,
    /// <c>H(x, n) = ½ - n/2x + μ(x) + (n - x) μ'(x)</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static TLanes LogGammaEntropy<TLanes, T>(TLanes x, TLanes n)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = TLanes.Constant(0.5);
        var value = Binet<TLanes, T>(x, out var derivative);
        return TLanes.FusedMultiplyAdd(n - x, derivative, value + (half - half * n / x));
    }

    // For x >= 4 by the series in 1/z², z = x - ½, that LogGamma and Digamma use: with u = -1/2x = z/x - 1 and
    // e = u - log(1 + u), log z = log x + u - e, so that μ(x) = tail/z - u/2 - z e and μ'(x) = w tail' - e.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes BinetFar<TLanes, T>(TLanes x, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = TLanes.Constant(0.5);
        var one = TLanes.Constant(1);
        var z = x - half;
        var inverse = one / z;
        var w = inverse * inverse;
        var u = -half / x;
        var e = ItakuraSaitoNear<TLanes, T>(u, -one / TLanes.FusedMultiplyAdd(TLanes.Constant(4), x, -one));
        derivative = TLanes.FusedMultiplyAdd(w, DigammaTail<TLanes, T>(w), -e);
        return TLanes.FusedMultiplyAdd(inverse, LogGammaTail<TLanes, T>(w), TLanes.FusedMultiplyAdd(-half, u, -(z * e)));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TLanes BinetNear<TLanes, T>(TLanes x, TLanes logarithm)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => LogGamma<TLanes, T>(x) - TLanes.FusedMultiplyAdd(x - TLanes.Constant(0.5), logarithm, TLanes.Constant(HalfLogTwoPi) - x);

    // w - log(1 + w) for 1 + w in [√½, √2], s = w / (2 + w): log(1 + w) = 2 artanh s = w - s w + s³ tail.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ItakuraSaitoNear<TLanes, T>(TLanes w, TLanes s)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var square = s * s;
        return s * TLanes.FusedMultiplyAdd(-square, LogTail<TLanes, T>(square), w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes IsNearOne<TLanes, T>(TLanes ratio)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TLanes.And(TLanes.GreaterThan(ratio, TLanes.Constant(0.7071)), TLanes.LessThan(ratio, TLanes.Constant(1.4142)));
}
