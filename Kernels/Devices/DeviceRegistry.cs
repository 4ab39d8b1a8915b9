namespace Native.Kernels;

/// <summary>A device that this process may use. Made by the device's own assembly (<c>CpuDevice.Register()</c>, <c>CudaDevice.Register()</c>).</summary>
/// <param name="Name">Name of the device: <c>reference</c>, <c>cpu</c>, <c>simulator</c>, <c>opencl</c> or <c>cuda</c>.</param>
/// <param name="Preference">The available device with the highest preference becomes the default; negative: only when asked for by name.</param>
/// <param name="Create">Makes the device; throws <see cref="DeviceUnavailableException"/> where it is not to be had.</param>
public sealed record DeviceRegistration(string Name, int Preference, Func<Device> Create);

/// <summary>The device asked for is not to be had here; the message says why.</summary>
public sealed class DeviceUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which device, and why not.</param>
    /// <param name="innerException">What went wrong, if anything did.</param>
    public DeviceUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The devices an app has registered, one line each at start-up (no reflection, so it survives trimming and ahead-of-time compilation).
/// The reference device is always there.
/// </summary>
public static class DeviceRegistry
{
    private static readonly Lock Gate = new();
    private static readonly List<DeviceRegistration> Entries = [new("reference", 0, () => new Reference.ReferenceDevice())];
    private static Device? _default;
    private static string _reason = "";

    /// <summary>All registered devices, in the order of registration.</summary>
    public static IReadOnlyList<DeviceRegistration> Registered
    {
        get
        {
            lock (Gate)
            {
                return [.. Entries];
            }
        }
    }

    /// <summary>The registered device with the highest preference that is available here. Made once and shared; not to be disposed.</summary>
    public static Device Default
    {
        get
        {
            lock (Gate)
            {
                return _default ??= Choose();
            }
        }
    }

    /// <summary>Why <see cref="Default"/> is the device it is: what was preferred and not to be had.</summary>
    public static string DefaultReason
    {
        get
        {
            _ = Default;
            return _reason;
        }
    }

    /// <summary>Adds a device; a second registration under the same name is ignored. A default chosen before is chosen anew at its next use.</summary>
    /// <param name="registration">The device.</param>
    public static void Register(DeviceRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        lock (Gate)
        {
            if (!Entries.Exists(entry => entry.Name == registration.Name))
            {
                Entries.Add(registration);
                _default = null;
            }
        }
    }

    /// <summary>Makes the registered device of this name.</summary>
    /// <param name="name">Name of the device.</param>
    /// <returns>A device that the caller disposes.</returns>
    /// <exception cref="DeviceUnavailableException">No device of this name is registered, or it is not to be had here.</exception>
    public static Device Create(string name)
    {
        var registered = Registered;
        var entry = registered.FirstOrDefault(entry => entry.Name == name)
            ?? throw new DeviceUnavailableException($"device: expected one of {string.Join(", ", registered.Select(e => e.Name))}, but got '{name}'.");
        return entry.Create();
    }

    private static Device Choose()
    {
        var passedOver = new List<string>();
        foreach (var entry in Entries.Where(entry => entry.Preference >= 0).OrderByDescending(entry => entry.Preference))
        {
            try
            {
                var device = entry.Create();
                _reason = passedOver.Count == 0 ? $"{entry.Name} is the best device registered" : $"{entry.Name}, because {string.Join("; ", passedOver)}";
                if (entry.Name == "reference" && passedOver.Count == 0)
                {
                    _reason = "reference, because no other device is registered";
                }

                return device;
            }
            catch (DeviceUnavailableException unavailable)
            {
                passedOver.Add($"{entry.Name} is not available ({unavailable.Message})");
            }
        }

        throw new DeviceUnavailableException(string.Join("; ", passedOver));
    }
}
