using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>The part of a tensor that does not depend on its element type.</summary>
public abstract class DeviceTensor : IDisposable
{
    private protected readonly long[] _shape;
    private protected DeviceMemory? _memory;

    private protected DeviceTensor(Device device, ReadOnlySpan<long> shape)
    {
        Device = device;
        _shape = shape.ToArray();
        Count = 1;
        foreach (var size in _shape)
        {
            if (size < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(shape), $"shape: expected sizes of at least 0, but got {Format(shape)}.");
            }

            Count = checked(Count * size);
        }

        Columns = 1;
        foreach (var size in _shape.AsSpan(Math.Min(1, _shape.Length)))
        {
            Columns *= size;
        }

        Rows = _shape.Length == 0 ? 1 : _shape[0];
    }

    /// <summary>The device that owns the memory.</summary>
    public Device Device { get; }

    /// <summary>Sizes, outermost first; row-major and contiguous.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>First size (1 for a scalar).</summary>
    public long Rows { get; }

    /// <summary>Product of all sizes but the first (1 for a vector).</summary>
    public long Columns { get; }

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsDisposed => _memory is null;

    /// <summary>For devices: the memory behind the tensor.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public DeviceMemory Memory => _memory ?? throw new ObjectDisposedException(ToString());

    /// <summary>Overwrites every element with 0.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public void Clear() => Memory.Clear();

    /// <summary>Frees the memory. Kernels given the tensor afterwards throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (_memory is { } memory)
        {
            _memory = null;
            Device.Released(memory.Bytes);
            memory.Dispose();
        }
    }

    internal static string Format(ReadOnlySpan<long> shape)
    {
        var text = new System.Text.StringBuilder("[");
        for (var axis = 0; axis < shape.Length; axis++)
        {
            text.Append(axis == 0 ? "" : ", ").Append(shape[axis]);
        }

        return text.Append(']').ToString();
    }
}

/// <summary>A contiguous row-major array in the memory of a <see cref="Device"/>. Made by <see cref="Device.Allocate{T}"/>; freed by <see cref="DeviceTensor.Dispose"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe class DeviceTensor<T> : DeviceTensor
    where T : unmanaged
{
    internal DeviceTensor(Device device, ReadOnlySpan<long> shape)
        : base(device, shape)
    {
        _memory = device.Acquire(checked(Count * sizeof(T)));
    }

    /// <summary>Address of the first element if the host can read and write it (reference and CPU devices), else null.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public T* Pointer => (T*)Memory.Pointer;

    /// <summary>Copies the whole tensor from host memory, synchronously.</summary>
    /// <param name="values">Exactly <see cref="DeviceTensor.Count"/> elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public void Upload(ReadOnlySpan<T> values)
    {
        CheckLength(values.Length);
        Memory.Upload(MemoryMarshal.AsBytes(values), 0);
    }

    /// <summary>Copies the whole tensor to host memory, synchronously, after the kernels queued before it.</summary>
    /// <param name="values">Receives exactly <see cref="DeviceTensor.Count"/> elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public void Download(Span<T> values)
    {
        CheckLength(values.Length);
        Memory.Download(MemoryMarshal.AsBytes(values), 0);
    }

    /// <summary>Copies the whole tensor to a new array, synchronously.</summary>
    /// <returns>All elements, row-major.</returns>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public T[] ToArray()
    {
        var values = new T[Count];
        Download(values);
        return values;
    }

    /// <summary>The same memory as a matrix of another shape with the same number of elements.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <returns>A view; it does not own the memory.</returns>
    /// <exception cref="ArgumentException"><c>rows · columns</c> differs from <see cref="DeviceTensor.Count"/>.</exception>
    public DeviceMatrix<T> AsMatrix(long rows, long columns) =>
        checked(rows * columns) == Count
            ? new DeviceMatrix<T>(this, 0, rows, columns, columns)
            : throw new ArgumentException($"rows, columns: expected a product of {Count} elements, but got {rows} x {columns}.", nameof(rows));

    /// <summary>Element type and shape.</summary>
    public override string ToString() => $"DeviceTensor<{typeof(T).Name}> {Format(Shape)} on {Device.Name}";

    private void CheckLength(int length)
    {
        if (length != Count)
        {
            throw new ArgumentException($"values: expected {Count} elements for shape {Format(Shape)}, but got {length}.", "values");
        }
    }
}
