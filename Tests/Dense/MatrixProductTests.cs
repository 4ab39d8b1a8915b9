using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>A matrix product in one of the four transpositions.</summary>
public sealed class MatrixProductCall(Transpose transposeA, Transpose transposeB, bool accumulate)
    : KernelCall("MatrixProduct", $"A {transposeA}, B {transposeB}{(accumulate ? ", accumulate" : "")}")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new MatrixProductCall(Transpose.No, Transpose.No, false), new MatrixProductCall(Transpose.No, Transpose.Yes, true),
        new MatrixProductCall(Transpose.Yes, Transpose.No, true), new MatrixProductCall(Transpose.Yes, Transpose.Yes, false),
    ];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var a = transposeA == Transpose.No ? bench.Input("a", bench.Rows, bench.Inner) : bench.Input("a", bench.Inner, bench.Rows);
        var b = transposeB == Transpose.No ? bench.Input("b", bench.Inner, bench.Features) : bench.Input("b", bench.Features, bench.Inner);
        var c = accumulate ? bench.Accumulated("out", bench.Rows, bench.Features) : bench.Output("out", bench.Rows, bench.Features);
        bench.Dense.MatrixProduct(a, transposeA, b, transposeB, c, accumulate);
    }
}

/// <summary>The contract of matrix products.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class MatrixProductTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => MatrixProductCall.All;

    /// <summary>Every inner size, and sizes around the blocks that products are cut into.</summary>
    [Fact]
    public void EveryInnerSizeMatchesTheReference()
    {
        foreach (var inner in TFixture.Widths)
        {
            Compare(new Sizes(GraphSamples.Small, 7, 5, inner), inner % 2 == 0 ? Layout.Strided : Layout.Contiguous, Values.Coarse);
        }

        foreach (var (rows, features, inner) in ((int, int, int)[])[(130, 70, 40), (97, 193, 33), (6, 16, 300), (300, 17, 260), (33, 300, 520), (64, 64, 1100), (30, 80, 65), (100, 300, 150)])
        {
            Compare(new Sizes(GraphSamples.Small, rows, features, inner), Layout.Strided, Values.Smooth);
        }
    }
}

/// <summary>MatrixProduct on the SIMD processor.</summary>
public sealed class MatrixProductOnCpu : MatrixProductTests<CpuFixture>;

/// <summary>MatrixProduct on the SIMD processor with several threads.</summary>
public sealed class MatrixProductOnCpuThreads : MatrixProductTests<CpuThreadsFixture>;
