namespace Native.Bench;

/// <summary>Files that are written whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Fails early when a file could not be written later: makes its folder and checks the path.</summary>
    /// <param name="option">The option that names the file.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The path is a folder, or its folder cannot be made.</exception>
    public static void Prepare(string option, string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new IOException($"{option} expects a file, but '{path}' is a directory.");
        }

        MakeFolder(option, path, Path.GetDirectoryName(full)!);
    }

    /// <summary>Fails early when a folder cannot be made.</summary>
    /// <param name="option">The option that names the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The path is a file, or cannot be made.</exception>
    public static void PrepareFolder(string option, string folder)
    {
        if (File.Exists(folder))
        {
            throw new IOException($"{option} expects a folder, but '{folder}' is a file.");
        }

        MakeFolder(option, folder, folder);
    }

    /// <summary>Writes beside the file and renames into place, so that a reader never sees half of it.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var beside = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = File.Create(beside))
            {
                write(stream);
            }

            File.Move(beside, full, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Writes text, the same way.</summary>
    public static void Write(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream);
        writer.Write(text);
    });

    private static void MakeFolder(string option, string path, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option}: the folder of '{path}' cannot be made: {exception.Message}", exception);
        }
    }
}
