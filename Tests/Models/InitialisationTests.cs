using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class InitialisationTests
{
    [Fact]
    public void WeightsAndBiasesFillTheIntervalOfPyTorchsLinear()
    {
        using var device = new ReferenceDevice();
        using var model = new MessagePassingLayer<double>(device, 20, 64, 50, 9, Aggregation.Softmax, seed: 1);
        foreach (var (name, fanIn) in new[] { ("message_mlp.0.weight", 49), ("message_mlp.0.bias", 49), ("update_mlp.0.weight", 84), ("update_mlp.2.bias", 50), ("attention.weight", 64) })
        {
            var bound = 1 / Math.Sqrt(fanIn);
            var values = model.Parameters[name].Value.ToArray();
            Assert.All(values, value => Assert.InRange(value, -bound, bound));
            Assert.True(values.Max() > 0.8 * bound && values.Min() < -0.8 * bound, name);

            // 2²³ values, so a few of several thousand draws meet by chance.
            Assert.True(values.Distinct().Count() > 0.99 * values.Length, name);

            // Mean and variance of U(-bound, bound), within five standard errors.
            Assert.InRange(values.Average() / bound, -5 / Math.Sqrt(3.0 * values.Length), 5 / Math.Sqrt(3.0 * values.Length));
            Assert.InRange(values.Average(value => value * value) / (bound * bound), 1.0 / 3 - 5 * Math.Sqrt(4.0 / 45 / values.Length), 1.0 / 3 + 5 * Math.Sqrt(4.0 / 45 / values.Length));
        }
    }

    [Fact]
    public void TheSeedDecidesAndTheDeviceDoesNot()
    {
        using var reference = new ReferenceDevice();
        using var cpu = new CpuDevice(1);
        using var a = new Mlp<float>(reference, [5, 4], seed: 7);
        using var b = new Mlp<float>(cpu, [5, 4], seed: 7);
        using var c = new Mlp<float>(reference, [5, 4], seed: 8);
        Assert.Equal(a.Parameters["layers.0.weight"].Value.ToArray(), b.Parameters["layers.0.weight"].Value.ToArray());
        Assert.NotEqual(a.Parameters["layers.0.weight"].Value.ToArray(), c.Parameters["layers.0.weight"].Value.ToArray());
    }

    [Theory]
    [InlineData("start")]
    [InlineData("offset")]
    [InlineData("seeded_odd_count")]
    public void PhiloxGivesTheWordsOfTheReferenceCase(string name)
    {
        var file = SafetensorsFile.Load(Path.Combine(AppContext.BaseDirectory, "Cases", "philox", name + ".safetensors"));
        var (seed, stream, first) = (ulong.Parse(file.Metadata["seed"]), uint.Parse(file.Metadata["stream"]), long.Parse(file.Metadata["first"]));
        var words = file["output/words"].Read<long>();
        var uniform = file["output/uniform"].Read<double>();
        Span<uint> block = stackalloc uint[Philox.WordsPerBlock];
        for (var k = 0; k < words.Length; k++)
        {
            var element = first + k;
            Philox.Block(seed, stream, (ulong)(element / Philox.WordsPerBlock), block);
            Assert.Equal(words[k], block[(int)(element % Philox.WordsPerBlock)]);
            Assert.Equal(uniform[k], Philox.Uniform(block[(int)(element % Philox.WordsPerBlock)]));
        }
    }
}
