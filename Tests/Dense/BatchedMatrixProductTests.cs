using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Products of three pairs of matrices and their gradients, the matrices one below the other or side by side.</summary>
public sealed class BatchedMatrixProductCall(Transpose transposeA, Transpose transposeB, bool heads)
    : KernelCall("BatchedMatrixProduct", $"A {transposeA}, B {transposeB}{(heads ? ", heads" : "")}")
{
    private const int Count = 3;

    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new BatchedMatrixProductCall(Transpose.No, Transpose.No, false), new BatchedMatrixProductCall(Transpose.No, Transpose.Yes, true),
        new BatchedMatrixProductCall(Transpose.Yes, Transpose.No, true), new BatchedMatrixProductCall(Transpose.Yes, Transpose.Yes, false),
    ];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var (m, n, k) = (bench.Rows, bench.Features, bench.Inner);
        var (aRows, aColumns) = transposeA == Transpose.No ? (m, k) : (k, m);
        var (bRows, bColumns) = transposeB == Transpose.No ? (k, n) : (n, k);
        var a = Batch(bench.Input("a", Rows(aRows), Columns(aColumns)));
        var b = Batch(bench.Input("b", Rows(bRows), Columns(bColumns)));
        bench.Dense.BatchedMatrixProduct(a, transposeA, b, transposeB, Batch(bench.Output("out", Rows(m), Columns(n))));

        var dc = Batch(bench.Input("cotangent/out", Rows(m), Columns(n)));
        var da = Batch(bench.Output("grad/a", Rows(aRows), Columns(aColumns)));
        var db = Batch(bench.Accumulated("grad/b", Rows(bRows), Columns(bColumns)));
        if (transposeA == Transpose.No)
        {
            bench.Dense.BatchedMatrixProduct(dc, Transpose.No, b, Other(transposeB), da);
        }
        else
        {
            bench.Dense.BatchedMatrixProduct(b, transposeB, dc, Transpose.Yes, da);
        }

        if (transposeB == Transpose.No)
        {
            bench.Dense.BatchedMatrixProduct(a, Other(transposeA), dc, Transpose.No, db, accumulate: true);
        }
        else
        {
            bench.Dense.BatchedMatrixProduct(dc, Transpose.Yes, a, transposeA, db, accumulate: true);
        }
    }

    private static Transpose Other(Transpose transpose) => transpose == Transpose.No ? Transpose.Yes : Transpose.No;

    private int Rows(int rows) => heads ? rows : Count * rows;

    private int Columns(int columns) => heads ? Count * columns : columns;

    private DeviceMatrixBatch<T> Batch<T>(DeviceMatrix<T> matrix)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        heads ? DeviceMatrixBatch<T>.OfColumns(matrix, Count) : DeviceMatrixBatch<T>.OfRows(matrix, Count);
}

/// <summary>The contract of batched matrix products.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class BatchedMatrixProductTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => BatchedMatrixProductCall.All;

    /// <summary>One factor in all products, whether the rows of the other follow each other or not, and no product at all.</summary>
    [Fact]
    public void AFactorMayBeShared()
    {
        using var x = Device.Upload<float>([1, 2, 3, 4, 5, 6, 7, 8], 4, 2);
        using var shared = Device.Upload<float>([1, 10, 100, 1000], 2, 2);
        using var product = Device.Allocate<float>(4, 2);
        var dense = Device.Dense<float>();
        var factor = DeviceMatrixBatch<float>.Repeat(shared, 2);

        dense.BatchedMatrixProduct(DeviceMatrixBatch<float>.OfRows(x, 2), Transpose.No, factor, Transpose.No, DeviceMatrixBatch<float>.OfRows(product, 2));
        Assert.Equal([201, 2010, 403, 4030, 605, 6050, 807, 8070], product.ToArray());

        dense.BatchedMatrixProduct(DeviceMatrixBatch<float>.OfRows(x, 2), Transpose.Yes, factor, Transpose.No, DeviceMatrixBatch<float>.OfRows(product, 2));
        Assert.Equal([301, 3010, 402, 4020, 705, 7050, 806, 8060], product.ToArray());

        // Heads side by side: their rows do not follow each other, so that the two products are not one.
        using var heads = Device.Upload<float>([1, 2, 3, 4, 5, 6, 7, 8], 2, 4);
        dense.BatchedMatrixProduct(DeviceMatrixBatch<float>.OfColumns(heads, 2), Transpose.No, factor, Transpose.No, DeviceMatrixBatch<float>.OfRows(product, 2));
        Assert.Equal([201, 2010, 605, 6050, 403, 4030, 807, 8070], product.ToArray());

        dense.BatchedMatrixProduct(factor, Transpose.No, DeviceMatrixBatch<float>.OfRows(x, 2), Transpose.No, DeviceMatrixBatch<float>.OfRows(product, 2));
        Assert.Equal([31, 42, 3100, 4200, 75, 86, 7500, 8600], product.ToArray());

        dense.BatchedMatrixProduct(new(x, 0, 0), Transpose.No, new(shared, 0, 0), Transpose.No, new(product, 0, 0));
        Assert.Equal(31, product.ToArray()[0]);
    }

    /// <summary>Products of long sums and products that all threads share.</summary>
    [Fact]
    public void LargeMatricesMatchTheReference() => Compare(new Sizes(GraphSamples.Small, 180, 150, 170), Layout.Strided, Values.Smooth);
}

/// <summary>BatchedMatrixProduct on the SIMD processor.</summary>
public sealed class BatchedMatrixProductOnCpu : BatchedMatrixProductTests<CpuFixture>;

/// <summary>BatchedMatrixProduct on the SIMD processor with several threads.</summary>
public sealed class BatchedMatrixProductOnCpuThreads : BatchedMatrixProductTests<CpuThreadsFixture>;
