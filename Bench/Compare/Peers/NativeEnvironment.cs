using System.Runtime.InteropServices;

namespace Native.Bench;

/// <summary>Environment variables as native libraries see them: on Unix the runtime keeps a copy of its own.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>
    /// Variables that make a peer's library use other kernels or block sizes than those it would choose for this processor, usually slower ones.
    /// Some machines set them for everyone.
    /// </summary>
    private static readonly string[] Overrides =
    [
        "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA",
    ];

    /// <summary>Removes them, so that every peer is compared at its best. Call before a peer's library is loaded.</summary>
    /// <returns>Those that were set, as <c>NAME=value</c>.</returns>
    public static IReadOnlyList<string> RemoveOverrides()
    {
        var removed = new List<string>();
        foreach (var name in Overrides)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                removed.Add($"{name}={value}");
                Environment.SetEnvironmentVariable(name, null);
                if (!OperatingSystem.IsWindows())
                {
                    _ = UnsetVariable(name);
                }
            }
        }

        return removed;
    }

    /// <summary>Sets a variable for libraries that are loaded later, unless it is set already.</summary>
    public static void Set(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
        {
            _ = SetVariable(name, value, 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
