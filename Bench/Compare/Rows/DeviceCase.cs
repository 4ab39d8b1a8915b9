using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>A case on a device: keeps the tensors and frees them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class DeviceCase<T>(CompareSettings settings) : CompareCase
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>The device.</summary>
    protected Device Device => settings.Device;

    /// <summary>The number of threads, ours and the peers'.</summary>
    protected int Threads => settings.Threads;

    /// <summary>The processor's caches.</summary>
    protected CacheSizes Caches => settings.Caches;

    /// <summary>Bytes of an element.</summary>
    protected static unsafe int ElementSize => sizeof(T);

    /// <summary>Frees something together with the case.</summary>
    protected TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>A tensor of given values.</summary>
    protected DeviceTensor<T> Upload(T[] values, params ReadOnlySpan<long> shape) => Own(Device.Upload(values, shape));

    /// <summary>A tensor of zeros.</summary>
    protected DeviceTensor<T> Allocate(params ReadOnlySpan<long> shape) => Own(Device.Allocate<T>(shape));

    /// <summary>One call of our kernel, not waited for.</summary>
    protected abstract void Launch();

    /// <inheritdoc/>
    public override void Run()
    {
        Launch();
        Device.Synchronize();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }
}
