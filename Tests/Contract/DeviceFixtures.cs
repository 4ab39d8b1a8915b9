using Native.Kernels;
using Native.Kernels.Cpu;

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
