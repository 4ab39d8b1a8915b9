using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Native.Models;

/// <summary>
/// The contents of a safetensors file, the format in which PyTorch and other frameworks exchange named tensors:
/// 8 bytes header length, a JSON header, the data of all tensors (https://github.com/huggingface/safetensors).
/// </summary>
/// <remarks>
/// A file is checked in full before anything of it is handed out, and a file that breaks the format is refused with an
/// <see cref="InvalidDataException"/> that names the file, the tensor, what was expected and what was found: a header longer
/// than 100,000,000 bytes or than the file, text that is not UTF-8 or not JSON, names given twice, element types other than
/// <see cref="SafetensorsDataType"/>, more than 64 dimensions, sizes that overflow or do not match the data offsets, data
/// that overlaps, leaves holes, is missing or is left over. No memory is reserved for data that the file does not hold.
/// One tensor may have up to 2 GB, a file any number.
/// </remarks>
public sealed class SafetensorsFile
{
    // Where the length of a stream is unknown, a buffer starts here and doubles as the stream delivers.
    private const int FirstBufferLength = 1 << 16;

    private readonly Dictionary<string, SafetensorsTensor> _byName = [];

    private SafetensorsFile(string source, SafetensorsHeader header, SafetensorsTensor[] tensors)
    {
        Source = source;
        Metadata = header.Metadata;
        Tensors = tensors;
        foreach (var tensor in tensors)
        {
            _byName.Add(tensor.Name, tensor);
        }
    }

    /// <summary>What messages call the file: its path, or the name given for a stream.</summary>
    public string Source { get; }

    /// <summary>The strings that the file holds besides its tensors; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The tensor of the given name.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <exception cref="InvalidDataException">The file holds no such tensor.</exception>
    public SafetensorsTensor this[string name] => TryGetTensor(name, out var tensor)
        ? tensor
        : throw new InvalidDataException($"{Source}: expected a tensor {SafetensorsHeader.Quote(name)}, but got none among its {Tensors.Count} tensors.");

    /// <summary>Looks a tensor up by name.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <param name="tensor">The tensor, or null when the file holds none of this name.</param>
    /// <returns>Whether the file holds the tensor.</returns>
    public bool TryGetTensor(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>Its metadata and tensors, in memory; the file is closed again.</returns>
    /// <exception cref="InvalidDataException">The file breaks the format; see the remarks on <see cref="SafetensorsFile"/>.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: FirstBufferLength, FileOptions.SequentialScan);
        return Load(stream, path);
    }

    /// <summary>Reads a stream from its position to its end; it need not be seekable, and stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="source">What messages call it.</param>
    /// <returns>The metadata and tensors.</returns>
    /// <exception cref="InvalidDataException">The stream breaks the format; see the remarks on <see cref="SafetensorsFile"/>.</exception>
    public static SafetensorsFile Load(Stream stream, string source = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(source);
        SafetensorsElements.RequireLittleEndian();

        long? remaining = stream.CanSeek ? stream.Length - stream.Position : null;
        var prefix = Read(stream, sizeof(ulong), remaining is not null, source, "the header length");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.MaximumLength)
        {
            throw new InvalidDataException($"{source}: expected a header of at most {SafetensorsHeader.MaximumLength} bytes, but got a header length of {headerLength}.");
        }

        remaining -= prefix.Length;
        if (remaining < (long)headerLength)
        {
            throw new InvalidDataException($"{source}: expected a header of {headerLength} bytes, but got {remaining} bytes; the file is truncated.");
        }

        var header = SafetensorsHeader.Parse(Read(stream, (int)headerLength, remaining is not null, source, "the header"), source);
        remaining -= (long)headerLength;
        if (remaining is { } found && found != header.DataLength)
        {
            var how = found < header.DataLength ? "the file is truncated" : "bytes are left over";
            throw new InvalidDataException($"{source}: expected {header.DataLength} bytes of data after the header, but got {found}; {how}.");
        }

        var tensors = new SafetensorsTensor[header.Entries.Count];
        foreach (var index in header.DataOrder)
        {
            var entry = header.Entries[index];
            var data = Read(stream, entry.End - entry.Begin, remaining is not null, source, $"tensor {SafetensorsHeader.Quote(entry.Name)}");
            tensors[index] = new SafetensorsTensor(source, entry.Name, entry.DataType, entry.Shape, data);
        }

        if (stream.ReadByte() >= 0)
        {
            throw new InvalidDataException($"{source}: expected {header.DataLength} bytes of data after the header, but got more; bytes are left over.");
        }

        return new SafetensorsFile(source, header, tensors);
    }

    private static byte[] Read(Stream stream, long count, bool held, string source, string what)
    {
        if (count > Array.MaxLength)
        {
            throw new InvalidDataException($"{source}: {what}: expected at most {Array.MaxLength} bytes, but got {count}.");
        }

        var buffer = new byte[held ? count : Math.Min(count, FirstBufferLength)];
        var filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            if (filled < buffer.Length)
            {
                throw new InvalidDataException($"{source}: {what}: expected {count} bytes, but got {filled}; the file is truncated.");
            }

            if (filled == count)
            {
                return buffer;
            }

            Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, count));
        }
    }
}
