using System.Numerics;
using Native.Kernels;
#if PEER_TORCH
using static TorchSharp.torch;
#endif

namespace Native.Bench;

/// <content>Dense layers.</content>
internal static partial class TorchPeer
{
#if PEER_TORCH
    /// <summary><c>relu(x weightᵀ + bias)</c> and its gradients by <c>autograd</c>; the result is that of the weight.</summary>
    public static Peer LinearRelu<T>(T[] x, T[] weight, T[] bias, T[] dOutput, int batch, int inputs, int outputs, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * ((3L * batch * outputs) + (2L * batch * inputs) + (2L * outputs * inputs)), threads, ours, () =>
        {
            var input = Make(x, batch, inputs).requires_grad_();
            var w = Make(weight, outputs, inputs).requires_grad_();
            var b = Make(bias, 1, outputs).reshape(outputs).requires_grad_();
            var gradient = Make(dOutput, batch, outputs);
            return () =>
            {
                var output = nn.functional.relu(nn.functional.linear(input, w, b));
                return autograd.grad([output], [input, w, b], [gradient])[1];
            };
        }, gradients: true);

    /// <summary><c>bmm</c>.</summary>
    public static Peer BatchedMatrixProduct<T>(T[] a, T[] b, bool transposeB, (int Count, int M, int N, int K) size, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create((long)ElementSize<T>() * size.Count * ((size.M * size.K) + (size.K * size.N) + (2 * size.M * size.N)), threads, ours, () =>
        {
            var first = Make(a, size.Count * size.M, size.K).reshape(size.Count, size.M, size.K);
            var second = transposeB
                ? Make(b, size.Count * size.N, size.K).reshape(size.Count, size.N, size.K).transpose(1, 2)
                : Make(b, size.Count * size.K, size.N).reshape(size.Count, size.K, size.N);
            return () => bmm(first, second);
        });

    /// <summary>One <c>mm</c> for each group of rows, put together.</summary>
    public static Peer GroupedMatrixProduct<T>(EdgeIndex groups, T[] a, T[] b, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create((long)ElementSize<T>() * (((long)groups.Edges * (k + (3 * n))) + b.Length), threads, ours, () =>
        {
            var rows = Make(a, groups.Edges, k).split([.. Enumerable.Range(0, groups.Nodes).Select(groups.Degree)]);
            var weights = Make(b, groups.Nodes * k, n).reshape(groups.Nodes, k, n).unbind(0);
            return () => cat([.. rows.Zip(weights, mm)], 0);
        });
#else
    /// <summary><c>relu(x weightᵀ + bias)</c> and its gradients.</summary>
    public static Peer LinearRelu<T>(T[] x, T[] weight, T[] bias, T[] dOutput, int batch, int inputs, int outputs, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((x, weight, bias, dOutput, batch, inputs, outputs, threads, ours));

    /// <summary><c>bmm</c>.</summary>
    public static Peer BatchedMatrixProduct<T>(T[] a, T[] b, bool transposeB, (int Count, int M, int N, int K) size, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((a, b, transposeB, size, threads, ours));

    /// <summary>One <c>mm</c> for each group of rows, put together.</summary>
    public static Peer GroupedMatrixProduct<T>(EdgeIndex groups, T[] a, T[] b, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((groups, a, b, n, k, threads, ours));
#endif
}
