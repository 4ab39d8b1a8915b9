using System.Numerics;
using System.Runtime.InteropServices;

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
            OpenBlasLibrary.SetThreads(threads);
            return new PeerRun(
                () => OpenBlasProduct(a, transposeA, b, transposeB, c, m, n, k),
                () => Shapes.Difference<T>(ours(), c));
        });
    }

    /// <summary><c>c = op(a) · op(b)</c> by OpenBLAS.</summary>
    public static unsafe void OpenBlasProduct<T>(T[] a, bool transposeA, T[] b, bool transposeB, T[] c, int m, int n, int k)
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
