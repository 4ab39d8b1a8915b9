using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class MlpTests
{
    public static TheoryData<Activation> Activations => new(Enum.GetValues<Activation>());

    [Theory]
    [MemberData(nameof(Activations))]
    public void GradientsEqualCentralDifferences(Activation activation)
    {
        using var device = new ReferenceDevice();
        using var model = new Mlp<double>(device, [4, 6, 5, 3], activation, seed: 5);
        using var x = device.Upload(ModelGradients.Values(7 * 4, 6), 7, 4);
        using var dx = device.Allocate<double>(7, 4);
        var cotangent = ModelGradients.Values(7 * 3, 7);
        using var dOutput = device.Upload(cotangent, 7, 3);
        ModelGradients.Check(model.Parameters, [("x", x, dx)], () => ModelGradients.Dot(model.Forward(x), cotangent), () => model.Backward(dOutput, dx));
    }

    [Fact]
    public void ParametersAreNamedAsInASequential()
    {
        using var device = new ReferenceDevice();
        using var model = new Mlp<float>(device, [4, 6, 3]);
        Assert.Equal(["layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"], model.Parameters.Select(parameter => parameter.Name));
        Assert.Equal([6, 4], model.Parameters["layers.0.weight"].Value.Shape.ToArray());
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        using var device = new ReferenceDevice();
        Assert.StartsWith("widths:", Assert.Throws<ArgumentException>(() => new Mlp<float>(device, [4])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mlp<float>(device, [4, 0, 2]));
        using var model = new Mlp<float>(device, [4, 2]);
        using var x = device.Allocate<float>(3, 5);
        Assert.StartsWith("x: expected shape [3, 4], but got [3, 5]", Assert.Throws<ArgumentException>(() => model.Forward(x)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => model.Backward(x));
    }
}
