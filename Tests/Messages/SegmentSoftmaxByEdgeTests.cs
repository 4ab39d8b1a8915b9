using System.Numerics;
using Native.Kernels;
using Kernel = Native.Kernels.Cpu.Messages;

namespace Native.Tests;

/// <summary>Segment softmax of many edges in random order, against its formula in double: such calls may go by the order of the edges.</summary>
public sealed class SegmentSoftmaxByEdgeTests
{
    private const int Segments = 1_000;
    private static readonly int[] s_threads = [1, 2, 3, 8];

    /// <summary>Segments that lie apart: by nothing, by as much as the sums bear, and by more; all of them far from 0; and near the largest numbers.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 20)]
    [InlineData(0, 50)]
    [InlineData(0, 2000)]
    [InlineData(-300, 20)]
    [InlineData(400, 20)]
    [InlineData(1e30, 0)]
    public void SegmentsThatLieApart(double offset, double spread)
    {
        foreach (var columns in (int[])(spread == 20 ? [1, 2, 4, 8, 16, 48] : [1, 4]))
        {
            Check<float>(columns, 1e-5, (edge, segment, value) => offset + spread * (segment % 5) + value);
            Check<double>(columns, 1e-12, (edge, segment, value) => offset + spread * (segment % 5) + value);
        }
    }

    /// <summary>Values that are -∞, whole segments of them, +∞ and NaN: only their own segment, in their own column, is concerned.</summary>
    [Theory]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    [InlineData(1e5)]
    [InlineData(-1e5)]
    public void UnusualValues(double unusual)
    {
        foreach (var columns in (int[])[1, 4, 16])
        {
            Check<float>(columns, 1e-5, (edge, segment, value) => segment % 100 == 3 || edge % 977 == 5 ? unusual : value);
            Check<double>(columns, 1e-12, (edge, segment, value) => edge % 977 == 5 ? unusual : value);
            Check<float>(columns, 1e-5, (edge, segment, value) => edge == 0 ? unusual : value);
        }
    }

    private static void Check<T>(int columns, double tolerance, Func<int, int, double, double> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Several blocks of edges, not a multiple of any register, and segments short enough to be added up plainly. Two segments have no edges.
        var edges = Math.Max(16 * Segments, (1 << 21) / columns / 4) + 3;
        var segments = Math.Max(Segments, edges / 128);
        var random = new Random(columns);
        var index = EdgeIndex.Create([.. Enumerable.Range(0, edges).Select(_ => random.Next(segments - 2))], segments);
        Assert.InRange(index.LongestRow, 2, 256);
        var v = new T[edges * columns];
        var g = new T[edges * columns];
        for (var i = 0; i < v.Length; i++)
        {
            v[i] = T.CreateTruncating(value(i / columns, index.Index[i / columns], 4 * random.NextDouble() - 2));
            g[i] = T.CreateTruncating(random.NextDouble() - 0.5);
        }

        T[]? first = null;
        T[]? firstGradient = null;
        foreach (var threads in s_threads)
        {
            var p = new T[v.Length];
            var dv = new T[v.Length];
            Kernel.SegmentSoftmax(index, new ReadOnlyMatrixView<T>(v, edges, columns), new(p, edges, columns), threads);
            Kernel.SegmentSoftmaxBackward<T>(index, new(p, edges, columns), new(g, edges, columns), new(dv, edges, columns), threads);
            if (first is null)
            {
                (first, firstGradient) = (p, dv);
                Compare(index, columns, v, g, p, dv, tolerance);
            }
            else
            {
                // NaN equals NaN here.
                Assert.True(first.AsSpan().SequenceEqual(p) && firstGradient.AsSpan().SequenceEqual(dv), $"{threads} threads give other numbers than one.");
            }
        }
    }

    private static void Compare<T>(EdgeIndex index, int columns, T[] v, T[] g, T[] p, T[] dv, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var segment = 0; segment < index.Nodes; segment++)
        {
            var row = index.Order[(int)index.Offsets[segment]..(int)index.Offsets[segment + 1]].ToArray();
            for (var column = 0; column < columns; column++)
            {
                double At(T[] values, int edge) => double.CreateTruncating(values[edge * columns + column]);
                var maximum = row.Aggregate(double.NegativeInfinity, (m, edge) => Math.Max(m, At(v, edge)));
                var shift = double.IsNegativeInfinity(maximum) ? 0 : maximum;
                var sum = double.IsInfinity(maximum) ? 1 : row.Sum(edge => Math.Exp(At(v, edge) - shift));
                var inner = row.Sum(edge => At(p, edge) * At(g, edge));
                foreach (var edge in row)
                {
                    Assert.Equal(Math.Exp(At(v, edge) - shift) / sum, At(p, edge), tolerance);
                    Assert.Equal(At(p, edge) * (At(g, edge) - inner), At(dv, edge), tolerance);
                }
            }
        }
    }
}
