using Native.Bench;

namespace Native.Tests;

public sealed class CompareMarkdownTests : IDisposable
{
    private static readonly DateTime Date = new(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory("native-markdown").FullName;

    [Fact]
    public void OnlyWhatStandsBetweenTheMarksIsReplaced()
    {
        var path = Write("# Title\n\n<!-- compare:begin all -->\nyesterday\n<!-- compare:end -->\n\nThe end.\n");
        for (var time = 0; time < 2; time++)
        {
            CompareMarkdown.Open(path, []).Write([Result("gemm", 1, 2, "OpenBLAS", 1.6)], "a machine", Date, "abc123");
            var text = File.ReadAllText(path);
            Assert.StartsWith("# Title\n\n<!-- compare:begin all -->\nMeasured on 2026-11-25 at commit abc123 with one thread on a machine.\n", text, StringComparison.Ordinal);
            Assert.EndsWith("\n<!-- compare:end -->\n\nThe end.\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain("yesterday", text, StringComparison.Ordinal);
            Assert.Contains("| kernel | size | precision | threads | ms | ± | of limit | OpenBLAS |\n|---|---|---|---:|---:|---:|---:|---:|\n", text, StringComparison.Ordinal);
            Assert.Contains("| gemm | 8x8x8, nn | float | 1 | 2.000 | 3.0 % | 50 % fma | **0.80×** (0.70–0.90) |\n", text, StringComparison.Ordinal);
        }

        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void TheMainTableHasALineForEachMainRowWithPeersAndThreadsBeside()
    {
        var path = Write("<!-- compare:begin main -->\n<!-- compare:end -->\n");
        CompareResult[] results =
        [
            Result("gemm", 1, 2, "OpenBLAS", 1.6),
            Result("gemm", 1, 2, "plain loop", 8),
            Result("gemm", 2, 1, "OpenBLAS", 3) with { Scaling = 2 },
            Result("gather", 1, 2, null, null) with { IsMain = false },
            Result("adam", 1, 2, "TorchSharp", 3),
        ];
        CompareMarkdown.Open(path, CompareCatalogue.All).Write(results, "a machine", Date, null);
        var lines = File.ReadAllLines(path);
        Assert.Contains(lines, line => line.StartsWith("Measured on 2026-11-25 at commit unknown with one thread and 2 threads", StringComparison.Ordinal));
        Assert.Equal(
            [
                "| kernel | size | ms | of limit | OpenBLAS | TorchSharp | others | on 2 threads |",
                "|---|---|---:|---:|---:|---:|---:|---:|",
                "| gemm | 8x8x8, nn | 2.000 | 50 % fma | **0.80×** | – | plain loop 4.00× | 2.00×, 50 % fma |",
                "| adam | 8x8x8, nn | 2.000 | 50 % fma | – | 1.50× | – | – |",
            ],
            lines.Where(line => line.StartsWith('|')));
    }

    [Fact]
    public void ANewFileTakesAllRows()
    {
        var path = Path.Combine(_folder, "new", "performance.md");
        CompareMarkdown.Open(path, []).Write([Result("gemm", 1, 2, null, null)], "a machine", Date, "abc123");
        Assert.Contains("### Matrix products\n", File.ReadAllText(path), StringComparison.Ordinal);
        CompareMarkdown.Open(path, []).Write([Result("gemm", 1, 3, null, null)], "a machine", Date, "abc123");
        Assert.Contains("| gemm | 8x8x8, nn | float | 1 | 3.000 |", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no marks")]
    [InlineData("<!-- compare:begin main -->")]
    [InlineData("<!-- compare:end --><!-- compare:begin all -->")]
    public void AFileWithoutMarksIsAnError(string text)
    {
        var path = Write(text);
        var exception = Assert.Throws<BenchException>(() => CompareMarkdown.Open(path, CompareCatalogue.All));
        Assert.Contains("--markdown", exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATableOfTheMainRowsDoesNotLoseRows()
    {
        var path = Write("<!-- compare:begin main -->\n<!-- compare:end -->\n");
        var exception = Assert.Throws<BenchException>(() => CompareMarkdown.Open(path, [.. CompareCatalogue.All.Where(entry => entry.Kernel != "gemm")]));
        Assert.Contains("gemm 512x512x512", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CompareResult Result(string kernel, int threads, double milliseconds, string? peer, double? peerMilliseconds) =>
        new(kernel, "8x8x8", "nn", "float", threads, milliseconds, peer, peerMilliseconds, peerMilliseconds / milliseconds, "fma", 4, 0.5, 6)
        {
            Spread = 0.03,
            SpeedupLow = peerMilliseconds / milliseconds - 0.1,
            SpeedupHigh = peerMilliseconds / milliseconds + 0.1,
            IsMain = true,
        };

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "document.md");
        File.WriteAllText(path, text);
        return path;
    }
}
