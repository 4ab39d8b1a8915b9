using System.Text.Json;

namespace Native.Tests;

/// <summary>The commands of the built program, run to their end: exit codes, and the JSON they promise.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("native-bench").FullName;

    [Fact]
    public void TheTourLearnsAndReports()
    {
        var report = Path.Combine(_folder, "report");
        var tour = Run("--seeds", "1", "--device", "cpu", "--report", report);
        Assert.Equal(["device", "seconds", "self_check", "digits", "inference", "figures"], Names(tour));
        Assert.Equal("cpu", tour.GetProperty("device").GetString());
        Assert.True(tour.GetProperty("self_check").GetProperty("passed").GetBoolean());

        var digits = tour.GetProperty("digits");
        Assert.Equal(["graph_network", "mlp", "label_propagation"], Names(digits));
        Assert.All(digits.EnumerateObject(), method =>
        {
            Assert.Equal(["mean", "spread", "seeds"], Names(method.Value));
            Assert.Equal(method.Value.GetProperty("mean").GetDouble(), method.Value.GetProperty("seeds")[0].GetDouble());
        });
        Assert.True(Mean(digits, "graph_network") >= Mean(digits, "mlp") + 4, digits.ToString());
        Assert.InRange(Mean(digits, "label_propagation"), 85, 100);

        var page = File.ReadAllText(Path.Combine(report, "index.html"));
        var figures = tour.GetProperty("figures").EnumerateArray().Select(figure => figure.GetString()!).ToList();
        var inferred = tour.GetProperty("inference").EnumerateArray().ToList();
        Assert.Equal(["mixture", "pca", "topics", "chain", "ising", "ldpc"], inferred.Select(experiment => experiment.GetProperty("name").GetString()));
        Assert.Equal(5 + inferred.Sum(experiment => experiment.GetProperty("figures").GetArrayLength()), figures.Count);
        Assert.All(figures, figure =>
        {
            var bytes = File.ReadAllBytes(figure);
            Assert.True(bytes.AsSpan().StartsWith(figure.EndsWith(".svg", StringComparison.Ordinal) ? "<svg"u8 : [0x89, (byte)'P', (byte)'N', (byte)'G']), figure);
            Assert.Contains(Convert.ToBase64String(bytes), page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void AnExperimentWritesItsNumbersAndItsPage()
    {
        var report = Path.Combine(_folder, "run");
        var result = Run("run", "topics", "--quick", "--threads", "1", "--report", report);
        Assert.Equal(["name", "columns", "rows", "note", "figures", "row_names", "words"], Names(result));
        Assert.Equal(result.GetProperty("columns").GetArrayLength(), result.GetProperty("rows")[0].GetArrayLength());
        Assert.Equal(12, result.GetProperty("words").GetProperty("rows").GetArrayLength());

        var page = File.ReadAllText(Path.Combine(report, "topics.html"));
        Assert.All(result.GetProperty("figures").EnumerateArray(), figure => Assert.Contains(Convert.ToBase64String(File.ReadAllBytes(figure.GetProperty("path").GetString()!)), page, StringComparison.Ordinal));
        Assert.Contains("data:image/svg+xml;base64,", page, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(report, "topics-graph.dot")));
    }

    [Fact]
    public void DevicesAreListedWithOneDefault()
    {
        var devices = Run("devices");
        Assert.Equal(["reference", "cpu", "simulator", "opencl", "cuda"], devices.EnumerateArray().Select(device => device.GetProperty("name").GetString()));
        var chosen = Assert.Single(devices.EnumerateArray(), device => device.GetProperty("default").GetBoolean());
        Assert.True(chosen.GetProperty("available").GetBoolean());
    }

    [Fact]
    public void RooflineMeasuresEveryLimit()
    {
        var measurements = Run("roofline", "--threads", "1").GetProperty("measurements");
        Assert.Equal(
            ["fma float", "fma double", "l2 read", "l2 triad", "l3 read", "l3 triad", "dram read", "dram triad"],
            measurements.EnumerateArray().Select(m => $"{m.GetProperty("limit").GetString()} {m.GetProperty("what").GetString()}"));
        Assert.All(measurements.EnumerateArray(), m => Assert.True(m.GetProperty("value").GetDouble() > 0));
    }

    [Fact]
    public void CompareWritesARowForEveryPeer()
    {
        var report = Path.Combine(_folder, "compare");
        var table = Path.Combine(_folder, "performance.md");
        var rows = Run("compare", "--filter", "gather", "--shape", "n16000 e800000 f16", "--quick", "--threads", "1", "--device", "cpu", "--report", report, "--markdown", table);
        Assert.All(rows.EnumerateArray(), row =>
        {
            Assert.Equal(("gather", "n16000 e800000 f16", 1), (row.GetProperty("kernel").GetString(), row.GetProperty("shape").GetString(), row.GetProperty("threads").GetInt32()));
            Assert.Equal(
                row.GetProperty("peer_milliseconds").GetDouble() / row.GetProperty("milliseconds").GetDouble(), row.GetProperty("speedup").GetDouble(), 9);
            Assert.True(row.GetProperty("peak_bytes").GetInt64() >= 800_000 * 16 * sizeof(float));
        });
        Assert.All(
            (string[])["float plain loop", "double plain loop"],
            peer => Assert.Contains(peer, rows.EnumerateArray().Select(row => $"{row.GetProperty("precision").GetString()} {row.GetProperty("peer").GetString()}")));
        Assert.Contains("| gather | n16000 e800000 f16, random order | double | 1 |", File.ReadAllText(table), StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(File.ReadAllBytes(Path.Combine(report, "messages.png"))), File.ReadAllText(Path.Combine(report, "index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void ComparesThreadsWithOne()
    {
        var rows = Run("compare", "--filter", "gather", "--shape", "n16000 e800000 f16", "--precision", "float", "--quick", "--scaling", "--threads", "2", "--device", "cpu").EnumerateArray().ToList();
        Assert.Equal([1, 2], rows.Select(row => row.GetProperty("threads").GetInt32()).Distinct());
        Assert.All(rows, row =>
        {
            Assert.Equal("float", row.GetProperty("precision").GetString());
            Assert.Equal(row.GetProperty("threads").GetInt32() == 2, row.TryGetProperty("scaling", out _));
        });
    }

    [Theory]
    [InlineData("--scaling", "--scaling", "--threads", "1")]
    [InlineData("--scaling", "--scaling", "--threads", "2", "--device", "reference")]
    [InlineData("--precision", "--precision", "half")]
    [InlineData("--markdown", "--markdown")]
    [InlineData("--markdown", "--markdown", ".")]
    [InlineData("--report", "--report", "Native.Bench.dll")]
    [InlineData("--quick", "--quick", "--precision", "double")]
    [InlineData("--main", "--main", "--precision", "double")]
    public void CompareNamesTheOptionThatIsWrong(string option, params string[] arguments)
    {
        var (code, output) = BenchRun.Run(["compare", "--filter", "gather", .. arguments]);
        Assert.Equal(1, code);
        Assert.Single(output.Split('\n'), line => line.Contains(option, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void CompareNamesItsKernelsWhenNoneMatches()
    {
        var (code, output) = BenchRun.Run("compare", "--filter", "no such kernel");
        Assert.NotEqual(0, code);
        Assert.All((string[])["gemm", "linear-relu-forward-backward", "aggregate-sum", "segment-sum", "segment-softmax", "scatter-add", "gather", "message-passing-step"], kernel => Assert.Contains(kernel, output, StringComparison.Ordinal));
    }

    [Fact]
    public void KernelsListsABenchmarkForEveryKernel()
    {
        var (code, output) = BenchRun.Run("kernels");
        Assert.Equal(0, code);
        Assert.All((string[])["Gather", "Aggregate", "AggregateCombined", "MatrixProduct", "Linear", "Adam"], kernel => Assert.Contains($"{kernel}Benchmark", output, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Mean(JsonElement digits, string method) => digits.GetProperty(method).GetProperty("mean").GetDouble();

    private static List<string> Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private JsonElement Run(params string[] arguments)
    {
        var json = Path.Combine(_folder, "result.json");
        var (code, output) = BenchRun.Run([.. arguments, "--json", json]);
        Assert.True(code == 0, output);
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        return document.RootElement.Clone();
    }
}
