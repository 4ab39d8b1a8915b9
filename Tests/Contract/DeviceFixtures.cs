using Native.Bench;
using Native.Kernels;
using Native.Kernels.Cpu;
using CudaDevice = Native.Kernels.Cuda.CudaDevice;

namespace Native.Tests;

/// <summary>A device under contract: a suite of a kernel is instantiated once per fixture.</summary>
public interface IDeviceFixture
{
    /// <summary>Name in messages and in the table of tolerances.</summary>
    static abstract string Name { get; }

    /// <summary>Makes the device.</summary>
    static abstract Device Create();

    /// <summary>Feature counts that are swept; slow devices take fewer.</summary>
    static virtual IEnumerable<int> Widths => Enumerable.Range(0, 258);

    /// <summary>Number of edges of the row that is too long for plain sums; slow devices take fewer.</summary>
    static virtual int HubEdges => 1_000_000;

    /// <summary>Systems of reference cases whose kernels the device has.</summary>
    static virtual IEnumerable<string> Systems => ReferenceSystems.All.Keys;
}

/// <summary>The SIMD processor with one thread.</summary>
public sealed class CpuFixture : IDeviceFixture
{
    /// <inheritdoc/>
    public static string Name => "cpu";

    /// <inheritdoc/>
    public static Device Create() => new CpuDevice(1);
}

/// <summary>The SIMD processor with three threads.</summary>
public sealed class CpuThreadsFixture : IDeviceFixture
{
    /// <inheritdoc/>
    public static string Name => "cpu";

    /// <inheritdoc/>
    public static Device Create() => new CpuDevice(3);

    /// <summary>The widths around every register count: the single-threaded fixture takes them all.</summary>
    public static IEnumerable<int> Widths => [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 128, 129, 200, 257];
}

/// <summary>ILGPU's simulator of a GPU. Slow: a few widths, and a long row that is just long enough for sums to be blocked twice.</summary>
public sealed class SimulatorFixture : IDeviceFixture
{
    /// <inheritdoc/>
    public static string Name => "simulator";

    /// <inheritdoc/>
    public static Device Create() => CudaDevice.Create("simulator");

    /// <inheritdoc/>
    public static IEnumerable<int> Widths => [0, 1, 2, 3, 5, 8, 17, 33];

    /// <inheritdoc/>
    public static int HubEdges => 70_000;

    /// <inheritdoc/>
    public static IEnumerable<string> Systems => ["gather", "scatter_add", "segment_reduce", "aggregate", "edge_dot"];
}

/// <summary>The GPU of this machine, by CUDA or else by OpenCL; its suites are skipped where there is none.</summary>
public sealed class GpuFixture : IDeviceFixture
{
    /// <inheritdoc/>
    public static string Name => "gpu";

    /// <inheritdoc/>
    public static Device Create()
    {
        var reasons = new List<string>();
        foreach (var name in (string[])["cuda", "opencl"])
        {
            try
            {
                return CudaDevice.Create(name);
            }
            catch (DeviceUnavailableException unavailable)
            {
                reasons.Add(unavailable.Message);
            }
        }

        Assert.Skip(string.Join("; ", reasons));
        throw new InvalidOperationException("Skipped.");
    }

    /// <inheritdoc/>
    public static IEnumerable<int> Widths => [.. Enumerable.Range(0, 70), 127, 128, 129, 255, 256, 257];

    /// <inheritdoc/>
    public static IEnumerable<string> Systems => SimulatorFixture.Systems;
}
