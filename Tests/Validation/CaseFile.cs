using Native.Models;

namespace Native.Tests;

/// <summary>Writes small cases of the gather system to temporary files, right unless told otherwise.</summary>
internal static class CaseFile
{
    /// <summary>A case: rows 1 and 0 of <c>x = [[1, 2], [3, 4]]</c>, gathered, with cotangent 1.</summary>
    /// <param name="change">Adds metadata or tensors of its own.</param>
    /// <param name="output">What the file claims the output to be.</param>
    /// <param name="system">What the file claims its system to be.</param>
    /// <param name="gradient">Whether the file has the gradient.</param>
    /// <param name="format">What the file claims its format to be.</param>
    /// <returns>The path of the file, in a folder of its own.</returns>
    public static string Write(Action<SafetensorsWriter> change, double[]? output = null, string system = "gather", bool gradient = true, string format = "native-case/1")
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", format);
        writer.AddMetadata("system", system);
        writer.AddMetadata("name", "written");
        writer.AddMetadata("nodes", "2");
        writer.Add<double>("input/x", [2, 2], [1, 2, 3, 4]);
        writer.Add<long>("input/index", [2], [1, 0]);
        writer.Add<double>("output/out", [2, 2], output ?? [3, 4, 1, 2]);
        writer.Add<double>("cotangent/out", [2, 2], [1, 1, 1, 1]);
        if (gradient)
        {
            writer.Add<double>("grad/x", [2, 2], [1, 1, 1, 1]);
        }

        change(writer);
        var folder = Directory.CreateTempSubdirectory("native-case-").FullName;
        var path = Path.Combine(folder, "written.safetensors");
        writer.Save(path);
        return path;
    }
}
