using Native.Bench;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>The runner of reference cases finds what is wrong in a file or a result.</summary>
public class CaseRunnerTests
{
    [Fact]
    public void ARightCasePassesInBothPrecisions()
    {
        Assert.Equal([("float", CaseStatus.Passed), ("double", CaseStatus.Passed)], Run(CaseFile.Write(writer => { })).Select(result => (result.Precision, result.Status)));
        Assert.Equal(["double"], Run(CaseFile.Write(writer => writer.AddMetadata("precision", "Double"))).Select(result => result.Precision));
    }

    [Fact]
    public void AWrongOutputFailsWithItsNameAndError()
    {
        foreach (var result in Run(CaseFile.Write(writer => { }, output: [3, 4, 1, 2.01])))
        {
            Assert.Equal((CaseStatus.Failed, "output/out"), (result.Status, result.WorstTensor));
            Assert.Equal(0.01 / 4, result.Error!.Value, 1e-7);
        }
    }

    [Fact]
    public void ATensorThatNobodyProducesFailsByName()
    {
        foreach (var name in (string[])["output/other", "grad/other"])
        {
            foreach (var result in Run(CaseFile.Write(writer => writer.Add<double>(name, [1], [0]))))
            {
                Assert.Equal((CaseStatus.Failed, name, null), (result.Status, result.WorstTensor, result.Error));
                Assert.Contains("not produced", result.Reason, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void AnUnknownSystemIsUnsupported() =>
        Assert.All(Run(CaseFile.Write(writer => { }, system: "telepathy")), result => Assert.Equal((CaseStatus.Unsupported, "telepathy"), (result.Status, result.System)));

    [Fact]
    public void FilesThatAreNoCasesFailWithTheReason()
    {
        var truncated = CaseFile.Write(writer => { });
        File.WriteAllBytes(truncated, File.ReadAllBytes(truncated)[..^9]);
        AssertUnreadable(truncated, "truncated");
        AssertUnreadable(CaseFile.Write(writer => { }, format: "native-case/9"), "native-case/9");
        AssertUnreadable(CaseFile.Write(writer => writer.AddMetadata("tolerance", "small")), "tolerance");
        AssertUnreadable(CaseFile.Write(writer => writer.AddMetadata("precision", "Half")), "Half");

        static void AssertUnreadable(string path, string reason)
        {
            var result = Assert.Single(Run(path));
            Assert.Equal((path, null, null, CaseStatus.Failed), (result.File, result.System, result.Precision, result.Status));
            Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ACaseWithoutAnInputFailsWithItsName()
    {
        var path = CaseFile.Write(writer => { }, system: "scatter_add");
        Assert.All(Run(path), result => Assert.Contains("input/v", result.Reason, StringComparison.Ordinal));
    }

    private static List<CaseResult> Run(string path)
    {
        using var device = new ReferenceDevice();
        return [.. CaseRunner.Run(path, device)];
    }
}
