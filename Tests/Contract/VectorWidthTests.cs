using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Native.Tests;

/// <summary>Every vector width, in child processes of this program whose runtime is told to leave the wider instructions alone.</summary>
public partial class VectorWidthTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(256, "DOTNET_EnableAVX512")]
    [InlineData(128, "DOTNET_EnableAVX2")]
    [InlineData(0, "DOTNET_EnableHWIntrinsic")]
    public void KernelsMatchTheReferenceAtEveryWidth(int bits, string switchedOff)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || VectorWidthSweep.Bits <= bits)
        {
            Assert.Skip($"The vectors here have {VectorWidthSweep.Bits} bits on {RuntimeInformation.ProcessArchitecture}: there is nothing wider to switch off.");
        }

        var (code, output) = ChildProcess.Run(
            typeof(VectorWidthTests).Assembly.Location,
            ["-class", typeof(VectorWidthSweep).FullName!, "-noColor", "-noLogo"],
            Patience,
            (switchedOff, "0"),
            (VectorWidthSweep.ExpectedBits, bits.ToString(CultureInfo.InvariantCulture)));
        Assert.True(code == 0, output);
        var total = int.Parse(TotalOf().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(VectorWidthSweep.Kernels.Count + 1, total);
    }

    [GeneratedRegex(@"Total: (\d+)")]
    private static partial Regex TotalOf();
}
