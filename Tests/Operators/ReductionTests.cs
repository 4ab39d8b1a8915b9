using Native.Kernels;

namespace Native.Tests.Operators;

public class ReductionTests
{
    private static readonly float[] Values = [float.NegativeInfinity, -1, -0f, 0, 2, float.PositiveInfinity, float.NaN];

    [Theory]
    [InlineData(Reduction.Sum, typeof(Sum), false, false, 0)]
    [InlineData(Reduction.Mean, typeof(Mean), false, true, 0)]
    [InlineData(Reduction.Max, typeof(Max), true, false, double.NegativeInfinity)]
    [InlineData(Reduction.Min, typeof(Min), true, false, double.PositiveInfinity)]
    public void DispatchVisitsTheNamedType(Reduction reduction, Type expected, bool isExtremum, bool isMean, double identity)
    {
        var visitor = new Recorder();
        reduction.Dispatch(ref visitor);
        Assert.Equal((expected, isExtremum, isMean, identity), visitor.Visited);
    }

    [Fact]
    public void DispatchRefusesAnUnnamedValue()
    {
        var visitor = new Recorder();
        Assert.Throws<ArgumentOutOfRangeException>(() => ((Reduction)4).Dispatch(ref visitor));
    }

    [Fact]
    public void CombineAddsOrTakesTheExtremumAndKeepsNaN()
    {
        foreach (var a in Values)
        {
            foreach (var b in Values)
            {
                Assert.Equal(a + b, Combine<Sum>(a, b));
                Assert.Equal(a + b, Combine<Mean>(a, b));
                Assert.Equal(MathF.Max(a, b), Combine<Max>(a, b));
                Assert.Equal(MathF.Min(a, b), Combine<Min>(a, b));
            }
        }
    }

    [Fact]
    public void ReplacesKeepsTheFirstExtremumAndTheFirstNaN()
    {
        foreach (var candidate in Values)
        {
            foreach (var incumbent in Values)
            {
                var first = float.IsNaN(candidate) && !float.IsNaN(incumbent);
                Assert.False(Replaces<Sum>(candidate, incumbent));
                Assert.False(Replaces<Mean>(candidate, incumbent));
                Assert.Equal(candidate > incumbent || first, Replaces<Max>(candidate, incumbent));
                Assert.Equal(candidate < incumbent || first, Replaces<Min>(candidate, incumbent));
            }
        }
    }

    private static float Combine<TReduction>(float a, float b)
        where TReduction : struct, IReduction
    {
        var scalar = TReduction.Combine<Scalar<float>, float>(new(a), new(b)).Value;
        Assert.Equal(scalar, TReduction.Combine<Lanes256<float>, float>(Lanes256<float>.Broadcast(a), Lanes256<float>.Broadcast(b)).Value[5]);
        return scalar;
    }

    private static bool Replaces<TReduction>(float candidate, float incumbent)
        where TReduction : struct, IReduction
    {
        var scalar = TReduction.Replaces(candidate, incumbent);
        var mask = TReduction.Replaces<Lanes256<float>, float>(Lanes256<float>.Broadcast(candidate), Lanes256<float>.Broadcast(incumbent));
        Assert.Equal(scalar ? -1 : 0, BitConverter.SingleToInt32Bits(mask.Value[5]));
        Assert.Equal(scalar, Scalar<float>.IsTrue(TReduction.Replaces<Scalar<float>, float>(new(candidate), new(incumbent))));
        return scalar;
    }

    private struct Recorder : IReductionVisitor
    {
        public (Type Type, bool IsExtremum, bool IsMean, double Identity) Visited { get; private set; }

        public void Visit<TReduction>()
            where TReduction : struct, IReduction
            => Visited = (typeof(TReduction), TReduction.IsExtremum, TReduction.IsMean, TReduction.Identity<double>());
    }
}
