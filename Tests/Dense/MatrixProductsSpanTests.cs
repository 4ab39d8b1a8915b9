using System.Numerics;
using Native.Kernels;

namespace Native.Tests.Dense;

using Dense = Native.Kernels.Cpu.Dense;

/// <summary>Batched and grouped products on spans: what the contracts' suites do not reach.</summary>
public class MatrixProductsSpanTests
{
    [Fact]
    public void AnyNumberOfThreadsGivesTheSameBits()
    {
        // Groups of every kind: empty, of a few rows, and large enough for all threads.
        long[] offsets = [0, 0, 3, 1500, 1501, 1501, 4000];
        const int Inner = 40;
        const int Columns = 70;
        var groups = offsets.Length - 1;
        var a = Numbers<float>((int)offsets[^1] * Inner, 1);
        var b = Numbers<float>(groups * Inner * Columns, 2);
        var dc = Numbers<float>((int)offsets[^1] * Columns, 3);
        var expected = Run(1);
        foreach (var threads in (int[])[2, 3, 8])
        {
            var found = Run(threads);
            Assert.Equal(expected.C, found.C);
            Assert.Equal(expected.Da, found.Da);
            Assert.Equal(expected.Db, found.Db);
        }

        (float[] C, float[] Da, float[] Db) Run(int threads)
        {
            var (c, da, db) = (new float[dc.Length], new float[a.Length], new float[b.Length]);
            var rows = (nint)offsets[^1];
            Dense.GroupedMatrixProduct<float>(offsets, new(a, rows, Inner), new(b, groups, Inner, Columns), Transpose.No, new(c, rows, Columns), threads: threads);
            Dense.GroupedMatrixProductBackward<float>(
                offsets, new(a, rows, Inner), new(b, groups, Inner, Columns), Transpose.No, new(dc, rows, Columns), new(da, rows, Inner), new(db, groups, Inner, Columns), threads);
            return (c, da, db);
        }
    }

    [Fact]
    public void ABatchIsItsProductsOneByOne()
    {
        const int Count = 5;
        foreach (var (m, n, k) in (ReadOnlySpan<(int, int, int)>)[(7, 9, 11), (64, 48, 32), (33, 65, 300)])
        {
            var a = Numbers<double>(Count * m * k, 1);
            var b = Numbers<double>(Count * k * n, 2);
            var c = new double[Count * m * n];
            Dense.BatchedMatrixProduct<double>(new(a, Count, m, k), Transpose.No, new(b, Count, k, n), Transpose.No, new(c, Count, m, n), threads: 3);
            var one = new double[m * n];
            for (var g = 0; g < Count; g++)
            {
                Dense.MatrixProduct<double>(new(a.AsSpan(g * m * k), m, k), Transpose.No, new(b.AsSpan(g * k * n), k, n), Transpose.No, new(one, m, n));
                Assert.Equal(one, c[(g * m * n)..((g + 1) * m * n)]);
            }
        }
    }

    [Fact]
    public void BadArgumentsAreNamedAndNothingIsWritten()
    {
        var x = new float[48];
        var y = new float[48];
        AssertNamed("b", () => Dense.BatchedMatrixProduct<float>(new(x, 3, 4, 4), Transpose.No, new(y, 2, 4, 4), Transpose.No, new(new float[48], 3, 4, 4)));
        AssertNamed("b", () => Dense.BatchedMatrixProduct<float>(new(x, 3, 4, 4), Transpose.No, new(y, 3, 3, 4), Transpose.No, new(new float[48], 3, 4, 4)));
        AssertNamed("c", () => Dense.BatchedMatrixProduct<float>(new(x, 3, 4, 4), Transpose.No, new(y, 3, 4, 4), Transpose.No, new(new float[48], 3, 4, 3)));
        AssertNamed("c", () => Dense.BatchedMatrixProduct<float>(new(x, 3, 4, 4), Transpose.No, new(y, 3, 4, 4), Transpose.No, new(new MatrixView<float>(new float[48], 4, 4), 3, 3)));
        AssertNamed("c", () => Dense.BatchedMatrixProduct<float>(new(x, 3, 4, 4), Transpose.No, new(y, 3, 4, 4), Transpose.No, new(x, 3, 4, 4)));
        AssertNamed("values", () => _ = new MatrixBatchView<float>(new float[47], 3, 4, 4));

        AssertNamed("offsets", () => Grouped([0, 2, 5]));
        AssertNamed("offsets", () => Grouped([1, 2, 4]));
        AssertNamed("offsets", () => Grouped([0, 5, 4]));
        AssertNamed("offsets", () => Grouped([]));
        AssertNamed("b", () => Grouped([0, 1, 2, 4]));
        AssertNamed("db", () => Dense.GroupedMatrixProductBackward<float>([0, 2, 4], new(x, 4, 4), new(y, 2, 4, 4), Transpose.No, new(x, 4, 4), default, new(y, 2, 4, 4)));
        AssertNamed("c", () => Dense.GroupedMatrixProductBackward<float>([0, 2, 4], new(x, 4, 4), new(y, 2, 4, 4), Transpose.No, new(x, 4, 4), new(new float[20], 5, 4)));
        Assert.All(x, value => Assert.Equal(0, value));

        void Grouped(long[] offsets) =>
            Dense.GroupedMatrixProduct<float>(offsets, new(x, 4, 4), new(y, 2, 4, 4), Transpose.No, new(new float[16], 4, 4));

        static void AssertNamed(string name, Action action) => Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(action).ParamName);
    }

    [Fact]
    public void HeadsSideBySideAreApart()
    {
        // Queries and keys of two heads in one matrix, their products in another.
        var x = Numbers<float>(6 * 16, 1);
        var view = new MatrixView<float>(x, 6, 16);
        var c = new float[6 * 12];
        var queries = new MatrixBatchView<float>(view.ColumnRange(0, 4), 2, 4);
        var keys = new MatrixBatchView<float>(view.ColumnRange(8, 4), 2, 4);
        Dense.BatchedMatrixProduct<float>(queries, Transpose.No, keys, Transpose.Yes, new(new MatrixView<float>(c, 6, 12).ColumnRange(0, 6), 2, 6));
        for (var h = 0; h < 2; h++)
        {
            for (var i = 0; i < 6; i++)
            {
                for (var j = 0; j < 6; j++)
                {
                    var sum = Enumerable.Range(0, 4).Sum(d => (double)x[(i * 16) + (h * 4) + d] * x[(j * 16) + 8 + (h * 4) + d]);
                    Assert.Equal(sum, c[(i * 12) + (h * 6) + j], 1e-6);
                }
            }
        }
    }

    private static T[] Numbers<T>(int count, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(random.NextDouble() - 0.5))];
    }
}
