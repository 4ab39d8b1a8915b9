using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

/// <summary>A buffer of an ILGPU accelerator.</summary>
internal sealed unsafe class IlgpuMemory : DeviceMemory
{
    private readonly Accelerator _accelerator;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;
    private readonly long _bytes;

    public IlgpuMemory(Accelerator accelerator, long bytes)
    {
        _accelerator = accelerator;
        _bytes = bytes;

        // A buffer of no bytes has no address, and a view of it could not be passed to a kernel.
        _buffer = accelerator.Allocate1D<byte>(Math.Max(bytes, 16));
        Clear();
    }

    public override long Bytes => _bytes;

    public override void Upload(ReadOnlySpan<byte> values, long offset)
    {
        if (values.IsEmpty)
        {
            return;
        }

        // Pinned here: ILGPU takes the address of the reference and does not pin it for as long as it copies.
        fixed (byte* pinned = values)
        {
            _buffer.View.SubView(offset, values.Length).CopyFromCPU(_accelerator.DefaultStream, ref *pinned, values.Length);
            _accelerator.DefaultStream.Synchronize();
        }
    }

    public override void Download(Span<byte> values, long offset)
    {
        if (values.IsEmpty)
        {
            return;
        }

        fixed (byte* pinned = values)
        {
            _buffer.View.SubView(offset, values.Length).CopyToCPU(_accelerator.DefaultStream, ref *pinned, values.Length);
            _accelerator.DefaultStream.Synchronize();
        }
    }

    public override void Clear() => _buffer.MemSetToZero(_accelerator.DefaultStream);

    public override void Dispose() => _buffer.Dispose();

    public ArrayView<T> View<T>()
        where T : unmanaged => ((ArrayView<byte>)_buffer.View).Cast<T>();
}
