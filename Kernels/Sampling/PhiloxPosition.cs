namespace Native.Kernels;

/// <summary>
/// Where in the random numbers a kernel starts to draw: at element <see cref="First"/> of stream <see cref="Stream"/> of the generator with key <see cref="Seed"/> (see <see cref="Philox"/>).
/// A kernel that draws <c>n</c> numbers takes elements <c>First … First + n - 1</c>, in row-major order of its matrix; the next one starts at <see cref="Advance"/>.
/// </summary>
/// <remarks>There is no hidden state: the same position gives the same numbers whenever, wherever and in however many pieces they are drawn.</remarks>
public readonly record struct PhiloxPosition
{
    /// <summary>A position.</summary>
    /// <param name="seed">The key, low word first.</param>
    /// <param name="stream">Number of the stream; streams of one seed are independent.</param>
    /// <param name="first">Number of the first element, ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="first"/> is negative.</exception>
    public PhiloxPosition(ulong seed, uint stream = 0, long first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        Seed = seed;
        Stream = stream;
        First = first;
    }

    /// <summary>The key, low word first.</summary>
    public ulong Seed { get; }

    /// <summary>Number of the stream.</summary>
    public uint Stream { get; }

    /// <summary>Number of the first element.</summary>
    public long First { get; }

    /// <summary>The position behind <paramref name="count"/> elements.</summary>
    /// <param name="count">Number of elements, ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The elements end behind number 2⁶³ - 1, or their number is negative.</exception>
    public PhiloxPosition Advance(long count)
    {
        if (count < 0 || First > long.MaxValue - count)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"count: expected from 0 to {long.MaxValue - First} elements behind element {First}, but got {count}.");
        }

        return new(Seed, Stream, First + count);
    }
}
