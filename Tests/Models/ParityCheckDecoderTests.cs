using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Models;

namespace Native.Tests;

/// <summary>The decoder against the general factor graph, and against words of a code.</summary>
public class ParityCheckDecoderTests
{
    // The Hamming code of seven bits: three checks, distance 3.
    private static readonly ParityCheckCode Hamming = new(7, [0, 4, 8, 12], [0, 2, 4, 6, 1, 2, 5, 6, 3, 4, 5, 6]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void EveryIterationIsThatOfTheFactorGraph()
    {
        var random = new Random(3);
        var code = ParityCheckCode.Regular(24, 3, 6, 1);
        const int Words = 11;
        double[] received = [.. Enumerable.Range(0, code.Bits * Words).Select(_ => 6 * random.NextDouble() - 2)];
        using var device = new CpuDevice(2);
        using var decoder = new ParityCheckDecoder<double>(device, code);
        foreach (var iterations in (int[])[0, 1, 2, 10])
        {
            var posterior = new double[received.Length];
            decoder.Decode(received, Words, iterations, posterior, Stop);
            for (var word = 0; word < Words; word++)
            {
                // There, what was received is heard one iteration late.
                var graph = code.ToFactorGraph([.. Enumerable.Range(0, code.Bits).Select(bit => received[bit * Words + word])]);
                using var general = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { Schedule = MessageSchedule.Flooding, MaximumIterations = iterations + 1, Tolerance = 0 });
                general.Run(cancellation: Stop);
                var marginals = general.VariableMarginals();
                for (var bit = 0; bit < code.Bits; bit++)
                {
                    Assert.Equal(marginals[2 * bit], 1 / (1 + Math.Exp(-posterior[bit * Words + word])), 1e-10);
                }
            }
        }
    }

    [Theory]
    [InlineData(Semiring.SumProduct)]
    [InlineData(Semiring.MaxProduct)]
    public void OneWrongBitIsPutRight(Semiring semiring)
    {
        using var device = new CpuDevice(1);
        using var decoder = new ParityCheckDecoder<float>(device, Hamming, semiring);
        var received = new float[49];
        for (var word = 0; word < 7; word++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                received[bit * 7 + word] = bit == word ? -1 : 3;
            }
        }

        var posterior = new float[49];
        decoder.Decode(received, 7, 20, posterior, Stop);
        Assert.All(posterior, odds => Assert.True(odds > 0));
    }

    [Fact]
    public void ARegularCodeIsRegular()
    {
        var code = ParityCheckCode.Regular(96, 3, 6, 1);
        Assert.Equal((96, 48, 288), (code.Bits, code.Checks, code.Edges));
        var degree = new int[96];
        for (var check = 0; check < code.Checks; check++)
        {
            Assert.Equal(6, code.BitsOf(check).Length);
            foreach (var bit in code.BitsOf(check))
            {
                degree[bit]++;
            }
        }

        Assert.All(degree, checks => Assert.Equal(3, checks));
        Assert.True(code.Contains(new int[96]));
        Assert.False(code.Contains([1, .. new int[95]]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NoTwoBitsOfARegularCodeShareTwoChecks(int seed)
    {
        var code = ParityCheckCode.Regular(96, 3, 6, seed);
        var together = new HashSet<(int, int)>();
        for (var check = 0; check < code.Checks; check++)
        {
            foreach (var bit in code.BitsOf(check))
            {
                foreach (var other in code.BitsOf(check))
                {
                    Assert.True(bit >= other || together.Add((bit, other)), $"bits {bit} and {other}");
                }
            }
        }
    }

    [Fact]
    public void BadCodesAndWordsAreNamed()
    {
        Assert.Contains("check 0 has 1", Assert.Throws<ArgumentException>(() => new ParityCheckCode(3, [0, 1], [0])).Message, StringComparison.Ordinal);
        Assert.Contains("bit 1 twice", Assert.Throws<ArgumentException>(() => new ParityCheckCode(3, [0, 2], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Equal("checkBits", Assert.Throws<ArgumentOutOfRangeException>(() => new ParityCheckCode(3, [0, 2], [1, 3])).ParamName);
        Assert.Equal("checkOffsets", Assert.Throws<ArgumentException>(() => new ParityCheckCode(3, [0, 2], [1, 2, 0])).ParamName);
        Assert.Equal("perCheck", Assert.Throws<ArgumentException>(() => ParityCheckCode.Regular(10, 3, 6, 1)).ParamName);
        Assert.Equal("word", Assert.Throws<ArgumentException>(() => Hamming.Contains(new int[6])).ParamName);
        using var device = new CpuDevice(1);
        using var decoder = new ParityCheckDecoder<double>(device, Hamming);
        Assert.Equal("received", Assert.Throws<ArgumentException>(() => decoder.Decode(new double[6], 1, 1, new double[7], Stop)).ParamName);
        Assert.Equal("posterior", Assert.Throws<ArgumentException>(() => decoder.Decode(new double[7], 1, 1, new double[6], Stop)).ParamName);
        Assert.Contains("received[0]", Assert.Throws<ArgumentException>(() => decoder.Decode([double.NaN, 0, 0, 0, 0, 0, 0], 1, 1, new double[7], Stop)).Message, StringComparison.Ordinal);
    }
}
