using Native.Kernels;

namespace Native.Tests.Operators;

public class ActivationTests
{
    [Theory]
    [InlineData(Activation.Identity, typeof(Identity))]
    [InlineData(Activation.ReLU, typeof(Relu))]
    [InlineData(Activation.LeakyReLU, typeof(LeakyRelu))]
    [InlineData(Activation.ELU, typeof(Elu))]
    [InlineData(Activation.Tanh, typeof(Tanh))]
    [InlineData(Activation.Sigmoid, typeof(Sigmoid))]
    [InlineData(Activation.Softplus, typeof(Softplus))]
    [InlineData(Activation.GELU, typeof(Gelu))]
    [InlineData(Activation.SiLU, typeof(Silu))]
    public void DispatchVisitsTheNamedType(Activation activation, Type expected)
    {
        var visitor = new Recorder();
        activation.Dispatch(ref visitor);
        Assert.Equal([expected], visitor.Visited);
    }

    [Fact]
    public void DispatchRefusesAnUnnamedValue()
    {
        var visitor = new Recorder();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ((Activation)9).Dispatch(ref visitor));
        Assert.Contains("GELU", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RectifiersAreExact()
    {
        double[] x = [-2, -0.0, 0, 3, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        Assert.Equal([0, 0, 0, 3, double.NaN, double.PositiveInfinity, 0], x.Select(Value<Relu>));
        Assert.Equal([0, 0, 0, 1, double.NaN, 1, 0], x.Select(Slope<Relu>));
        Assert.Equal([-0.02, 0, 0, 3, double.NaN, double.PositiveInfinity, double.NegativeInfinity], x.Select(Value<LeakyRelu>));
        Assert.Equal([0.01, 0.01, 0.01, 1, double.NaN, 1, 0.01], x.Select(Slope<LeakyRelu>));
        Assert.Equal(x, x.Select(Value<Identity>));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1], x.Select(Slope<Identity>));
    }

    // Both the scalar and a vector form, which must agree.
    private static double Value<TActivation>(double x)
        where TActivation : struct, IActivation
    {
        var scalar = TActivation.Invoke<Scalar<double>, double>(new(x)).Value;
        Assert.Equal(scalar, TActivation.Invoke<Lanes256<double>, double>(Lanes256<double>.Broadcast(x)).Value[3]);
        return scalar;
    }

    private static double Slope<TActivation>(double x)
        where TActivation : struct, IActivation
    {
        var scalar = TActivation.Derivative<Scalar<double>, double>(new(x)).Value;
        Assert.Equal(scalar, TActivation.Derivative<Lanes256<double>, double>(Lanes256<double>.Broadcast(x)).Value[3]);
        return scalar;
    }

    private struct Recorder() : IActivationVisitor
    {
        public List<Type> Visited { get; } = [];

        public readonly void Visit<TActivation>()
            where TActivation : struct, IActivation
            => Visited.Add(typeof(TActivation));
    }
}
