using System.Diagnostics;

namespace Native.Bench;

/// <summary>The memory of this process as the system sees it.</summary>
internal static class ProcessMemory
{
    /// <summary>Starts a new high-water mark where the system can (Linux); elsewhere the mark stays that of the whole run.</summary>
    public static void ResetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            // 5 resets the peak resident set size of the process (proc(5)).
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Containers may forbid it; the mark then includes earlier rows, which is never too little.
        }
    }

    /// <summary>The largest resident set since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
