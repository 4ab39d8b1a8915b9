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
        if (path is null)
        {
            return;
        }

        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new IOException($"--json expects a file, but '{path}' is a directory.");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--json: the folder of '{path}' cannot be made: {exception.Message}", exception);
        }
    }

    /// <summary>Writes <paramref name="value"/> beside the file and renames it into place, so that a reader never sees half of it.</summary>
    public static void Write<T>(string? path, T value, JsonTypeInfo<T> type)
    {
        if (path is null)
        {
            return;
        }

        Prepare(path);
        var full = Path.GetFullPath(path);
        var beside = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = File.Create(beside))
            {
                JsonSerializer.Serialize(stream, value, type);
                stream.Write("\n"u8);
            }

            File.Move(beside, full, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
