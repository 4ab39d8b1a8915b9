using Native.Bench;

namespace Native.Tests;

public sealed class RooflineTests
{
    [Theory]
    [InlineData("48K", 48L << 10)]
    [InlineData("32M", 32L << 20)]
    [InlineData("512", 512L)]
    public void ReadsCacheSizes(string text, long bytes) => Assert.Equal(bytes, CacheSizes.ParseSize(text));

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-3", 4)]
    [InlineData("0-3,8,10-11", 7)]
    public void CountsProcessors(string list, int count) => Assert.Equal(count, CacheSizes.CountProcessors(list));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void WorkingSetsLiveWhereTheirNameSays(int threads)
    {
        var caches = new CacheSizes(1 << 20, 32 << 20, 1, 8, true);
        Assert.InRange(caches.WorkingSet(MemoryLevel.L2, threads), 1, caches.Level2 - 1);
        Assert.InRange(caches.WorkingSet(MemoryLevel.L3, threads), caches.Level2 + 1, caches.Level3 / threads);
        Assert.True(caches.WorkingSet(MemoryLevel.Dram, threads) * threads >= 4 * caches.Level3);
        foreach (var level in Enum.GetValues<MemoryLevel>())
        {
            Assert.Equal(level, caches.LevelOf(caches.WorkingSet(level, threads) * threads, threads));
        }
    }

    [Fact]
    public void TheMultiplyAddChainsConverge()
    {
        // x ← x/2 + 1 ends at 2 in every lane of twelve accumulators, so nothing was optimised away and nothing overflowed.
        Assert.Equal(2.0 * 12 * MultiplyAddPeak.VectorBits / 64, MultiplyAddPeak.Run(0.0));
        Assert.Equal(2f * 12 * MultiplyAddPeak.VectorBits / 32, MultiplyAddPeak.Run(0f));
    }

    [Fact]
    public void QuantilesInterpolate()
    {
        Assert.Equal(2, Statistics.Median([3, 1, 2]));
        Assert.Equal(2.5, Statistics.Median([4, 1, 2, 3]));
        Assert.Equal(3.25, Statistics.Quantile([4, 1, 2, 3], 0.75));
        Assert.Equal(7, Statistics.Quantile([7], 0.75));
    }
}
