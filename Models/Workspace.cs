using Native.Kernels;

namespace Native.Models;

/// <summary>Device memory that a model keeps between calls: allocated at first use and again only when a call needs more (or, for a whole tensor, another size).</summary>
internal sealed class Workspace<T>(Device device) : IDisposable
    where T : unmanaged
{
    private DeviceTensor<T>? _tensor;

    /// <summary>A matrix at the start of the memory. Contents are those of the last use.</summary>
    public DeviceMatrix<T> Matrix(long rows, long columns)
    {
        if (_tensor is null || _tensor.Count < rows * columns)
        {
            Reallocate(rows * columns);
        }

        return new DeviceMatrix<T>(_tensor!, 0, rows, columns, columns);
    }

    /// <summary>A tensor of exactly this size, for arguments that are not matrices.</summary>
    public DeviceTensor<T> Vector(long count)
    {
        if (_tensor is null || _tensor.Count != count)
        {
            Reallocate(count);
        }

        return _tensor!;
    }

    public void Dispose()
    {
        _tensor?.Dispose();
        _tensor = null;
    }

    // The old memory goes first, so that growing never holds both.
    private void Reallocate(long count)
    {
        Dispose();
        _tensor = device.Allocate<T>(count);
    }
}
