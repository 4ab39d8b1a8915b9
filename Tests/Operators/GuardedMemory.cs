using System.Runtime.InteropServices;

namespace Native.Tests.Operators;

/// <summary>A page of memory that ends where access is forbidden, so that a read or write past its end ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private readonly byte* _start;
    private readonly nuint _page = (nuint)Environment.SystemPageSize;

    public GuardedMemory()
    {
        if (OperatingSystem.IsWindows())
        {
            _start = (byte*)VirtualAlloc(null, 2 * _page, 0x3000, 0x04);
            uint previous;
            Assert.NotEqual(0, VirtualProtect(_start + _page, _page, 0x01, &previous));
        }
        else
        {
            // Private anonymous memory: MAP_ANONYMOUS is 0x20 on Linux and 0x1000 on macOS.
            _start = (byte*)Map(null, 2 * _page, 3, 2 | (OperatingSystem.IsLinux() ? 0x20 : 0x1000), -1, 0);
            Assert.Equal(0, Protect(_start + _page, _page, 0));
        }
    }

    /// <summary>The first byte that must not be touched.</summary>
    public void* End => _start + _page;

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualFree(_start, 0, 0x8000);
        }
        else
        {
            _ = Unmap(_start, 2 * _page);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, uint* previous);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(void* address, nuint size, uint type);
}
