using System.Numerics;

namespace Native.Tests.Operators;

/// <summary>
/// Elementary functions in fixed point with <see cref="Precision"/> bits behind the binary point: slow, free of tables and of floating point,
/// and exact far beyond the smallest double. The oracle of the double functions.
/// </summary>
internal static class HighPrecision
{
    /// <summary>Bits behind the binary point; the smallest subnormal double is 2⁻¹⁰⁷⁴.</summary>
    public const int Precision = 1200;

    public static readonly BigInteger One = BigInteger.One << Precision;
    private static readonly BigInteger Ln2 = LogOfTwo();
    private static readonly BigInteger Pi = (16 * ArctangentOfInverse(5)) - (4 * ArctangentOfInverse(239));
    private static readonly BigInteger TwoOverSqrtPi = Divide(2 * One, SquareRoot(Pi));
    private static readonly BigInteger SqrtHalf = SquareRoot(One >> 1);

    public static BigInteger FromDouble(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var field = (int)(bits >> 52) & 0x7ff;
        var mantissa = (BigInteger)(bits & 0xfffffffffffff);
        mantissa = field == 0 ? mantissa : mantissa + (BigInteger.One << 52);
        var shift = Precision + (field == 0 ? -1074 : field - 1075);
        var magnitude = shift >= 0 ? mantissa << shift : mantissa >> -shift;
        return bits < 0 ? -magnitude : magnitude;
    }

    public static BigInteger Exp(BigInteger x)
    {
        // x = n ln 2 + r; e^r by the series at r / 2³², squared 32 times, with guard bits for the squarings.
        const int Halvings = 32;
        const int Guard = 64;
        var n = BigInteger.Divide(x, Ln2);
        var r = (x - (n * Ln2)) << Guard >> Halvings;
        var one = One << Guard;
        var sum = one;
        var term = one;
        for (var k = 1; !term.IsZero; k++)
        {
            term = ((term * r) >> (Precision + Guard)) / k;
            sum += term;
        }

        for (var k = 0; k < Halvings; k++)
        {
            sum = (sum * sum) >> (Precision + Guard);
        }

        var shift = (int)n - Guard;
        return shift >= 0 ? sum << shift : sum >> -shift;
    }

    public static BigInteger Log(BigInteger x)
    {
        // Newton's iteration on e^y = m doubles the number of right bits; x = m 2^n with m near 1.
        var n = (int)x.GetBitLength() - 1 - Precision;
        var m = n >= 0 ? x >> n : x << -n;
        if (m > One + (One >> 1))
        {
            n++;
            m >>= 1;
        }

        var y = (BigInteger)((Math.Log((double)(m >> (Precision - 60)) / (1L << 60))) * (1L << 60)) << (Precision - 60);
        for (var k = 0; k < 6; k++)
        {
            y += ((m * Exp(-y)) >> Precision) - One;
        }

        return y + (n * Ln2);
    }

    public static BigInteger Expm1(BigInteger x) => Exp(x) - One;

    public static BigInteger Log1p(BigInteger x) => Log(One + x);

    public static BigInteger Tanh(BigInteger x)
    {
        var e = Exp(-2 * BigInteger.Abs(x));
        return x.Sign * Divide(One - e, One + e);
    }

    public static BigInteger Logistic(BigInteger x)
    {
        var e = Exp(-BigInteger.Abs(x));
        return Divide(x.Sign < 0 ? e : One, One + e);
    }

    public static BigInteger LogisticDerivative(BigInteger x)
    {
        var e = Exp(-BigInteger.Abs(x));
        return Divide(Divide(e, One + e), One + e);
    }

    public static BigInteger Softplus(BigInteger x) => BigInteger.Max(x, BigInteger.Zero) + Log(One + Exp(-BigInteger.Abs(x)));

    /// <summary>2/√π e^{-x²} Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, whose terms all have one sign.</summary>
    public static BigInteger Erf(BigInteger x)
    {
        var square = Multiply(x, x);
        var term = x;
        var sum = x;
        for (var k = 1; !term.IsZero && !(term == -BigInteger.One); k++)
        {
            term = Multiply(term, 2 * square) / ((2 * k) + 1);
            sum += term;
        }

        // Dividing by e^{x²} keeps the relative accuracy that multiplying by its tiny inverse would lose.
        return Multiply(TwoOverSqrtPi, Divide(sum, Exp(square)));
    }

    public static BigInteger Sin(BigInteger x)
    {
        // (-1)ⁿ sin(x - nπ); the series at a third of it three times, and sin 3y = 3 sin y - 4 sin³ y back.
        const int Thirds = 3;
        var n = BigInteger.Divide((2 * x) + (x.Sign * Pi), 2 * Pi);
        var r = (x - (n * Pi)) / 27;
        var square = Multiply(r, r);
        var sum = r;
        var term = r;
        for (var k = 1; !term.IsZero && !(term == -BigInteger.One); k++)
        {
            term = -Multiply(term, square) / (2 * k * ((2 * k) + 1));
            sum += term;
        }

        for (var k = 0; k < Thirds; k++)
        {
            sum = (3 * sum) - (4 * Multiply(sum, Multiply(sum, sum)));
        }

        return n.IsEven ? sum : -sum;
    }

    public static BigInteger Cos(BigInteger x) => Sin(x + (Pi >> 1));

    public static BigInteger SinPi(BigInteger x)
    {
        // The whole turns go first: x may have twenty bits before the point.
        var turns = x >> (Precision + 1);
        return Sin(Multiply(x - (turns << (Precision + 1)), Pi));
    }

    public static BigInteger NormalDistribution(BigInteger x) => (One + Erf(Multiply(x, SqrtHalf))) >> 1;

    public static BigInteger NormalDensity(BigInteger x)
        => Multiply(Multiply(TwoOverSqrtPi, SqrtHalf) >> 1, Exp(-Multiply(x, x) >> 1));

    public static BigInteger Multiply(BigInteger left, BigInteger right) => (left * right) >> Precision;

    public static BigInteger Divide(BigInteger left, BigInteger right) => (left << Precision) / right;

    /// <summary>
    /// The distance of <paramref name="value"/> from <paramref name="exact"/> in units in the last place of a double at <paramref name="exact"/>,
    /// or at 2^<paramref name="leastExponent"/> when that is larger.
    /// </summary>
    public static double UlpsFrom(BigInteger exact, double value, int leastExponent)
    {
        if (!double.IsFinite(value))
        {
            return double.PositiveInfinity;
        }

        var exponent = Math.Max((int)BigInteger.Abs(exact).GetBitLength() - 1 - Precision, leastExponent);
        var lastPlace = Math.Max(exponent - 52, -1074) + Precision;
        var difference = BigInteger.Abs(FromDouble(value) - exact);
        return (double)((difference << 20) >> lastPlace) / (1 << 20);
    }

    private static BigInteger SquareRoot(BigInteger x)
    {
        var target = x << Precision;
        var root = BigInteger.One << (int)((target.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + (target / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static BigInteger LogOfTwo()
    {
        // Σ 1 / (k 2ᵏ)
        var sum = BigInteger.Zero;
        for (var k = 1; k <= Precision; k++)
        {
            sum += (One >> k) / k;
        }

        return sum;
    }

    private static BigInteger ArctangentOfInverse(int x)
    {
        var term = One / x;
        var sum = term;
        for (var k = 1; !term.IsZero; k++)
        {
            term /= x * x;
            sum += (k % 2 == 0 ? term : -term) / ((2 * k) + 1);
        }

        return sum;
    }
}
