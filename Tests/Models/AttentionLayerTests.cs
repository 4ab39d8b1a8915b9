using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>The attention layer.</summary>
public class AttentionLayerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsMatchFiniteDifferences(bool causal)
    {
        using var device = new ReferenceDevice();
        using var layer = new AttentionLayer<double>(device, 4, 2, causal, seed: 1);
        using var x = device.Upload(ModelGradients.Values(6 * 4, 2), 6, 4);
        using var dx = device.Allocate<double>(6, 4);
        using var lengths = device.Upload([3, 2]);
        var cotangent = ModelGradients.Values(6 * 4, 3);
        using var dOutput = device.Upload(cotangent, 6, 4);

        // A constant added to all keys moves all logits of a query alike.
        ModelGradients.Check(
            layer.Parameters,
            [("x", x, dx)],
            () => ModelGradients.Dot(layer.Forward(x, 2, lengths), cotangent),
            () => layer.Backward(dOutput, dx),
            without: "W_k.bias");
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var device = new ReferenceDevice();
        Assert.Equal("heads", Assert.Throws<ArgumentException>(() => new AttentionLayer<float>(device, 6, 4)).ParamName);
        using var layer = new AttentionLayer<float>(device, 6, 3);
        using var x = device.Allocate<float>(4, 6);
        Assert.Equal("batch", Assert.Throws<ArgumentException>(() => layer.Forward(x, 3)).ParamName);
        Assert.Throws<InvalidOperationException>(() => layer.Backward(x));
        layer.Forward(x, 2);
        Assert.Equal("dx", Assert.Throws<ArgumentException>(() => layer.Backward(x, ((DeviceMatrix<float>)x).RowRange(0, 2))).ParamName);
    }
}
