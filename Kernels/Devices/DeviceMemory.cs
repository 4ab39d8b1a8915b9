using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>A block of memory on a device. Implemented by devices; apps use <see cref="DeviceTensor{T}"/>.</summary>
public abstract unsafe class DeviceMemory : IDisposable
{
    /// <summary>Size in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Address of the first byte if the host can read and write the block (64-byte aligned), else null.</summary>
    public virtual void* Pointer => null;

    /// <summary>Copies from the host into the block, synchronously.</summary>
    /// <param name="values">Bytes to copy.</param>
    /// <param name="offset">First byte of the block to overwrite.</param>
    public abstract void Upload(ReadOnlySpan<byte> values, long offset);

    /// <summary>Copies from the block to the host, synchronously, after the work queued before it.</summary>
    /// <param name="values">Receives the bytes.</param>
    /// <param name="offset">First byte of the block to read.</param>
    public abstract void Download(Span<byte> values, long offset);

    /// <summary>Overwrites the block with zero bytes.</summary>
    public abstract void Clear();

    /// <summary>Frees the block.</summary>
    public abstract void Dispose();
}

/// <summary>Zeroed, 64-byte aligned memory of the process, outside the managed heap: the memory of the reference device and the CPU device.</summary>
/// <remarks>
/// Kernels hold bare addresses, which the collector does not see: a tensor whose last use is a kernel's argument may be collected while the kernel runs. So
/// the finalizer does not free the memory but leaves it to the device, which frees it at its next allocation: then no kernel of it is running.
/// Memory that is collected together with its device comes here a second time, and is freed.
/// </remarks>
internal sealed unsafe class HostMemory : DeviceMemory
{
    private readonly Device _device;
    private readonly long _bytes;
    private void* _pointer;
    private bool _isAbandoned;

    public HostMemory(Device device, long bytes)
    {
        _device = device;
        _bytes = bytes;
        _pointer = AlignedMemory.Alloc((nuint)Math.Max(bytes, 1));
        NativeMemory.Clear(_pointer, (nuint)bytes);
    }

    ~HostMemory()
    {
        if (_isAbandoned)
        {
            Free();
            return;
        }

        _isAbandoned = true;
        GC.ReRegisterForFinalize(this);
        _device.Abandon(this);
    }

    public override long Bytes => _bytes;

    public override void* Pointer => _pointer;

    /// <summary>For the device: the block abandoned before this one.</summary>
    public HostMemory? NextAbandoned { get; set; }

    public override void Upload(ReadOnlySpan<byte> values, long offset)
    {
        fixed (byte* source = values)
        {
            Buffer.MemoryCopy(source, (byte*)_pointer + offset, _bytes - offset, values.Length);
        }

        GC.KeepAlive(this);
    }

    public override void Download(Span<byte> values, long offset)
    {
        fixed (byte* destination = values)
        {
            Buffer.MemoryCopy((byte*)_pointer + offset, destination, values.Length, values.Length);
        }

        GC.KeepAlive(this);
    }

    public override void Clear()
    {
        NativeMemory.Clear(_pointer, (nuint)_bytes);
        GC.KeepAlive(this);
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        AlignedMemory.Free(_pointer);
        _pointer = null;
    }
}
