using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Native.Models;

/// <summary>Collects tensors and metadata and writes them as a safetensors file.</summary>
/// <remarks>
/// Equal contents give equal files, in whatever order they were added: metadata is sorted by key, tensors by
/// <see cref="SafetensorsDataType"/>, the last declared first, then by name, as the format's own library does. The header is
/// padded with spaces to a multiple of 8 bytes, so that every tensor is aligned to its element size.
/// </remarks>
public sealed class SafetensorsWriter
{
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _entries = [];

    private readonly record struct Entry(SafetensorsDataType DataType, long[] Shape, byte[] Data);

    /// <summary>Adds a string to the metadata.</summary>
    /// <param name="key">Its key; well-formed Unicode, not yet added.</param>
    /// <param name="value">The string; well-formed Unicode.</param>
    /// <exception cref="ArgumentException">The key was added before, or key or value has an unpaired surrogate.</exception>
    public void AddMetadata(string key, string value)
    {
        RequireText(key, nameof(key));
        RequireText(value, nameof(value));
        if (!_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"The metadata already holds {SafetensorsHeader.Quote(key)}.", nameof(key));
        }
    }

    /// <summary>Adds a copy of a tensor, in the element type of <typeparamref name="T"/>: F32, F64, I32 or I64.</summary>
    /// <typeparam name="T"><c>float</c>, <c>double</c>, <c>int</c> or <c>long</c>.</typeparam>
    /// <param name="name">Its name; well-formed Unicode, not yet added, not <c>__metadata__</c>.</param>
    /// <param name="shape">Its dimensions, the slowest first; empty for a scalar; at most 64.</param>
    /// <param name="values">Its elements, row-major; as many as the product of <paramref name="shape"/>.</param>
    /// <exception cref="ArgumentException">An argument is not as described.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the four types.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> shape, ReadOnlySpan<T> values) where T : unmanaged, INumberBase<T>
    {
        Add(name, shape, values, SafetensorsElements.TypeOf<T>());
    }

    /// <summary>
    /// Adds a copy of a tensor in the given element type. Floating-point values are rounded to the nearest, ties to even; NaN
    /// and infinities stay what they are. Integers are written only as the type that is theirs.
    /// </summary>
    /// <typeparam name="T"><c>float</c>, <c>double</c>, <c>int</c> or <c>long</c>.</typeparam>
    /// <param name="name">Its name; well-formed Unicode, not yet added, not <c>__metadata__</c>.</param>
    /// <param name="shape">Its dimensions, the slowest first; empty for a scalar; at most 64.</param>
    /// <param name="values">Its elements, row-major; as many as the product of <paramref name="shape"/>.</param>
    /// <param name="dataType">The element type in the file.</param>
    /// <exception cref="ArgumentException">
    /// An argument is not as described, a finite value is outside the range of <paramref name="dataType"/>, or
    /// <paramref name="dataType"/> is an integer type other than that of <typeparamref name="T"/>.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the four types.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> shape, ReadOnlySpan<T> values, SafetensorsDataType dataType)
        where T : unmanaged, INumberBase<T>
    {
        var own = SafetensorsElements.TypeOf<T>();
        SafetensorsElements.RequireLittleEndian();
        RequireText(name, nameof(name));
        if (name == SafetensorsHeader.MetadataKey || _entries.ContainsKey(name))
        {
            throw new ArgumentException(
                $"Expected a new name other than {SafetensorsHeader.MetadataKey}, but got {SafetensorsHeader.Quote(name)}.", nameof(name));
        }

        RequireShape(shape, values.Length);
        if (dataType != own && (SafetensorsElements.IsInteger(own) || SafetensorsElements.IsInteger(dataType)))
        {
            throw new ArgumentException($"Tensor {SafetensorsHeader.Quote(name)}: {typeof(T).Name} values cannot be written as {dataType}.", nameof(dataType));
        }

        var size = (long)values.Length * SafetensorsElements.ByteSize(dataType);
        if (size > Array.MaxLength)
        {
            throw new ArgumentException($"Tensor {SafetensorsHeader.Quote(name)}: expected at most {Array.MaxLength} bytes, but got {size}.", nameof(values));
        }

        var data = new byte[size];
        var outside = SafetensorsElements.Encode(values, dataType, data);
        if (outside >= 0)
        {
            throw new ArgumentException(
                $"Tensor {SafetensorsHeader.Quote(name)}: element {outside} is {values[outside].ToString("R", CultureInfo.InvariantCulture)}, outside the range of {dataType}.", nameof(values));
        }

        _entries.Add(name, new Entry(dataType, shape.ToArray(), data));
    }

    /// <summary>
    /// Writes the file. It is written beside <paramref name="path"/> first and then renamed, so that a reader finds either the
    /// old file or the whole new one, and a failure leaves the old one in place.
    /// </summary>
    /// <param name="path">The path of the file; an existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The names, shapes and metadata need more than 100,000,000 bytes.</exception>
    public void Save(string path)
    {
        var temporary = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                Save(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes the file to a stream, from its position on; the stream stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="InvalidOperationException">The names, shapes and metadata need more than 100,000,000 bytes.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        KeyValuePair<string, Entry>[] ordered =
            [.. _entries.OrderByDescending(pair => pair.Value.DataType).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        var header = Header(ordered);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, entry) in ordered)
        {
            stream.Write(entry.Data);
        }
    }

    private static void RequireText(string text, string argument)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw new ArgumentException($"Expected well-formed Unicode, but got an unpaired surrogate at index {i} of {SafetensorsHeader.Quote(text)}.", argument);
            }
        }
    }

    private static void RequireShape(ReadOnlySpan<long> shape, int length)
    {
        var text = string.Join(", ", shape.ToArray());
        if (shape.Length > SafetensorsHeader.MaximumRank)
        {
            throw new ArgumentException($"Expected at most {SafetensorsHeader.MaximumRank} dimensions, but got {shape.Length}.", nameof(shape));
        }

        // Like the reader, the product leaves zeros out, so that no file is written that the reader would refuse.
        var limit = long.MaxValue / sizeof(double);
        long count = 1;
        var empty = false;
        foreach (var dimension in shape)
        {
            if (dimension < 0 || dimension > limit / count)
            {
                throw new ArgumentException($"Expected dimensions that are not negative and whose product is at most {limit}, but got [{text}].", nameof(shape));
            }

            count *= Math.Max(dimension, 1);
            empty |= dimension == 0;
        }

        count = empty ? 0 : count;
        if (count != length)
        {
            throw new ArgumentException($"Expected {count} values for shape [{text}], but got {length}.", nameof(shape));
        }
    }

    private byte[] Header(KeyValuePair<string, Entry>[] ordered)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in _metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long begin = 0;
            foreach (var (name, entry) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", entry.DataType.ToString());
                json.WriteStartArray("shape");
                foreach (var dimension in entry.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin + entry.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
                begin += entry.Data.Length;
            }

            json.WriteEndObject();
        }

        var header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        if (header.Length > SafetensorsHeader.MaximumLength)
        {
            throw new InvalidOperationException($"Expected a header of at most {SafetensorsHeader.MaximumLength} bytes, but got {header.Length}.");
        }

        buffer.WrittenSpan.CopyTo(header);
        header.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return header;
    }
}
