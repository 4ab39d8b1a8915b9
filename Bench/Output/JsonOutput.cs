using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Native.Bench;

/// <summary>Writes the file of <c>--json</c>: whole or not at all.</summary>
internal static class JsonOutput
{
    /// <summary>Fails early when the file could not be written later: makes its directory and checks the path.</summary>
    /// <exception cref="IOException">The path is a directory, or its directory cannot be made.</exception>
    public static void Prepare(string? path)
    {
        if (path is not null)
        {
            OutputFile.Prepare("--json", path);
        }
    }

    /// <summary>Writes <paramref name="value"/>.</summary>
    public static void Write<T>(string? path, T value, JsonTypeInfo<T> type)
    {
        if (path is null)
        {
            return;
        }

        Prepare(path);
        OutputFile.Write(path, stream =>
        {
            JsonSerializer.Serialize(stream, value, type);
            stream.Write("\n"u8);
        });
    }
}
