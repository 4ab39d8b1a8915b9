using System.Numerics;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>No CPU kernel allocates after its first calls, on any thread.</summary>
[Collection(nameof(Alone))]
public class AllocationTests
{
    private const int Threads = 3;
    private const int WarmUpCalls = 40;
    private const int MeasuredCalls = 5;

    // Other parts of the process (the tiering compiler, the test runner) may allocate during a measurement; a kernel that does will do so in every one.
    private const int Attempts = 40;

    /// <summary>All kernels.</summary>
    public static TheoryData<string> Kernels => [.. KernelCatalogue.All.Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void NothingIsAllocatedAfterWarmUp(string name)
    {
        var call = KernelCatalogue.All.Single(call => call.Name == name);
        Assert.Equal((name, 0L), (name, AllocatedBytes<float>(call)));
        Assert.Equal((name, 0L), (name, AllocatedBytes<double>(call)));
    }

    private static long AllocatedBytes<T>(KernelCall call)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var device = new CpuDevice(Threads);
        using var bench = new Workbench<T>(device, new Sizes(GraphSamples.Hub(400, 9000), 500, 20, 30), Layout.Strided, Values.Smooth);
        for (var repetition = 0; repetition < WarmUpCalls; repetition++)
        {
            call.Run(bench);
        }

        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least != 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var repetition = 0; repetition < MeasuredCalls; repetition++)
            {
                call.Run(bench);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
