using Native.Kernels;
using Xunit;

namespace Native.Tests;

public sealed class ThreadPlacementTests
{
    [Fact]
    public void AThreadThatLeavesAProcessorRunsOnAnotherAndMayComeBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "Only Linux, with several processors, moves threads.");
        var moved = 0;
        string? before = null;
        string? after = null;
        var thread = new Thread(() =>
        {
            before = AllowedProcessors();

            // The system may move the thread again between two lines, but not every time.
            for (var attempt = 0; attempt < 100; attempt++)
            {
                var processor = ThreadPlacement.CurrentProcessor;
                ThreadPlacement.Leave(processor);
                moved += ThreadPlacement.CurrentProcessor != processor ? 1 : 0;
            }

            after = AllowedProcessors();
        });
        thread.Start();
        thread.Join();

        Assert.InRange(moved, 50, 100);
        Assert.NotNull(before);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(int.MaxValue)]
    public void AProcessorThatThereIsNotIsLeftAlready(int processor)
    {
        var before = OperatingSystem.IsLinux() ? AllowedProcessors() : null;
        ThreadPlacement.Leave(processor);
        Assert.Equal(before, OperatingSystem.IsLinux() ? AllowedProcessors() : null);
    }

    private static string? AllowedProcessors() =>
        File.ReadLines("/proc/thread-self/status").FirstOrDefault(line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal));
}
