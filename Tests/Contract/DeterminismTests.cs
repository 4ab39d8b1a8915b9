using System.Numerics;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>The CPU gives the same bits for any number of threads.</summary>
public class DeterminismTests
{
    /// <summary>All kernels.</summary>
    public static TheoryData<string> Kernels => [.. KernelCatalogue.All.Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void TheSameBitsForEveryNumberOfThreads(string name)
    {
        var call = KernelCatalogue.All.Single(call => call.Name == name);

        // Rows cut in pieces (the hub), many blocks of rows, columns that do not fill registers.
        var graph = GraphSamples.Hub(2000, 20_000);
        Compare<float>(call, new Sizes(graph, 1501, 33, 40));
        Compare<double>(call, new Sizes(GraphSamples.Hub(700, 9000), 300, 34, 300));
    }

    private static void Compare<T>(KernelCall call, Sizes sizes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var single = new CpuDevice(1);
        var expected = Contract.Run<T>(call, single, sizes, Layout.Contiguous, Values.Smooth, call.Name);
        foreach (var threads in (int[])[2, 3, 8])
        {
            using var device = new CpuDevice(threads);
            var found = Contract.Run<T>(call, device, sizes, Layout.Contiguous, Values.Smooth, call.Name);
            foreach (var (one, many) in expected.Zip(found))
            {
                Assert.True(
                    one.Values.AsSpan().SequenceEqual(many.Values),
                    $"{call.Name}, {typeof(T).Name}: {one.Name} differs between 1 and {threads} threads.");
            }
        }
    }
}
