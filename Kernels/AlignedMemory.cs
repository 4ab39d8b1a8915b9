using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>Memory outside the managed heap, aligned for registers of any width.</summary>
/// <remarks>
/// Large blocks ask Linux for pages of 2 MiB. Kernels that pick rows in random order miss the translation buffers at nearly every row when the pages
/// are small: a core keeps the addresses of some thousand pages, which are 12 MiB of 4 KiB each. And to get a page takes about as long, large or small, but
/// for the time to clear it.
/// </remarks>
internal static unsafe partial class AlignedMemory
{
    private const int Alignment = 64;
    private const nuint LargePage = 2 << 20;

    // Of a smaller block, rounding up to whole large pages could take more than half of the memory.
    private const nuint SmallestOfLargePages = 2 * LargePage;

    // A smaller part of a large page is not worth a call.
    private const nuint SmallestPart = LargePage / 8;

    // MADV_HUGEPAGE.
    private const int LargePages = 14;

    /// <summary>A block of at least so many bytes, of undefined content.</summary>
    /// <exception cref="OutOfMemoryException">The memory is not to be had.</exception>
    public static void* Alloc(nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < SmallestOfLargePages || bytes > nuint.MaxValue - LargePage)
        {
            return NativeMemory.AlignedAlloc(bytes, Alignment);
        }

        bytes = (bytes + LargePage - 1) & ~(LargePage - 1);
        var memory = NativeMemory.AlignedAlloc(bytes, LargePage);

        // Advice: where it is not taken, the pages are small.
        _ = madvise(memory, bytes, LargePages);
        return memory;
    }

    /// <summary>Asks for large pages where memory lies that somebody else allocated and nobody has written to.</summary>
    public static void UseLargePages(void* memory, nuint bytes)
    {
        if (OperatingSystem.IsLinux() && bytes >= SmallestPart)
        {
            // What shares the first and the last page with it may as well be in a large one.
            var begin = (nuint)memory & ~(LargePage - 1);
            var end = ((nuint)memory + bytes + LargePage - 1) & ~(LargePage - 1);
            _ = madvise((void*)begin, end - begin, LargePages);
        }
    }

    /// <summary>Frees a block; null is none.</summary>
    public static void Free(void* memory) => NativeMemory.AlignedFree(memory);

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint length, int advice);
}
