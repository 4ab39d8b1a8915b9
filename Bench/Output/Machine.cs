using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Native.Kernels;

namespace Native.Bench;

/// <summary>What has to be said about a machine and a build beside their times.</summary>
internal static class Machine
{
    /// <summary>One line for people: processor, vectors, caches, system, runtime.</summary>
    public static string Describe(CacheSizes caches) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {MultiplyAddPeak.VectorBits}-bit vectors, {Environment.ProcessorCount} {(Environment.ProcessorCount == 1 ? "processor" : "processors")}, {caches.Describe()}; {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    /// <summary>The commit the kernels were built from, or null when the build did not know it.</summary>
    public static string? Commit
    {
        get
        {
            const int shown = 10;
            var version = InformationalVersion(typeof(Device).Assembly);
            var commit = version.IndexOf('+', StringComparison.Ordinal) + 1;
            return commit > 0 ? version[commit..Math.Min(version.Length, commit + shown)] : null;
        }
    }

    /// <summary>The version of a library, with what its build says about it.</summary>
    public static string InformationalVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static string Processor()
    {
        var name = OperatingSystem.IsLinux() ? NameFromSystem() : null;
        if (!X86Base.IsSupported)
        {
            return name ?? RuntimeInformation.ProcessArchitecture.ToString();
        }

        // Names are vague, above all under hypervisors; family and model tell the rest.
        var signature = X86Base.CpuId(1, 0).Eax;
        var family = (signature >> 8) & 0xF;
        var model = (signature >> 4) & 0xF;
        model += family is 6 or 15 ? ((signature >> 16) & 0xF) << 4 : 0;
        family += family == 15 ? (signature >> 20) & 0xFF : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{name ?? NameFromProcessor()} (family {family}, model {model})");
    }

    private static string? NameFromSystem()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string NameFromProcessor()
    {
        // The name is in the registers of three leaves.
        const int firstLeaf = unchecked((int)0x80000002);
        var name = new byte[3 * 16];
        for (var leaf = 0; leaf < 3; leaf++)
        {
            var (eax, ebx, ecx, edx) = X86Base.CpuId(firstLeaf + leaf, 0);
            int[] registers = [eax, ebx, ecx, edx];
            MemoryMarshal.AsBytes(registers.AsSpan()).CopyTo(name.AsSpan(16 * leaf));
        }

        return Encoding.ASCII.GetString(name).Trim('\0', ' ');
    }
}
