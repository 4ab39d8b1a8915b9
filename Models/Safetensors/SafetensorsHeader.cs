using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Native.Models;

/// <summary>The JSON header of a safetensors file: metadata, and type, shape and place of every tensor.</summary>
/// <remarks>
/// Everything the header says is checked here against the rules of the format, without touching the data: after
/// <see cref="Parse"/>, the tensors in the order of their offsets fill the first <see cref="DataLength"/> bytes of the
/// data exactly, and the size of each is that of its type and shape.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header the format allows, in bytes.</summary>
    internal const int MaximumLength = 100_000_000;

    /// <summary>The most dimensions a tensor may have; frameworks stop at 64 as well.</summary>
    internal const int MaximumRank = 64;

    internal const string MetadataKey = "__metadata__";

    private static readonly string[] DataTypeNames = Enum.GetNames<SafetensorsDataType>();

    private readonly string _source;

    private SafetensorsHeader(string source)
    {
        _source = source;
    }

    internal readonly record struct Entry(string Name, SafetensorsDataType DataType, long[] Shape, long Begin, long End);

    internal Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors as the header lists them.</summary>
    internal List<Entry> Entries { get; } = [];

    /// <summary>The indices of <see cref="Entries"/> in the order in which the data holds them.</summary>
    internal int[] DataOrder { get; private set; } = [];

    internal long DataLength { get; private set; }

    /// <summary>Reads a header of at most <see cref="MaximumLength"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format.</exception>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string source)
    {
        var header = new SafetensorsHeader(source);
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw header.Error($"expected the header to start with '{{', but got {(json.IsEmpty ? "an empty header" : $"byte 0x{json[0]:X2}")}");
        }

        if (!Utf8.IsValid(json))
        {
            throw header.Error("expected the header to be UTF-8, but got invalid bytes");
        }

        try
        {
            header.ReadObject(json);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{source}: the header is not valid JSON: {Clean(exception.Message)}", exception);
        }

        header.PlaceData();
        return header;
    }

    /// <summary>A name in quotes for a message: control characters, which a hostile file could aim at a terminal, are replaced, long names cut.</summary>
    internal static string Quote(string name) => $"'{Clean(name)}'";

    private static string Clean(string text)
    {
        const int Longest = 200;
        var result = new StringBuilder(Math.Min(text.Length, Longest) + 1);
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            result.Append(char.IsControl(character) ? '\uFFFD' : character);
        }

        return (text.Length > Longest ? result.Append('…') : result).ToString();
    }

    private static string Found(ref Utf8JsonReader reader)
    {
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.EndObject => "the end of the object",
            JsonTokenType.EndArray => "the end of the array",
            JsonTokenType.String or JsonTokenType.PropertyName => Clean($"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\""),
            _ => Clean(Encoding.UTF8.GetString(reader.ValueSpan)),
        };
    }

    private InvalidDataException Error(string message) => new($"{_source}: {message}.");

    private InvalidDataException Error(string tensor, string message) => new($"{_source}: tensor {Quote(tensor)}: {message}.");

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var names = new HashSet<string>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadString(ref reader);
            if (!names.Add(name))
            {
                throw Error($"the header names {Quote(name)} twice");
            }

            reader.Read();
            if (name == MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                Entries.Add(ReadTensor(ref reader, name));
            }
        }

        // Only white space may follow, and the reader itself refuses anything else.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Error($"expected {MetadataKey} to be an object of strings, but got {Found(ref reader)}");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = ReadString(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Error($"{MetadataKey}: expected {Quote(key)} to be a string, but got {Found(ref reader)}");
            }

            if (!Metadata.TryAdd(key, ReadString(ref reader)))
            {
                throw Error($"{MetadataKey} names {Quote(key)} twice");
            }
        }
    }

    private Entry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Error(name, $"expected an object with dtype, shape and data_offsets, but got {Found(ref reader)}");
        }

        SafetensorsDataType? dataType = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = ReadString(ref reader);
            reader.Read();
            var repeated = key switch
            {
                "dtype" => dataType is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw Error(name, $"expected dtype, shape and data_offsets, but got {Quote(key)}"),
            };
            if (repeated)
            {
                throw Error(name, $"{key} is given twice");
            }

            switch (key)
            {
                case "dtype":
                    dataType = ReadDataType(ref reader, name);
                    break;
                case "shape":
                    shape = ReadIntegers(ref reader, name, key, MaximumRank);
                    break;
                default:
                    offsets = ReadIntegers(ref reader, name, key, 2);
                    break;
            }
        }

        if (dataType is null || shape is null || offsets is null)
        {
            throw Error(name, $"{(dataType is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        }

        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Error(name, $"expected data_offsets to be a begin and an end not before it, but got [{string.Join(", ", offsets)}]");
        }

        var size = ByteCount(name, dataType.Value, shape);
        if (offsets[1] - offsets[0] != size)
        {
            throw Error(name, $"expected {size} bytes for {dataType} [{string.Join(", ", shape)}], but got data_offsets [{offsets[0]}, {offsets[1]}], {offsets[1] - offsets[0]} bytes");
        }

        return new Entry(name, dataType.Value, shape, offsets[0], offsets[1]);
    }

    private SafetensorsDataType ReadDataType(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            for (var type = 0; type < DataTypeNames.Length; type++)
            {
                if (reader.ValueTextEquals(DataTypeNames[type]))
                {
                    return (SafetensorsDataType)type;
                }
            }
        }

        throw Error(name, $"expected dtype {string.Join(", ", DataTypeNames)}, but got {Found(ref reader)}");
    }

    private long[] ReadIntegers(ref Utf8JsonReader reader, string name, string key, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Error(name, $"expected {key} to be an array of integers, but got {Found(ref reader)}");
        }

        var result = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
            {
                throw Error(name, $"expected {key} to hold integers from 0 to {long.MaxValue}, but got {Found(ref reader)}");
            }

            if (result.Count == most)
            {
                throw Error(name, $"expected {key} to hold at most {most} integers, but got more");
            }

            result.Add(value);
        }

        return [.. result];
    }

    private long ByteCount(string name, SafetensorsDataType dataType, long[] shape)
    {
        // Zeros are left out of the product, so that an overflow is found whatever the order of the dimensions.
        long bytes = SafetensorsElements.ByteSize(dataType);
        foreach (var dimension in shape)
        {
            if (dimension > long.MaxValue / bytes)
            {
                throw Error(name, $"the size of {dataType} [{string.Join(", ", shape)}] exceeds {long.MaxValue} bytes");
            }

            bytes *= Math.Max(dimension, 1);
        }

        return shape.Contains(0) ? 0 : bytes;
    }

    private string ReadString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // An escaped surrogate without its partner.
            throw new InvalidDataException($"{_source}: expected strings of Unicode text in the header, but got {Found(ref reader)}.", exception);
        }
    }

    private void PlaceData()
    {
        DataOrder = [.. Enumerable.Range(0, Entries.Count).OrderBy(i => Entries[i].Begin).ThenBy(i => Entries[i].End)];
        string? previous = null;
        foreach (var index in DataOrder)
        {
            var entry = Entries[index];
            if (entry.Begin != DataLength)
            {
                var found = entry.Begin < DataLength ? $"overlapping {Quote(previous!)}" : "leaving a hole before it";
                throw Error(entry.Name, $"expected its data to begin at offset {DataLength}, but got {entry.Begin}, {found}");
            }

            DataLength = entry.End;
            previous = entry.Name;
        }
    }
}
