using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Rows times the matrix of their group, and the gradient.</summary>
public sealed class GroupedMatrixProductCall(Transpose transposeB, bool accumulate)
    : KernelCall("GroupedMatrixProduct", $"B {transposeB}{(accumulate ? ", accumulate" : "")}")
{
    private const int Groups = 4;

    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GroupedMatrixProductCall(Transpose.No, false), new GroupedMatrixProductCall(Transpose.Yes, true)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var (m, n, k) = (bench.Rows, bench.Features, bench.Inner);
        var (bRows, bColumns) = transposeB == Transpose.No ? (k, n) : (n, k);
        var groups = bench.Groups("groups", m, Groups);
        var a = bench.Input("a", m, k);
        var b = DeviceMatrixBatch<T>.OfRows(bench.Input("b", Groups * bRows, bColumns), Groups);
        var c = accumulate ? bench.Accumulated("out", m, n) : bench.Output("out", m, n);
        bench.Dense.GroupedMatrixProduct(groups, a, b, transposeB, c, accumulate);
        bench.Dense.GroupedMatrixProductBackward(
            groups,
            a,
            b,
            transposeB,
            bench.Input("cotangent/out", m, n),
            bench.Output("grad/a", m, k),
            DeviceMatrixBatch<T>.OfRows(bench.Accumulated("grad/b", Groups * bRows, bColumns), Groups));
    }
}

/// <summary>The contract of grouped matrix products.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GroupedMatrixProductTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GroupedMatrixProductCall.All;

    /// <summary>Groups that all threads share beside small ones.</summary>
    [Fact]
    public void LargeGroupsMatchTheReference() => Compare(new Sizes(GraphSamples.Small, 900, 150, 170), Layout.Strided, Values.Smooth);

    /// <summary>Empty groups; one gradient without the other; rows that are not sorted.</summary>
    [Fact]
    public void GroupsMayBeEmptyAndGradientsAbsent()
    {
        using var groups = Device.Upload(EdgeIndex.Create([1, 1, 3], 5));
        using var unsorted = Device.Upload(EdgeIndex.Create([1, 3, 1], 5));
        using var a = Device.Upload<float>([1, 2, 3, 4, 5, 6], 3, 2);
        using var b = Device.Upload<float>([0, 0, 1, 1, 0, 0, 1, -1, 0, 0], 10, 1);
        using var c = Device.Allocate<float>(3, 1);
        using var da = Device.Allocate<float>(3, 2);
        using var db = Device.Allocate<float>(10, 1);
        var dense = Device.Dense<float>();
        var weights = DeviceMatrixBatch<float>.OfRows(b, 5);
        dense.GroupedMatrixProduct(groups, a, weights, Transpose.No, c);
        Assert.Equal([3, 7, -1], c.ToArray());
        dense.GroupedMatrixProductBackward(groups, default, weights, Transpose.No, c, da, default);
        Assert.Equal([3, 3, 7, 7, -1, 1], da.ToArray());
        dense.GroupedMatrixProductBackward(groups, a, default, Transpose.No, c, default, DeviceMatrixBatch<float>.OfRows(db, 5));
        Assert.Equal([0, 0, 24, 34, 0, 0, -5, -6, 0, 0], db.ToArray());

        var error = Assert.Throws<ArgumentException>(() => dense.GroupedMatrixProduct(unsorted, a, weights, Transpose.No, c));
        Assert.Equal("groups", error.ParamName);
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => dense.GroupedMatrixProduct(groups, a, DeviceMatrixBatch<float>.OfRows(b, 10), Transpose.Yes, c)).ParamName);
    }
}

/// <summary>GroupedMatrixProduct on the SIMD processor.</summary>
public sealed class GroupedMatrixProductOnCpu : GroupedMatrixProductTests<CpuFixture>;

/// <summary>GroupedMatrixProduct on the SIMD processor with several threads.</summary>
public sealed class GroupedMatrixProductOnCpuThreads : GroupedMatrixProductTests<CpuThreadsFixture>;
