using System.Numerics;
using Native.Kernels;

namespace Native.Tests.Operators;

/// <summary>A function under test, its oracle, where to try it, and the largest error allowed in units in the last place.</summary>
internal abstract class FunctionCase
{
    public required string Name { get; init; }

    /// <summary>The oracle, on fixed-point numbers.</summary>
    public required Func<BigInteger, BigInteger> Exact { get; init; }

    /// <summary>Lowest and highest argument.</summary>
    public required (double Low, double High) Domain { get; init; }

    /// <summary>Bounds for float and for double, at every width.</summary>
    public required (double Single, double Double) Ulps { get; init; }

    /// <summary>The binary exponent below which a result at <c>x</c> counts as if it had it: near a zero no relative accuracy is promised. Very small for no such place.</summary>
    public Func<double, int> LeastExponent { get; init; } = _ => -10000;

    /// <summary>Whether a point is tried: negative integers are poles of the gamma function, and tested as edges.</summary>
    public bool Takes(double x) => x >= Domain.Low && x <= Domain.High && !(Domain.High < 0 && x == Math.Floor(x));

    /// <summary>Results below count as this large, because an intermediate result underflows: 2⁻¹¹⁶ (2⁻¹⁰¹⁰) where the function multiplies x by an exponential.</summary>
    public bool Product { get; init; }

    public static readonly FunctionCase[] All =
    [
        Of<Exp>("Exp", HighPrecision.Exp, -745, 709.7, (1, 1)),
        Of<Expm1>("Expm1", HighPrecision.Expm1, -50, 709.7, (2, 2)),
        Of<Log>("Log", HighPrecision.Log, double.Epsilon, double.MaxValue, (1, 1)),
        Of<Log1p>("Log1p", HighPrecision.Log1p, -0.99999999, double.MaxValue, (2, 2)),
        Of<Erf>("Erf", HighPrecision.Erf, -7, 7, (3, 3)),
        Of<NormalDistribution>("NormalDistribution", HighPrecision.NormalDistribution, -38, 9, (4, 4)),
        Of<Tanh>("Tanh", HighPrecision.Tanh, -350, 350, (3, 2)),
        Of<Slope<Tanh>>("Tanh'", x => 4 * HighPrecision.LogisticDerivative(2 * x), -350, 350, (5, 4)),
        Of<Sigmoid>("Sigmoid", HighPrecision.Logistic, -744, 744, (3, 2)),
        Of<Slope<Sigmoid>>("Sigmoid'", HighPrecision.LogisticDerivative, -744, 744, (5, 4)),
        Of<Softplus>("Softplus", HighPrecision.Softplus, -744, 744, (3, 2)),
        Of<Slope<Softplus>>("Softplus'", HighPrecision.Logistic, -744, 744, (3, 2)),
        Of<Elu>("Elu", x => x.Sign > 0 ? x : HighPrecision.Expm1(x), -744, 744, (2, 2)),
        Of<Slope<Elu>>("Elu'", x => x.Sign > 0 ? HighPrecision.One : HighPrecision.Exp(x), -744, 744, (1, 1)),
        Of<Gelu>("Gelu", x => HighPrecision.Multiply(x, HighPrecision.NormalDistribution(x)), -38, 20, (4, 4), product: true),
        Of<Slope<Gelu>>("Gelu'", x => HighPrecision.NormalDistribution(x) + HighPrecision.Multiply(x, HighPrecision.NormalDensity(x)), -38, 20, (6, 5), Near(-0.7517915246935645, 1, -3), product: true),
        Of<Silu>("Silu", x => HighPrecision.Multiply(x, HighPrecision.Logistic(x)), -744, 744, (4, 3), product: true),
        Of<Slope<Silu>>("Silu'", x => HighPrecision.Logistic(x) + HighPrecision.Multiply(x, HighPrecision.LogisticDerivative(x)), -744, 744, (6, 6), Near(-1.2784645427610738, 1, -3), product: true),
        Of<LogGamma>("LogGamma", HighPrecision.LogGamma, double.Epsilon, 1e305, (5, 4)),
        Of<LogGamma>("LogGamma, x < 0", HighPrecision.LogGamma, -2097152, -double.Epsilon, (4, 4), x => Math.ILogB(1 - x)),
        Of<Digamma>("Digamma", HighPrecision.Digamma, 6e-309, double.MaxValue, (5, 4), _ => 0),
        Of<Digamma>("Digamma, x < 0", HighPrecision.Digamma, -2097152, -6e-309, (5, 4), x => Math.ILogB(Math.Max(4, Math.Log(-x)))),
        Of<Trigamma>("Trigamma", HighPrecision.Trigamma, 1e-154, double.MaxValue, (4, 3)),
        Of<Trigamma>("Trigamma, x < 0", HighPrecision.Trigamma, -2097152, -1e-154, (5, 5)),
        Of<SinPi>("SinPi", HighPrecision.SinPi, -1048576, 1048576, (4, 4)),
        Of<CosPi>("CosPi", x => HighPrecision.SinPi(x + (HighPrecision.One >> 1)), -1048576, 1048576, (4, 4)),
        Of<Sin>("Sin", HighPrecision.Sin, -8192, 8192, (2, 2)),
        Of<Cos>("Cos", HighPrecision.Cos, -8192, 8192, (2, 2)),

        // 2 ulp of 1 are 16 of ⅛.
        Of<Gumbel>("Gumbel", x => -HighPrecision.Log(-HighPrecision.Log(x)), 1.2e-38, 0.99999994, (16, 16), Near(Math.Exp(-1), 1, -3)),
    ];

    /// <summary><c>y[i] = f(x[i])</c> with registers of <typeparamref name="TLanes"/>, the rest by a partial register.</summary>
    public abstract unsafe void Map<TLanes, T>(ReadOnlySpan<T> x, Span<T> y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    public override string ToString() => Name;

    // Within a distance of a zero results count as if they had this exponent.
    private static Func<double, int> Near(double zero, double distance, int exponent) => x => Math.Abs(x - zero) < distance ? exponent : -10000;

    private static FunctionCase Of<TFunction>(string name, Func<BigInteger, BigInteger> exact, double low, double high, (double Single, double Double) ulps, Func<double, int>? least = null, bool product = false)
        where TFunction : struct, IFunction
        => new FunctionCase<TFunction> { Name = name, Exact = exact, Domain = (low, high), Ulps = ulps, LeastExponent = least ?? (_ => -10000), Product = product };
}

internal sealed class FunctionCase<TFunction> : FunctionCase
    where TFunction : struct, IFunction
{
    public override unsafe void Map<TLanes, T>(ReadOnlySpan<T> x, Span<T> y)
    {
        fixed (T* source = x, destination = y)
        {
            var index = 0;
            for (; index <= x.Length - TLanes.Count; index += TLanes.Count)
            {
                TLanes.Store(TFunction.Invoke<TLanes, T>(TLanes.Load(source + index)), destination + index);
            }

            TLanes.StorePartial(TFunction.Invoke<TLanes, T>(TLanes.LoadPartial(source + index, x.Length - index)), destination + index, x.Length - index);
        }
    }
}

internal struct Slope<TActivation> : IFunction
    where TActivation : struct, IActivation
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TActivation.Derivative<TLanes, T>(x);
}

internal struct SinPi : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.SinPi<TLanes, T>(x);
}

internal struct CosPi : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.CosPi<TLanes, T>(x);
}

internal struct Sin : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Sin<TLanes, T>(x);
}

internal struct Cos : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Cos<TLanes, T>(x);
}

internal struct Gumbel : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Gumbel<TLanes, T>(x);
}
