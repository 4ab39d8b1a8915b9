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

    /// <summary>Bound for float and double at every width.</summary>
    public required double Ulps { get; init; }

    /// <summary>Where the function crosses zero away from the origin: within 1 of it a result counts as ⅛ at least, because no relative accuracy is promised there.</summary>
    public double Crossing { get; init; } = double.NaN;

    /// <summary>Results below count as this large, because an intermediate result underflows: 2⁻¹¹⁶ (2⁻¹⁰¹⁰) where the function multiplies x by an exponential.</summary>
    public bool Product { get; init; }

    public static readonly FunctionCase[] All =
    [
        Of<Exp>("Exp", HighPrecision.Exp, -745, 709.7, 1),
        Of<Expm1>("Expm1", HighPrecision.Expm1, -50, 709.7, 2),
        Of<Log>("Log", HighPrecision.Log, double.Epsilon, double.MaxValue, 1),
        Of<Log1p>("Log1p", HighPrecision.Log1p, -0.99999999, double.MaxValue, 2),
        Of<Erf>("Erf", HighPrecision.Erf, -7, 7, 3),
        Of<NormalDistribution>("NormalDistribution", HighPrecision.NormalDistribution, -38, 9, 4),
        Of<Value<Tanh>>("Tanh", HighPrecision.Tanh, -350, 350, 3),
        Of<Slope<Tanh>>("Tanh'", x => 4 * HighPrecision.LogisticDerivative(2 * x), -350, 350, 5),
        Of<Value<Sigmoid>>("Sigmoid", HighPrecision.Logistic, -744, 744, 3),
        Of<Slope<Sigmoid>>("Sigmoid'", HighPrecision.LogisticDerivative, -744, 744, 5),
        Of<Value<Softplus>>("Softplus", HighPrecision.Softplus, -744, 744, 3),
        Of<Slope<Softplus>>("Softplus'", HighPrecision.Logistic, -744, 744, 3),
        Of<Value<Elu>>("Elu", x => x.Sign > 0 ? x : HighPrecision.Expm1(x), -744, 744, 2),
        Of<Slope<Elu>>("Elu'", x => x.Sign > 0 ? HighPrecision.One : HighPrecision.Exp(x), -744, 744, 1),
        Of<Value<Gelu>>("Gelu", x => HighPrecision.Multiply(x, HighPrecision.NormalDistribution(x)), -38, 20, 3, product: true),
        Of<Slope<Gelu>>("Gelu'", x => HighPrecision.NormalDistribution(x) + HighPrecision.Multiply(x, HighPrecision.NormalDensity(x)), -38, 20, 6, -0.7517915246935645, product: true),
        Of<Value<Silu>>("Silu", x => HighPrecision.Multiply(x, HighPrecision.Logistic(x)), -744, 744, 4, product: true),
        Of<Slope<Silu>>("Silu'", x => HighPrecision.Logistic(x) + HighPrecision.Multiply(x, HighPrecision.LogisticDerivative(x)), -744, 744, 6, -1.2784645427610738, product: true),
        Of<SinPi>("SinPi", HighPrecision.SinPi, -1048576, 1048576, 4),
        Of<CosPi>("CosPi", x => HighPrecision.SinPi(x + (HighPrecision.One >> 1)), -1048576, 1048576, 4),
        Of<Sin>("Sin", HighPrecision.Sin, -8192, 8192, 2),
        Of<Cos>("Cos", HighPrecision.Cos, -8192, 8192, 2),

        // 2 ulp of 1 are 16 of ⅛.
        Of<Gumbel>("Gumbel", x => -HighPrecision.Log(-HighPrecision.Log(x)), 1.2e-38, 0.99999994, 16, Math.Exp(-1)),
    ];

    /// <summary><c>y[i] = f(x[i])</c> with registers of <typeparamref name="TLanes"/>, the rest by a partial register.</summary>
    public abstract unsafe void Map<TLanes, T>(ReadOnlySpan<T> x, Span<T> y)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    public override string ToString() => Name;

    private static FunctionCase Of<TFunction>(string name, Func<BigInteger, BigInteger> exact, double low, double high, double ulps, double crossing = double.NaN, bool product = false)
        where TFunction : struct, IFunction
        => new FunctionCase<TFunction> { Name = name, Exact = exact, Domain = (low, high), Ulps = ulps, Crossing = crossing, Product = product };
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

/// <summary>An elementwise function as a type argument.</summary>
internal interface IFunction
{
    static abstract TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

internal struct Value<TActivation> : IFunction
    where TActivation : struct, IActivation
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TActivation.Invoke<TLanes, T>(x);
}

internal struct Slope<TActivation> : IFunction
    where TActivation : struct, IActivation
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => TActivation.Derivative<TLanes, T>(x);
}

internal struct Exp : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Exp<TLanes, T>(x);
}

internal struct Expm1 : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Expm1<TLanes, T>(x);
}

internal struct Log : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Log<TLanes, T>(x);
}

internal struct Log1p : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Log1p<TLanes, T>(x);
}

internal struct Erf : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.Erf<TLanes, T>(x);
}

internal struct NormalDistribution : IFunction
{
    public static TLanes Invoke<TLanes, T>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        => Functions.NormalDistribution<TLanes, T>(x);
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
