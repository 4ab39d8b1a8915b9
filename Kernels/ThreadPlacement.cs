using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>Where the threads of the pool run.</summary>
/// <remarks>
/// Linux wakes a thread near the one that woke it and looks for an idle processor only among those that share a cache. Virtual
/// machines often do not say which do; two threads that once met on a processor then stay there, and take turns, for as long as
/// their jobs are short, whatever else is idle.
/// </remarks>
internal static unsafe partial class ThreadPlacement
{
    // The size that glibc gives a set of processors.
    private const int Words = 1024 / 64;

    /// <summary>
    /// The processor on which the calling thread runs at this moment, or -1 where that is not known. Not <see cref="Thread.GetCurrentProcessorId"/>, which may
    /// return what was true some fifty calls ago.
    /// </summary>
    public static int CurrentProcessor => OperatingSystem.IsLinux() ? sched_getcpu() : -1;

    /// <summary>
    /// Moves the calling thread away from a processor, if it may run on others: Linux moves it at once when its set of
    /// processors leaves out the one it runs on. The set is put back before this returns. Other systems are left to
    /// themselves.
    /// </summary>
    [SkipLocalsInit]
    public static void Leave(int processor)
    {
        if (!OperatingSystem.IsLinux() || (uint)processor >= Words * 64)
        {
            return;
        }

        // The system call fills only the words that the machine needs.
        var allowed = stackalloc ulong[Words];
        new Span<ulong>(allowed, Words).Clear();
        if (sched_getaffinity(0, Words * sizeof(ulong), allowed) < 0)
        {
            return;
        }

        var others = stackalloc ulong[Words];
        var count = 0;
        for (var i = 0; i < Words; i++)
        {
            others[i] = i == processor / 64 ? allowed[i] & ~(1UL << (processor % 64)) : allowed[i];
            count += BitOperations.PopCount(others[i]);
        }

        if (count > 0 && sched_setaffinity(0, Words * sizeof(ulong), others) == 0)
        {
            sched_setaffinity(0, Words * sizeof(ulong), allowed);
        }
    }

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int sched_getcpu();

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int thread, nint size, ulong* set);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nint size, ulong* set);
}
