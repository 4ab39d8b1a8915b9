using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

[Collection(nameof(Alone))]
public unsafe class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void EveryBlockRunsOnce(int threads)
    {
        for (var repetition = 0; repetition < 500; repetition++)
        {
            var blocks = repetition % 67;
            var work = new Count { Counts = new int[blocks] };
            Workers.For(ref work, blocks, threads);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void CallersOnSeveralThreadsAndInsideBlocksDoNotDisturbEachOther()
    {
        var failures = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var repetition = 0; repetition < 300; repetition++)
            {
                var work = new Nested { Counts = new int[16 * 5] };
                Workers.For(ref work, 16, 3);
                if (!work.Counts.All(count => count == 1))
                {
                    Interlocked.Increment(ref failures);
                }
            }
        })).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.Equal(0, failures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void AnExceptionReachesTheCallerAndThePoolGoesOn(int threads)
    {
        var failing = new Failing();
        Assert.Equal("block 7", Assert.Throws<InvalidOperationException>(() => Workers.For(ref failing, 20, threads)).Message);
        var work = new Count { Counts = new int[20] };
        Workers.For(ref work, 20, threads);
        Assert.All(work.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void NothingIsAllocatedAfterWarmUp()
    {
        var work = new Count { Counts = new int[32] };
        long allocated = -1;
        for (var attempt = 0; attempt < 20 && allocated != 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var repetition = 0; repetition < 200; repetition++)
            {
                Workers.For(ref work, 32, 4);
                using var scratch = Scratch.Rent(1024);
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void ScratchIsAlignedDisjointAndBounded()
    {
        using var scratch = Scratch.Rent(Scratch.SizeOf<float>(3) + Scratch.SizeOf<double>(9));
        var floats = scratch.Take<float>(3);
        var doubles = scratch.Take<double>(9);
        Assert.Equal(0, (nint)floats % 64);
        Assert.Equal(64, (byte*)doubles - (byte*)floats);
        Assert.Throws<InvalidOperationException>(() => { _ = scratch.Take<byte>(1); });
        using var other = Scratch.Rent(64);
        Assert.False(other.Take<byte>(1) == (byte*)floats);
    }

    private struct Count : IWork
    {
        public int[] Counts;

        public readonly void Run(int block)
        {
            Interlocked.Increment(ref Counts[block]);
        }
    }

    private struct Nested : IWork
    {
        public int[] Counts;

        public readonly void Run(int block)
        {
            var inner = new Inner { Counts = Counts, Start = block * 5 };
            Workers.For(ref inner, 5, 2);
        }
    }

    private struct Inner : IWork
    {
        public int[] Counts;
        public int Start;

        public readonly void Run(int block)
        {
            Interlocked.Increment(ref Counts[Start + block]);
        }
    }

    private struct Failing : IWork
    {
        public readonly void Run(int block)
        {
            if (block == 7)
            {
                throw new InvalidOperationException("block 7");
            }
        }
    }
}
