using System.Numerics;
using System.Runtime.InteropServices;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Other matrix products.</summary>
internal static class MatrixProductPeers
{
    /// <summary>OpenBLAS.</summary>
    public static unsafe Peer OpenBlas<T>(T[] a, bool transposeA, T[] b, bool transposeB, int m, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (OpenBlasLibrary.Missing is { } reason)
        {
            return Peer.Absent(OpenBlasLibrary.Name, reason);
        }

        return Peer.Available(OpenBlasLibrary.Name, (long)m * n * sizeof(T), () =>
        {
            var c = new T[(long)m * n];
            return new PeerRun(
                () => OpenBlasProduct<T>(a, transposeA, b, transposeB, c, m, n, k),
                () => Shapes.Difference<T>(ours(), c),
                prepare: () => OpenBlasLibrary.SetThreads(threads));
        });
    }

    /// <summary>OpenBLAS, one product after the other.</summary>
    public static unsafe Peer OpenBlasBatch<T>(T[] a, T[] b, bool transposeB, (int Count, int M, int N, int K) size, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (OpenBlasLibrary.Missing is { } reason)
        {
            return Peer.Absent(OpenBlasLibrary.Name, reason);
        }

        return Peer.Available(OpenBlasLibrary.Name, (long)size.Count * size.M * size.N * sizeof(T), () =>
        {
            var c = new T[(long)size.Count * size.M * size.N];
            return new PeerRun(
                () =>
                {
                    for (var g = 0; g < size.Count; g++)
                    {
                        OpenBlasProduct<T>(
                            a.AsSpan(g * size.M * size.K), false, b.AsSpan(g * size.K * size.N), transposeB, c.AsSpan(g * size.M * size.N), size.M, size.N, size.K);
                    }
                },
                () => Shapes.Difference<T>(ours(), c),
                prepare: () => OpenBlasLibrary.SetThreads(threads));
        });
    }

    /// <summary>OpenBLAS, one product for each group of rows.</summary>
    public static unsafe Peer OpenBlasGroups<T>(EdgeIndex groups, T[] a, T[] b, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (OpenBlasLibrary.Missing is { } reason)
        {
            return Peer.Absent(OpenBlasLibrary.Name, reason);
        }

        return Peer.Available(OpenBlasLibrary.Name, (long)groups.Edges * n * sizeof(T), () =>
        {
            var c = new T[(long)groups.Edges * n];
            return new PeerRun(
                () =>
                {
                    for (var g = 0; g < groups.Nodes; g++)
                    {
                        var (first, rows) = ((int)groups.Offsets[g], (int)groups.Degree(g));
                        OpenBlasProduct<T>(a.AsSpan(first * k), false, b.AsSpan(g * k * n), false, c.AsSpan(first * n), rows, n, k);
                    }
                },
                () => Shapes.Difference<T>(ours(), c),
                prepare: () => OpenBlasLibrary.SetThreads(threads));
        });
    }

    /// <summary>ONNX Runtime's MatMul on arrays of matrices.</summary>
    public static unsafe Peer OnnxRuntimeBatch<T>(T[] a, T[] b, bool transposeB, (int Count, int M, int N, int K) size, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (transposeB)
        {
            return Peer.Absent(OnnxRuntimePeer.Name, "its MatMul takes no transposition");
        }

        var c = new Lazy<T[]>(() => new T[(long)size.Count * size.M * size.N]);
        return OnnxRuntimePeer.Create(
            (long)size.Count * size.M * size.N * sizeof(T),
            threads,
            () => new OnnxGraph()
                .AddInput("a", a, size.Count, size.M, size.K)
                .AddInput("b", b, size.Count, size.K, size.N)
                .AddNode("MatMul", ["a", "b"], "c")
                .SetOutput("c", c.Value, size.Count, size.M, size.N),
            () => Shapes.Difference<T>(ours(), c.Value));
    }

    /// <summary><c>c = op(a) · op(b)</c> by OpenBLAS.</summary>
    public static unsafe void OpenBlasProduct<T>(ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, int m, int n, int k)
        where T : unmanaged
    {
        fixed (T* first = a, second = b, product = c)
        {
            if (typeof(T) == typeof(float))
            {
                OpenBlasLibrary.MatrixProduct((float*)first, transposeA, (float*)second, transposeB, (float*)product, m, n, k);
            }
            else
            {
                OpenBlasLibrary.MatrixProduct((double*)first, transposeA, (double*)second, transposeB, (double*)product, m, n, k);
            }
        }
    }

    /// <summary>ONNX Runtime's Gemm.</summary>
    public static unsafe Peer OnnxRuntime<T>(T[] a, bool transposeA, T[] b, bool transposeB, int m, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var c = new Lazy<T[]>(() => new T[(long)m * n]);
        return OnnxRuntimePeer.Create(
            (long)m * n * sizeof(T),
            threads,
            () => new OnnxGraph()
                .AddInput("a", a, transposeA ? [k, m] : [m, k])
                .AddInput("b", b, transposeB ? [n, k] : [k, n])
                .AddNode("Gemm", ["a", "b"], "c", ("transA", transposeA ? 1 : 0), ("transB", transposeB ? 1 : 0))
                .SetOutput("c", c.Value, m, n),
            () => Shapes.Difference<T>(ours(), c.Value));
    }

    /// <summary>Rows through TensorPrimitives.</summary>
    public static Peer TensorPrimitives<T>(T[] a, bool transposeA, T[] b, bool transposeB, int m, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Peer.Available(PlainLoops.TensorPrimitives, (long)m * n * Marshal.SizeOf<T>(), () =>
        {
            var c = new T[(long)m * n];
            return new PeerRun(
                () => PlainLoops.MatrixProduct(a, transposeA, b, transposeB, c, m, n, k, threads),
                () => Shapes.Difference<T>(ours(), c));
        });
}
