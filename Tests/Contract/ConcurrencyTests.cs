using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>Several threads, each with a device of its own, call kernels at the same time: one has the pool of workers, the others do their work alone, and the bits are the same.</summary>
[Collection(nameof(Alone))]
public class ConcurrencyTests
{
    private const int Callers = 5;
    private const int Repetitions = 3;

    [Fact]
    public void SeveralDevicesOnSeveralThreadsGiveTheSameBits()
    {
        var sizes = new Sizes(GraphSamples.Hub(600, 9000), 301, 33, 40);
        var expected = Run(new CpuDevice(1), sizes);
        var failures = new Exception?[Callers];
        var callers = Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            try
            {
                for (var repetition = 0; repetition < Repetitions; repetition++)
                {
                    foreach (var ((call, values), found) in expected.Zip(Run(new CpuDevice(2 + caller % 3), sizes)))
                    {
                        Assert.True(values.AsSpan().SequenceEqual(found.Values), $"{call} differs on caller {caller}.");
                    }
                }
            }
            catch (Exception exception)
            {
                failures[caller] = exception;
            }
        })).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.All(failures, Assert.Null);
    }

    private static List<(string Call, double[] Values)> Run(CpuDevice device, Sizes sizes)
    {
        using (device)
        {
            return
            [
                .. from call in KernelCatalogue.Messages
                   where call.Kernel != "NearestNeighbours"
                   from result in Contract.Run<float>(call, device, sizes, Layout.Contiguous, Values.Smooth, call.Name)
                   select ($"{call.Name}: {result.Name}", result.Values),
            ];
        }
    }
}
