using CudaDevice = Native.Kernels.Cuda.CudaDevice;

namespace Native.Tests.Cuda;

/// <summary>Copies between the host and an accelerator.</summary>
public sealed class MemoryTests
{
    /// <summary>Arrays that the collector moves during a copy arrive whole.</summary>
    [Fact]
    public void CopiesSurviveCollections()
    {
        using var device = CudaDevice.Create("simulator");
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            }
        });
        collector.Start();
        try
        {
            for (var count = 1; count <= 4000; count++)
            {
                var values = new float[count];
                Array.Fill(values, count);
                using var tensor = device.Upload(values);
                Assert.Equal(values, tensor.ToArray());
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }
}
