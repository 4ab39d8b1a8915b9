using System.Numerics;
using Native.Kernels;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary>What people write without a library of graph kernels: rows through TensorPrimitives, arrays of all messages, Parallel.For.</summary>
/// <remarks>Edges are taken in their input order, as frameworks do. Scattering is split by columns, so that no two threads meet in a row.</remarks>
internal static class PlainLoops
{
    /// <summary>The name of the peers that keep an array of all messages.</summary>
    public const string Materialise = "materialise";

    /// <summary>The name of the peers that are TensorPrimitives alone.</summary>
    public const string TensorPrimitives = "TensorPrimitives";

    private const int NarrowestSlice = 16;

    /// <summary>Splits <c>[0, count)</c> into as many ranges as there are threads.</summary>
    public static void Ranges(int count, int threads, Action<int, int> body)
    {
        if (threads == 1)
        {
            body(0, count);
            return;
        }

        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            var start = (int)((long)count * thread / threads);
            var end = (int)((long)count * (thread + 1) / threads);
            body(start, end);
        });
    }

    /// <summary><c>output[e] = x[index[e]]</c>.</summary>
    public static void Gather<T>(int[] index, T[] x, int features, T[] output, int threads) =>
        Ranges(index.Length, threads, (start, end) =>
        {
            for (var e = start; e < end; e++)
            {
                x.AsSpan(index[e] * features, features).CopyTo(output.AsSpan((int)((long)e * features), features));
            }
        });

    /// <summary><c>output[index[e]] += v[e]</c>.</summary>
    public static void ScatterAdd<T>(int[] index, T[] v, int features, T[] output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Ranges(features, Math.Clamp(features / NarrowestSlice, 1, threads), (start, end) =>
        {
            for (var e = 0; e < index.Length; e++)
            {
                var row = output.AsSpan(index[e] * features + start, end - start);
                Tensor.Add(row, v.AsSpan(e * features + start, end - start), row);
            }
        });

    /// <summary><c>output[i] = REDUCE_{e: index[e]=i} v[e]</c>, 0 for a node without edges.</summary>
    public static void Reduce<TReduction, T>(int[] index, T[] v, int features, int[] counts, T[] output, int threads)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Array.Fill(output, TReduction.Identity<T>());
        if (!TReduction.IsExtremum)
        {
            ScatterAdd(index, v, features, output, threads);
        }
        else
        {
            Ranges(features, Math.Clamp(features / NarrowestSlice, 1, threads), (start, end) =>
            {
                for (var e = 0; e < index.Length; e++)
                {
                    var row = output.AsSpan(index[e] * features + start, end - start);
                    Tensor.Max(row, v.AsSpan(e * features + start, end - start), row);
                }
            });
        }

        for (var node = 0; node < counts.Length; node++)
        {
            var row = output.AsSpan(node * features, features);
            if (TReduction.IsMean && counts[node] > 1)
            {
                Tensor.Divide(row, T.CreateTruncating(counts[node]), row);
            }
            else if (TReduction.IsExtremum && counts[node] == 0)
            {
                row.Clear();
            }
        }
    }

    /// <summary><c>output[e, h] = ⟨x[source[e], h, :], y[destination[e], h, :]⟩</c>.</summary>
    public static void EdgeDot<T>(int[] source, int[] destination, T[] x, T[] y, int features, int heads, T[] output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Ranges(source.Length, threads, (start, end) =>
        {
            var width = features / heads;
            for (var e = start; e < end; e++)
            {
                for (var head = 0; head < heads; head++)
                {
                    output[e * heads + head] = Tensor.Dot(x.AsSpan(source[e] * features + head * width, width), y.AsSpan(destination[e] * features + head * width, width));
                }
            }
        });

    /// <summary>Compressed rows by a counting sort: offsets, the order of the edges, and <paramref name="other"/> in that order, which is returned.</summary>
    public static int[] CountingSort(int[] index, int[] other, int nodes)
    {
        var offsets = new long[nodes + 1];
        foreach (var node in index)
        {
            offsets[node + 1]++;
        }

        for (var node = 0; node < nodes; node++)
        {
            offsets[node + 1] += offsets[node];
        }

        var next = offsets.AsSpan(0, nodes).ToArray();
        var order = new int[index.Length];
        var neighbours = new int[index.Length];
        for (var e = 0; e < index.Length; e++)
        {
            var position = next[index[e]]++;
            order[position] = e;
            neighbours[position] = other[e];
        }

        return neighbours;
    }

    /// <summary>The same by <see cref="Array.Sort{T}(T[])"/> of node and edge in one number.</summary>
    public static int[] Sort(int[] index, int[] other, int nodes)
    {
        var keys = new long[index.Length];
        var offsets = new long[nodes + 1];
        for (var e = 0; e < keys.Length; e++)
        {
            keys[e] = ((long)index[e] << 32) | (uint)e;
            offsets[index[e] + 1]++;
        }

        for (var node = 0; node < nodes; node++)
        {
            offsets[node + 1] += offsets[node];
        }

        Array.Sort(keys);
        return Array.ConvertAll(keys, key => other[(int)key]);
    }

    /// <summary>Softmax over the values of each segment, per feature: maximum, exponential, sum and quotient in four passes.</summary>
    public static void SegmentSoftmax<T>(int[] index, T[] v, int features, T[] maximum, T[] sum, T[] output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Array.Fill(maximum, T.NegativeInfinity);
        Array.Clear(sum);
        Ranges(features, Math.Clamp(features / NarrowestSlice, 1, threads), (start, end) =>
        {
            for (var e = 0; e < index.Length; e++)
            {
                for (var f = start; f < end; f++)
                {
                    ref var m = ref maximum[index[e] * features + f];
                    m = T.Max(m, v[e * features + f]);
                }
            }
        });
        Ranges(index.Length, threads, (start, end) =>
        {
            for (var e = start; e < end; e++)
            {
                Tensor.Subtract(v.AsSpan(e * features, features), maximum.AsSpan(index[e] * features, features), output.AsSpan(e * features, features));
            }

            var all = output.AsSpan(start * features, (end - start) * features);
            Tensor.Exp(all, all);
        });
        ScatterAdd(index, output, features, sum, threads);
        Ranges(index.Length, threads, (start, end) =>
        {
            for (var e = start; e < end; e++)
            {
                var row = output.AsSpan(e * features, features);
                Tensor.Divide(row, sum.AsSpan(index[e] * features, features), row);
            }
        });
    }

    /// <summary>Matrix product by rows: inner products where <paramref name="b"/> has contiguous columns, sums of scaled rows otherwise.</summary>
    public static void MatrixProduct<T>(T[] a, bool transposeA, T[] b, bool transposeB, T[] c, int m, int n, int k, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Ranges(m, threads, (start, end) =>
        {
            var column = new T[transposeA && transposeB ? k : 0];
            for (var i = start; i < end; i++)
            {
                var row = c.AsSpan(i * n, n);
                if (transposeB)
                {
                    for (var p = 0; p < column.Length; p++)
                    {
                        column[p] = a[p * m + i];
                    }

                    var left = transposeA ? column : a.AsSpan(i * k, k);
                    for (var j = 0; j < n; j++)
                    {
                        row[j] = Tensor.Dot<T>(left, b.AsSpan(j * k, k));
                    }
                }
                else
                {
                    row.Clear();
                    for (var p = 0; p < k; p++)
                    {
                        Tensor.MultiplyAdd(b.AsSpan(p * n, n), transposeA ? a[p * m + i] : a[i * k + p], row, row);
                    }
                }
            }
        });
}
