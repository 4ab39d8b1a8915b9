using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>What every benchmark of a kernel has: a device, tensors, and cleaning up. Runs in this process, on the device and threads of the command line.</summary>
/// <typeparam name="T">float or double.</typeparam>
[MemoryDiagnoser]
public abstract class KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<IDisposable> _owned = [];
    private DeviceHandle? _handle;
    private int _seed;

    /// <summary>The device.</summary>
    protected Device Device => _handle!.Device;

    /// <summary>Opens the device and makes the data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _handle = DeviceHandle.Open(KernelsCommand.Options);
        Prepare();
    }

    /// <summary>Frees everything.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _owned.Clear();
        _handle?.Dispose();
    }

    /// <summary>Makes the data.</summary>
    protected abstract void Prepare();

    /// <summary>A tensor of random numbers in [-1, 1).</summary>
    protected DeviceTensor<T> Random(params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var size in shape)
        {
            count *= size;
        }

        return Own(Device.Upload(Shapes.Random<T>(count, ++_seed), shape));
    }

    /// <summary>A tensor of zeros.</summary>
    protected DeviceTensor<T> Allocate(params ReadOnlySpan<long> shape) => Own(Device.Allocate<T>(shape));

    /// <summary>Frees something in the end.</summary>
    protected TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}

/// <summary>A benchmark of a graph kernel: a random graph of 16,000 nodes and 160,000 edges, 64 features.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class MessageBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of nodes.</summary>
    protected const int Nodes = 16_000;

    /// <summary>Number of edges.</summary>
    protected const int Edges = 160_000;

    /// <summary>Number of features.</summary>
    protected const int Features = 64;

    /// <summary>Number of edge features.</summary>
    protected const int EdgeFeatures = 8;

    /// <summary>The graph.</summary>
    protected DeviceGraph Graph { get; private set; } = null!;

    /// <summary>The kernels.</summary>
    protected MessageKernels<T> Messages => Device.Messages<T>();

    /// <inheritdoc/>
    protected override void Prepare()
    {
        Graph = Own(Device.Upload(Shapes.RandomGraph(Nodes, Edges)));
        PrepareData();
    }

    /// <summary>Makes the data beside the graph.</summary>
    protected abstract void PrepareData();
}

/// <summary>A benchmark of a dense kernel: 16,384 rows of 64 features.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class DenseBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of rows.</summary>
    protected const int Rows = 16_384;

    /// <summary>Number of features.</summary>
    protected const int Features = 64;

    /// <summary>The kernels.</summary>
    protected DenseKernels<T> Dense => Device.Dense<T>();
}

/// <summary>A benchmark of an optimiser: a million parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class UpdateBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of parameters.</summary>
    protected const int Parameters = 1 << 20;

    /// <summary>The kernels.</summary>
    protected UpdateKernels<T> Updates => Device.Updates<T>();
}

/// <summary>A benchmark of a sampling kernel: 1,024 rows of 1,024 elements.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class SamplingBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of rows.</summary>
    protected const int Rows = 1024;

    /// <summary>Number of features or categories.</summary>
    protected const int Features = 1024;

    /// <summary>Where the numbers are drawn.</summary>
    protected static PhiloxPosition Position { get; } = new(seed: 1);

    /// <summary>The kernels.</summary>
    protected SamplingKernels<T> Sampling => Device.Sampling<T>();
}
