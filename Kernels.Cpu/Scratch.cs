using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Working memory of one kernel call: native, 64-byte aligned, not cleared. Rented, cut into pieces with
/// <see cref="Take{T}"/>, and given back by <see cref="Dispose"/> in a <c>using</c> or <c>finally</c>; buffers are kept
/// and only grow, so nothing is allocated once the largest call has been seen.
/// </summary>
/// <remarks>
/// Buffers wait in a fixed set of slots, taken and filled by one interlocked exchange each: no lock, and no ABA problem as
/// a linked free list would have.
/// </remarks>
internal sealed unsafe class Scratch : IDisposable
{
    private const int Alignment = 64;

    private static readonly Scratch?[] Slots = new Scratch?[64];
    private static long s_allocatedBytes;

    private byte* _memory;
    private nuint _capacity;
    private nuint _length;
    private nuint _taken;

    private Scratch()
    {
    }

    /// <summary>Bytes held by all buffers of the process, rented or waiting.</summary>
    public static long AllocatedBytes => Volatile.Read(ref s_allocatedBytes);

    /// <summary>The bytes that <paramref name="count"/> elements occupy in a buffer, rounded up to the alignment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint SizeOf<T>(nint count)
        where T : unmanaged =>
        (checked((nuint)count * (nuint)sizeof(T)) + (Alignment - 1)) & ~(nuint)(Alignment - 1);

    /// <summary>Rents a buffer of at least <paramref name="bytes"/> bytes (a sum of <see cref="SizeOf{T}"/>).</summary>
    /// <exception cref="OutOfMemoryException">The memory is not to be had.</exception>
    public static Scratch Rent(nuint bytes)
    {
        var scratch = TakeSlot() ?? new Scratch();
        if (scratch._capacity < bytes)
        {
            scratch.Grow(bytes);
        }

        scratch._length = bytes;
        scratch._taken = 0;
        return scratch;
    }

    /// <summary>The next <paramref name="count"/> elements of the buffer, 64-byte aligned, of undefined content.</summary>
    /// <exception cref="InvalidOperationException">More is taken than was rented.</exception>
    public T* Take<T>(nint count)
        where T : unmanaged
    {
        var bytes = SizeOf<T>(count);
        if (bytes > _length - _taken)
        {
            throw new InvalidOperationException($"Scratch of {_length} bytes has {_length - _taken} left; {bytes} were asked for.");
        }

        var piece = (T*)(_memory + _taken);
        _taken += bytes;
        return piece;
    }

    /// <summary>Gives the buffer back; pieces taken from it must not be used any more.</summary>
    public void Dispose()
    {
        _length = 0;
        _taken = 0;
        var slots = Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is null && Interlocked.CompareExchange(ref slots[i], this, null) is null)
            {
                return;
            }
        }

        Free();
    }

    private static Scratch? TakeSlot()
    {
        var slots = Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not null && Interlocked.Exchange(ref slots[i], null) is { } scratch)
            {
                return scratch;
            }
        }

        return null;
    }

    private void Grow(nuint bytes)
    {
        Free();

        // Whole pages, so that requests of nearly the same size share a buffer.
        bytes = (bytes + 4095) & ~(nuint)4095;
        _memory = (byte*)AlignedMemory.Alloc(bytes);
        _capacity = bytes;
        Interlocked.Add(ref s_allocatedBytes, (long)bytes);
    }

    private void Free()
    {
        AlignedMemory.Free(_memory);
        Interlocked.Add(ref s_allocatedBytes, -(long)_capacity);
        _memory = null;
        _capacity = 0;
    }
}
