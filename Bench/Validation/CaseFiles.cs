namespace Native.Bench;

/// <summary>Finds the case files behind the paths of a command line.</summary>
internal static class CaseFiles
{
    private const string Pattern = "*.safetensors";

    /// <summary>Every file given, and every case file in and under every folder given, in the order of the paths and sorted within a folder; each file once.</summary>
    /// <exception cref="BenchException">Paths that do not exist, or folders without a case: all of them are named.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths)
    {
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var errors = new List<string>();
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                Add(path);
            }
            else if (Directory.Exists(path))
            {
                var found = Directory.GetFiles(path, Pattern, SearchOption.AllDirectories);
                Array.Sort(found, StringComparer.Ordinal);
                if (found.Length == 0)
                {
                    errors.Add($"'{path}' holds no case ({Pattern})");
                }

                Array.ForEach(found, Add);
            }
            else
            {
                errors.Add($"'{path}' does not exist");
            }
        }

        return errors.Count == 0 ? files : throw new BenchException($"validate: {string.Join("; ", errors)}.");

        void Add(string file)
        {
            if (seen.Add(Path.GetFullPath(file)))
            {
                files.Add(file);
            }
        }
    }
}
