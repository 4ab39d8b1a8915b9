using System.Text.Json;

namespace Native.Tests;

/// <summary><c>validate</c> of the built program: exit codes, messages, JSON.</summary>
public class ValidateCommandTests
{
    private static readonly string[] Fields = ["file", "system", "name", "precision", "status", "worst_tensor", "error", "tolerance"];

    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void FoldersOfCasesPassAndAreWrittenAsJson(string device)
    {
        var json = Path.Combine(Directory.CreateTempSubdirectory("native-json-").FullName, "new", "validation.json");
        var (code, output) = BenchRun.Run("validate", CasePaths.Folder("gather"), CasePaths.Folder("layer_norm"), "--device", device, "--threads", "2", "--json", json);
        Assert.True(code == 0, output);
        Assert.Contains("11 passed, 0 failed, 0 not supported, 6 files", output, StringComparison.Ordinal);

        using var document = JsonDocument.Parse(File.ReadAllText(json));
        var rows = document.RootElement.EnumerateArray().ToList();
        Assert.Equal(11, rows.Count);
        foreach (var row in rows)
        {
            Assert.Equal(Fields, row.EnumerateObject().Select(property => property.Name));
            Assert.True(File.Exists(row.GetProperty("file").GetString()));
            Assert.Contains(row.GetProperty("system").GetString(), (string[])["gather", "layer_norm"]);
            Assert.Contains(row.GetProperty("precision").GetString(), (string[])["float", "double"]);
            Assert.Equal("passed", row.GetProperty("status").GetString());
            Assert.Matches("^(output|grad)/", row.GetProperty("worst_tensor").GetString());
            Assert.True(row.GetProperty("error").GetDouble() <= row.GetProperty("tolerance").GetDouble());
        }

        Assert.Single(rows, row => row.GetProperty("name").GetString() == "width_one");
    }

    [Fact]
    public void UnsupportedSystemsFailUnlessAllowed()
    {
        var path = CaseFile.Write(writer => { }, system: "telepathy");
        var json = Path.ChangeExtension(path, ".json");
        var (code, output) = BenchRun.Run("validate", path, "--device", "reference", "--json", json);
        Assert.Equal(1, code);
        Assert.Contains("telepathy", output, StringComparison.Ordinal);
        using (var document = JsonDocument.Parse(File.ReadAllText(json)))
        {
            Assert.Equal(["unsupported", "unsupported"], document.RootElement.EnumerateArray().Select(row => row.GetProperty("status").GetString()));
        }

        Assert.Equal(0, BenchRun.Run("validate", path, CasePaths.Folder("gather"), "--device", "reference", "--allow-unsupported").Code);
    }

    [Fact]
    public void AWrongCaseFailsAndNamesTheTensor()
    {
        var path = CaseFile.Write(writer => { }, output: [3, 4, 1, 2.5]);
        var (code, output) = BenchRun.Run("validate", path, "--device", "reference", "--allow-unsupported");
        Assert.Equal(1, code);
        Assert.Contains("failed", output, StringComparison.Ordinal);
        Assert.Contains("output/out", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ACorruptFileIsNamedAndTheOthersStillRun()
    {
        var corrupt = CaseFile.Write(writer => { });
        File.WriteAllBytes(corrupt, File.ReadAllBytes(corrupt)[..50]);
        var right = CaseFile.Write(writer => { });
        var json = Path.ChangeExtension(corrupt, ".json");
        var (code, output) = BenchRun.Run("validate", corrupt, right, "--device", "reference", "--json", json);
        Assert.Equal(1, code);
        Assert.Contains(corrupt, output, StringComparison.Ordinal);
        Assert.Contains("2 passed, 1 failed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(["failed", "passed", "passed"], document.RootElement.EnumerateArray().Select(row => row.GetProperty("status").GetString()));
    }

    [Fact]
    public void MissingPathsAndEmptyFoldersAreErrors()
    {
        var empty = Directory.CreateTempSubdirectory("native-empty-").FullName;
        var (code, output) = BenchRun.Run("validate", empty, "/nowhere/at/all", "--device", "reference");
        Assert.Equal(1, code);
        Assert.Contains($"'{empty}' holds no case", output, StringComparison.Ordinal);
        Assert.Contains("'/nowhere/at/all' does not exist", output, StringComparison.Ordinal);
        Assert.NotEqual(0, BenchRun.Run("validate").Code);
    }
}
