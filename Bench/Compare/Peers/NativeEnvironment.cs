using System.Runtime.InteropServices;

namespace Native.Bench;

/// <summary>Environment variables as native libraries see them: on Unix the runtime keeps a copy of its own.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable for libraries that are loaded later.</summary>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
        {
            _ = SetVariable(name, value, 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
