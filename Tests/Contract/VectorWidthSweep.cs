using System.Runtime.Intrinsics;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>A compact sweep over every kernel, run with the vectors of this process; <see cref="VectorWidthTests"/> runs it with each narrower width.</summary>
public class VectorWidthSweep
{
    /// <summary>The environment variable with the width that a child process must find.</summary>
    public const string ExpectedBits = "NATIVE_TESTS_VECTOR_BITS";

    /// <summary>The widest accelerated vector, in bits; 0 for none.</summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>Every kernel, in parts.</summary>
    public static TheoryData<string> Kernels => [.. KernelCatalogue.All.Select(call => call.Kernel).Distinct()];

    [Fact]
    public void TheWidthIsTheOneAskedFor()
    {
        if (Environment.GetEnvironmentVariable(ExpectedBits) is { } expected)
        {
            Assert.Equal(expected, $"{Bits}");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatchesTheReference(string kernel)
    {
        using var device = new CpuDevice(2);
        foreach (var call in KernelCatalogue.All.Where(call => call.Kernel == kernel))
        {
            foreach (var features in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33, 48, 63, 65, 130])
            {
                var sizes = new Sizes(GraphSamples.Small, 7, features, features);
                Contract.CompareBoth(call, device, "cpu", sizes, features % 2 == 0 ? Layout.Contiguous : Layout.Strided, Values.Coarse);
            }

            Contract.CompareBoth(call, device, "cpu", new Sizes(GraphSamples.Hub(20, 700), 33, 19, 40), Layout.Strided, Values.Special);
        }
    }
}
