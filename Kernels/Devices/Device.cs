using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// Owns memory and runs kernels on it. Kernels are reached by family and element type (<see cref="Messages{T}"/>, <see cref="Dense{T}"/>,
/// <see cref="Attention{T}"/>, <see cref="NaturalParameters{T}"/>, <see cref="Updates{T}"/>, <see cref="Sampling{T}"/>); float and double are supported. Kernels are queued in
/// order; a download waits for those before it.
/// </summary>
/// <remarks>
/// One thread at a time may use a device; several devices may be used at once. A tensor that is dropped without being disposed is freed some time after it was
/// collected, when the device next allocates: never under a running kernel.
/// </remarks>
public abstract class Device : IDisposable
{
    /// <summary>Status word of a device on which no kernel has found an error.</summary>
    protected internal const long NoFault = long.MaxValue;

    // The device that a thread's kernel belongs to must not be collected while it runs; see HostMemory.
    [ThreadStatic]
    private static Device? t_inUse;

    private long _allocatedBytes;
    private long _peakBytes;
    private HostMemory? _abandoned;
    private DeviceTensor<long>? _status;

    /// <summary>Short name: <c>reference</c>, <c>cpu</c>, <c>simulator</c>, <c>opencl</c> or <c>cuda</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One line for people: hardware, instruction set, threads.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes held by live tensors of this device.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    /// <summary>High-water mark of <see cref="AllocatedBytes"/> since the start or the last <see cref="ResetPeakBytes"/>.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>The best registered device that is available here; see <see cref="DeviceRegistry"/>.</summary>
    public static Device Default => DeviceRegistry.Default;

    /// <summary>Graph kernels.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type.</exception>
    public abstract MessageKernels<T> Messages<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Dense and elementwise kernels.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type, or this device does not have this family.</exception>
    public abstract DenseKernels<T> Dense<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Attention over sequences.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type, or this device does not have this family.</exception>
    public abstract AttentionKernels<T> Attention<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Distributions of exponential families in their natural parameters.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type, or this device does not have this family.</exception>
    public abstract NaturalParameterKernels<T> NaturalParameters<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Optimiser steps.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type, or this device does not have this family.</exception>
    public abstract UpdateKernels<T> Updates<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Random numbers and draws.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException">Another element type, or this device does not have this family.</exception>
    public abstract SamplingKernels<T> Sampling<T>()
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Allocates a tensor of zeros.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="shape">Sizes, outermost first, each ≥ 0; none for a scalar.</param>
    /// <returns>A tensor that the caller disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public DeviceTensor<T> Allocate<T>(params ReadOnlySpan<long> shape)
        where T : unmanaged => new(this, shape);

    /// <summary>Allocates a tensor and copies values into it, synchronously.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="values">As many elements as the shape has.</param>
    /// <param name="shape">Sizes, outermost first; none makes a vector of all values.</param>
    /// <returns>A tensor that the caller disposes.</returns>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public DeviceTensor<T> Upload<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var tensor = shape.IsEmpty ? new DeviceTensor<T>(this, [values.Length]) : new DeviceTensor<T>(this, shape);
        try
        {
            tensor.Upload(values);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }

        return tensor;
    }

    /// <inheritdoc cref="Upload{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public DeviceTensor<T> Upload<T>(T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Upload((ReadOnlySpan<T>)values, shape);

    /// <summary>Makes a graph readable by this device.</summary>
    /// <param name="graph">A validated graph.</param>
    /// <returns>A handle that the caller disposes.</returns>
    public virtual DeviceGraph Upload(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return new DeviceGraph(this, graph, Upload(graph.Source), Upload(graph.Destination));
    }

    /// <summary>Makes an edge index readable by this device.</summary>
    /// <param name="index">A checked index.</param>
    /// <returns>A handle that the caller disposes.</returns>
    public virtual DeviceEdgeIndex Upload(EdgeIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new DeviceEdgeIndex(this, index);
    }

    /// <summary>Waits until every queued kernel has finished.</summary>
    public virtual void Synchronize()
    {
    }

    /// <summary>
    /// Downloads the status word that kernels write when they find a bad value on the device (a label out of range, say), clears it, and throws if it was set.
    /// Drivers call this at their own cadence; kernels never wait for it.
    /// </summary>
    /// <exception cref="DeviceFaultException">A kernel found a bad value; the exception holds the first offending index.</exception>
    public void ThrowIfFaulted()
    {
        if (_status is null)
        {
            return;
        }

        Span<long> fault = [NoFault];
        _status.Download(fault);
        if (fault[0] != NoFault)
        {
            var index = fault[0];
            fault[0] = NoFault;
            _status.Upload(fault);
            throw new DeviceFaultException(Name, index);
        }
    }

    /// <summary>Sets <see cref="PeakBytes"/> back to <see cref="AllocatedBytes"/>.</summary>
    public void ResetPeakBytes() => Interlocked.Exchange(ref _peakBytes, AllocatedBytes);

    /// <summary>Frees what the device holds for itself. Tensors are freed by their owners.</summary>
    public void Dispose()
    {
        _status?.Dispose();
        _status = null;
        FreeAbandoned();
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>For kernels: the status word, <c>[1]</c>: the smallest offending index, or <see cref="NoFault"/>.</summary>
    protected internal DeviceTensor<long> Status
    {
        get
        {
            if (_status is null)
            {
                _status = Allocate<long>(1);
                _status.Upload([NoFault]);
            }

            return _status;
        }
    }

    /// <summary>For devices: allocates zeroed memory.</summary>
    /// <param name="bytes">Size in bytes, ≥ 0.</param>
    protected abstract DeviceMemory AllocateMemory(long bytes);

    /// <summary>For devices: picks the kernels for an element type.</summary>
    /// <typeparam name="T">The element type asked for.</typeparam>
    /// <typeparam name="TKernels">The family for that type.</typeparam>
    /// <param name="single">The family for float.</param>
    /// <param name="double">The family for double.</param>
    /// <exception cref="NotSupportedException">Another element type.</exception>
    protected static TKernels Select<T, TKernels>(object single, object @double)
        where TKernels : class
    {
        if (typeof(T) == typeof(float))
        {
            return (TKernels)single;
        }

        return typeof(T) == typeof(double)
            ? (TKernels)@double
            : throw new NotSupportedException($"T: expected float or double, but got {typeof(T).Name}.");
    }

    /// <summary>For devices whose memory is host memory: allocates zeroed, 64-byte aligned native memory.</summary>
    /// <param name="bytes">Size in bytes, ≥ 0.</param>
    protected DeviceMemory AllocateHostMemory(long bytes) => new HostMemory(this, bytes);

    /// <summary>For devices: frees what the device holds for itself.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>For contracts, before a kernel is called: keeps the device alive until this thread uses another one.</summary>
    internal void Use()
    {
        if (!ReferenceEquals(t_inUse, this))
        {
            t_inUse = this;
        }
    }

    /// <summary>Takes memory that was collected without having been freed; called by the finalizer.</summary>
    internal void Abandon(HostMemory memory)
    {
        do
        {
            memory.NextAbandoned = Volatile.Read(ref _abandoned);
        }
        while (Interlocked.CompareExchange(ref _abandoned, memory, memory.NextAbandoned) != memory.NextAbandoned);
    }

    internal DeviceMemory Acquire(long bytes)
    {
        FreeAbandoned();
        var memory = AllocateMemory(bytes);
        var allocated = Interlocked.Add(ref _allocatedBytes, bytes);
        long peak;
        while (allocated > (peak = Interlocked.Read(ref _peakBytes)) && Interlocked.CompareExchange(ref _peakBytes, allocated, peak) != peak)
        {
        }

        return memory;
    }

    // The caller uses the device, and so no other thread does: no kernel is running that could still hold an address.
    private void FreeAbandoned()
    {
        if (Volatile.Read(ref _abandoned) is null)
        {
            return;
        }

        for (var memory = Interlocked.Exchange(ref _abandoned, null); memory is not null; memory = memory.NextAbandoned)
        {
            Released(memory.Bytes);
            memory.Dispose();
        }
    }

    internal void Released(long bytes) => Interlocked.Add(ref _allocatedBytes, -bytes);
}

/// <summary>A kernel found a bad value on the device.</summary>
public sealed class DeviceFaultException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="index">First offending index, as the kernel's contract defines it.</param>
    public DeviceFaultException(string device, long index)
        : base($"A kernel on device '{device}' met a value outside its domain; the first offending index is {index}.") => Index = index;

    /// <summary>First offending index, as the kernel's contract defines it.</summary>
    public long Index { get; }
}
