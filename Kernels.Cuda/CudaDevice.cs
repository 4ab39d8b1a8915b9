using System.Globalization;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Native.Kernels.Cuda;

/// <summary>
/// Kernels on an ILGPU accelerator: <c>cuda</c> (an NVIDIA GPU), <c>opencl</c> (any OpenCL 2.0+ device with generic address space) or <c>simulator</c> (ILGPU's CPU simulator, for tests).
/// Every output element is written by one thread in a fixed order, without atomics, so results are bitwise equal for every run on one device.
/// </summary>
/// <remarks>
/// Gather, ScatterAdd, the segment reductions, Aggregate and EdgeDot run here, forward and backward, in float and double.
/// Other kernels throw <see cref="NotSupportedException"/> naming the kernel.
/// </remarks>
public sealed class CudaDevice : Device
{
    private readonly Context _context;
    private readonly Dictionary<Type, Delegate> _launchers = [];
    private readonly CudaMessageKernels<float> _floatMessages;
    private readonly CudaMessageKernels<double> _doubleMessages;

    private CudaDevice(string name, Context context, Accelerator accelerator)
    {
        Name = name;
        _context = context;
        Accelerator = accelerator;
        _floatMessages = new(this);
        _doubleMessages = new(this);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Description => Accelerator.AcceleratorType == AcceleratorType.CPU
        ? "ILGPU's simulator, for tests"
        : string.Create(CultureInfo.InvariantCulture, $"{Accelerator.Name}, {Accelerator.MemorySize / (1024.0 * 1024 * 1024):0.#} GiB, {Accelerator.NumMultiprocessors} multiprocessors");

    internal Accelerator Accelerator { get; }

    /// <summary>
    /// Lets <see cref="Device.Default"/> and <see cref="DeviceRegistry.Create"/> find these devices. <c>cuda</c> is preferred to the CPU where a GPU is present;
    /// <c>opencl</c> and <c>simulator</c> are only used when asked for by name. Call once at start-up.
    /// </summary>
    public static void Register()
    {
        DeviceRegistry.Register(new DeviceRegistration("cuda", 20, () => Create("cuda")));
        DeviceRegistry.Register(new DeviceRegistration("opencl", -1, () => Create("opencl")));
        DeviceRegistry.Register(new DeviceRegistration("simulator", -1, () => Create("simulator")));
    }

    /// <summary>Opens the first accelerator of a kind.</summary>
    /// <param name="name"><c>cuda</c>, <c>opencl</c> or <c>simulator</c>.</param>
    /// <returns>A device that the caller disposes.</returns>
    /// <exception cref="DeviceUnavailableException">There is no such accelerator here, or it cannot be opened; the message says why.</exception>
    public static CudaDevice Create(string name)
    {
        Context? context = null;
        try
        {
            context = Context.Create(builder => Select(builder, name));

            // A context without any accelerator of the kind asked for holds ILGPU's simulator instead.
            var device = context.Devices.FirstOrDefault(device => device.AcceleratorType == TypeOf(name))
                ?? throw new DeviceUnavailableException($"no {name} device was found");
            var accelerator = device.CreateAccelerator(context);
            return new CudaDevice(name, context, accelerator);
        }
        catch (Exception exception) when (exception is not DeviceUnavailableException and not ArgumentOutOfRangeException)
        {
            context?.Dispose();
            throw new DeviceUnavailableException($"no {name} device could be opened: {exception.GetBaseException().Message}", exception);
        }
        catch
        {
            context?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override MessageKernels<T> Messages<T>() => Select<T, MessageKernels<T>>(_floatMessages, _doubleMessages);

    /// <inheritdoc/>
    public override DenseKernels<T> Dense<T>() => throw NotSupported("the Dense kernels");

    /// <inheritdoc/>
    public override AttentionKernels<T> Attention<T>() => throw NotSupported("the Attention kernels");

    /// <inheritdoc/>
    public override NaturalParameterKernels<T> NaturalParameters<T>() => throw NotSupported("the NaturalParameters kernels");

    /// <inheritdoc/>
    public override UpdateKernels<T> Updates<T>() => throw NotSupported("the Updates kernels");

    /// <inheritdoc/>
    public override SamplingKernels<T> Sampling<T>() => throw NotSupported("the Sampling kernels");

    /// <inheritdoc/>
    public override DeviceGraph Upload(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return new CudaGraph(this, graph);
    }

    /// <inheritdoc/>
    public override DeviceEdgeIndex Upload(EdgeIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new CudaEdgeIndex(this, index);
    }

    /// <inheritdoc/>
    public override void Synchronize() => Accelerator.Synchronize();

    /// <inheritdoc/>
    protected override DeviceMemory AllocateMemory(long bytes) => new IlgpuMemory(Accelerator, bytes);

    /// <inheritdoc/>
    protected override void Release()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>Queues an action for every item. A kernel is compiled at its first use on this device and kept.</summary>
    internal void Run<TAction>(long items, TAction action)
        where TAction : struct, IGpuAction
    {
        // A grid of no threads is an error.
        if (items == 0)
        {
            return;
        }

        if (!_launchers.TryGetValue(typeof(TAction), out var launcher))
        {
            launcher = Accelerator.LoadAutoGroupedStreamKernel<Index1D, long, long, TAction>(GridStride.Kernel);
            _launchers.Add(typeof(TAction), launcher);
        }

        var threads = (int)Math.Min(items, GridStride.MaximumThreads);
        ((Action<Index1D, long, long, TAction>)launcher)(threads, items, threads, action);
    }

    internal NotSupportedException NotSupported(string what) =>
        new($"Device '{Name}' does not have {what} yet; use the cpu or reference device.");

    private static AcceleratorType TypeOf(string name) => name switch
    {
        "cuda" => AcceleratorType.Cuda,
        "opencl" => AcceleratorType.OpenCL,
        _ => AcceleratorType.CPU,
    };

    private static Context.Builder Select(Context.Builder builder, string name) => name switch
    {
        "cuda" => builder.Cuda(),
        "opencl" => builder.OpenCL(),
        "simulator" => builder.CPU(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), $"name: expected cuda, opencl or simulator, but got '{name}'."),
    };
}
