namespace Native.Tests;

/// <summary>What the built program does with command lines that make no sense, and its help.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("validate", "Cases", "--frobnicate")]
    [InlineData("frobnicate")]
    [InlineData("run", "frobnicate")]
    [InlineData("validate", "Cases", "--device", "abacus")]
    [InlineData("validate", "Cases", "--threads", "0")]
    [InlineData("validate", "Cases", "--threads", "many")]
    [InlineData("validate", "Cases", "--json")]
    public void MistakesOnTheCommandLineAreErrors(params string[] arguments)
    {
        var (code, output) = BenchRun.Run(arguments);
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Contains(arguments.Contains("--json") ? "--json" : arguments[^1], output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownDeviceIsToldWhichThereAre()
    {
        var (_, output) = BenchRun.Run("validate", "Cases", "--device", "abacus");
        Assert.All((string[])["reference", "cpu", "simulator", "opencl", "cuda"], device => Assert.Contains(device, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("validate")]
    [InlineData("devices")]
    [InlineData("roofline")]
    [InlineData("kernels")]
    [InlineData("compare")]
    [InlineData("run")]
    public void EveryCommandHasHelpWithTheCommonOptionsAndExamples(string command)
    {
        var (code, output) = BenchRun.Run([.. command.Length == 0 ? Array.Empty<string>() : [command], "--help"]);
        Assert.Equal(0, code);
        Assert.All((string[])["--device", "--threads", "--json", "Examples:"], text => Assert.Contains(text, output, StringComparison.Ordinal));
    }
}
