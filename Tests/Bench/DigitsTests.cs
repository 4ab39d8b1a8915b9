using Native.Bench;

namespace Native.Tests;

public sealed class DigitsTests
{
    [Fact]
    public void TheEmbeddedFileHoldsAllImages()
    {
        var digits = Digits.Load();
        Assert.Equal(1797, digits.Count);
        Assert.Equal(1797 * 64, digits.Features.Length);
        Assert.All(digits.Features, pixel => Assert.InRange(pixel, 0, 1));
        Assert.Equal(1, digits.Features.Max());
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], digits.Labels.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void TestNodesNeverSelectAndEveryClassHasTenLabels()
    {
        var digits = Digits.Load();
        for (var seed = 0; seed < 3; seed++)
        {
            var split = DigitsSplit.Draw(digits, seed);
            Assert.Equal(70, split.Train.Length);
            Assert.Equal(30, split.Validation.Length);
            Assert.Equal(Enumerable.Range(0, digits.Count), split.Train.Concat(split.Validation).Concat(split.Test).Order());
            Assert.All(split.Train.Concat(split.Validation).CountBy(i => digits.Labels[i]), pair => Assert.Equal(10, pair.Value));
            Assert.Equal(split.Train, DigitsSplit.Draw(digits, seed).Train);
            Assert.NotEqual(split.Train, DigitsSplit.Draw(digits, seed + 1).Train);
        }
    }

    [Fact]
    public void DifferencesArePairedBySeed()
    {
        var first = MethodResult.Of([90, 92, 97]);
        var second = MethodResult.Of([89, 90, 94]);
        var (mean, error) = first.Difference(second);
        Assert.Equal(2, mean, 12);
        Assert.Equal(1 / Math.Sqrt(3), error, 12);
        Assert.Equal(93, first.Mean, 12);
        Assert.Equal(Math.Sqrt(13), first.Spread, 12);
    }
}
