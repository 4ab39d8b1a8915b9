using System.Collections;
using Native.Bench;

namespace Native.Tests;

public sealed class JsonOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("native-json").FullName;

    [Fact]
    public void WritesTheNamesOfTheContract()
    {
        var path = Path.Combine(_folder, "new", "compare.json");
        JsonOutput.Write(path, [new CompareResult("gemm", "8x8x8", "nn", "float", 1, 2, "peer", 3, 1.5, "fma", 4, 0.5, 6)], BenchJson.Default.IReadOnlyListCompareResult);
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal(
            ["kernel", "shape", "layout", "precision", "threads", "milliseconds", "peer", "peer_milliseconds", "speedup", "limit", "limit_value", "limit_fraction", "peak_bytes"],
            json.RootElement[0].EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void AFailureLeavesTheOldFileAndNothingBesideIt()
    {
        var path = Path.Combine(_folder, "compare.json");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidDataException>(() => JsonOutput.Write(path, new BrokenList(), BenchJson.Default.IReadOnlyListCompareResult));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void AFolderIsNoFile()
    {
        var exception = Assert.Throws<IOException>(() => JsonOutput.Prepare(_folder));
        Assert.Contains("--json", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class BrokenList : IReadOnlyList<CompareResult>
    {
        public int Count => 2;

        public CompareResult this[int index] => throw new InvalidDataException();

        public IEnumerator<CompareResult> GetEnumerator()
        {
            yield return new CompareResult("gemm", "8x8x8", "nn", "float", 1, 2, null, null, null, "fma", 4, 0.5, 6);
            throw new InvalidDataException();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
