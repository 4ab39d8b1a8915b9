using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Cuda;

namespace Native.Bench;

/// <summary>The device a command runs on, and why it is this one.</summary>
internal sealed class DeviceHandle : IDisposable
{
    private readonly bool _owned;

    private DeviceHandle(Device device, string reason, bool owned)
    {
        Device = device;
        Reason = reason;
        _owned = owned;
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>Why this device: it was asked for, or what was better and not to be had.</summary>
    public string Reason { get; }

    /// <summary>Makes every device known to the registry. The first call decides the number of threads.</summary>
    public static void Register(int threads)
    {
        CpuDevice.Register(threads);
        CudaDevice.Register();
    }

    /// <summary>Opens the device asked for, or the best there is.</summary>
    /// <param name="options">The options of the command.</param>
    /// <param name="reason">Why this device, where the command has chosen it; null when the user did.</param>
    /// <exception cref="DeviceUnavailableException">The device asked for is not to be had here.</exception>
    public static DeviceHandle Open(CommonOptions options, string? reason = null)
    {
        Register(options.Threads);
        return options.Device is null
            ? new DeviceHandle(DeviceRegistry.Default, DeviceRegistry.DefaultReason, owned: false)
            : new DeviceHandle(DeviceRegistry.Create(options.Device), reason ?? "asked for with --device", owned: true);
    }

    /// <summary>Opens the device asked for; without one, the best device that has all kernels with which models learn and are inferred.</summary>
    /// <param name="options">The options of the command.</param>
    /// <exception cref="BenchException">The device asked for does not have these kernels.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not to be had here.</exception>
    public static DeviceHandle OpenForModels(CommonOptions options)
    {
        var handle = Open(options);
        if (HasKernelsOfModels(handle.Device))
        {
            return handle;
        }

        handle.Dispose();
        return options.Device is null
            ? Open(options with { Device = DeviceNames.Cpu }, $"{handle.Device.Name} does not have the kernels that learning and inference need")
            : throw new BenchException($"models need dense kernels, optimisers and kernels of natural parameters, which device '{options.Device}' does not have; try --device {DeviceNames.Cpu}.");
    }

    /// <summary>One line for people.</summary>
    public string Describe() => $"Device: {Device.Name} ({Device.Description}); {Reason}.";

    /// <inheritdoc/>
    public void Dispose()
    {
        // The default device is shared by the process and lives as long as it does.
        if (_owned)
        {
            Device.Dispose();
        }
    }

    private static bool HasKernelsOfModels(Device device)
    {
        try
        {
            _ = device.Dense<float>();
            _ = device.Updates<float>();
            _ = device.NaturalParameters<double>();
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
