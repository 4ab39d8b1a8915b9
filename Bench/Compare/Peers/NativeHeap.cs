using System.Runtime.InteropServices;

namespace Native.Bench;

/// <summary>The allocator of native libraries.</summary>
/// <remarks>
/// Libraries without preallocated results take memory in every call. glibc gives large blocks back to the system at once, so that each call would pay for
/// fresh pages; allocators that keep them (tcmalloc, jemalloc) are what the libraries' own tuning guides advise.
/// </remarks>
internal static partial class NativeHeap
{
    // malloc.h
    private const int TrimThreshold = -1;
    private const int MaximumMappedBlocks = -4;
    private const int MaximumArenas = -8;
    private const int Never = -1;

    /// <summary>Freed blocks stay in the process and are used again, whatever their size (Linux with glibc, of whose arenas only the first holds large blocks).</summary>
    public static void Keep() => Try(() => SetOption(MaximumArenas, 1) + SetOption(MaximumMappedBlocks, 0) + SetOption(TrimThreshold, Never));

    /// <summary>Gives all free memory back to the system.</summary>
    public static void Release() => Try(() => Trim(0));

    private static void Try(Func<int> call)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = call();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with an allocator of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
