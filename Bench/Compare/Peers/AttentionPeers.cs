using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Attention as products and a softmax that store all <c>S×T</c> weights.</summary>
internal static class AttentionPeers
{
    /// <summary>On our kernels, head by head: what storing the weights costs against the fused kernel. Without a mask.</summary>
    public static unsafe Peer Composed<T>(Device device, T[] q, T[] k, T[] v, int heads, int queries, int keys, int width, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Peer.Available(PlainLoops.Materialise, sizeof(T) * ((2L * heads * (queries + keys) * width) + ((long)heads * queries * keys)), () =>
        {
            var a = device.Upload(Scaled(q, width), heads * (long)queries, width);
            var b = device.Upload(k, heads * (long)keys, width);
            var c = device.Upload(v, heads * (long)keys, width);
            var weights = device.Allocate<T>(heads * (long)queries, keys);
            var output = device.Allocate<T>(heads * (long)queries, width);
            var dense = device.Dense<T>();
            return new PeerRun(
                () =>
                {
                    DeviceMatrix<T> x = a, y = b, z = c, p = weights, o = output;
                    for (var h = 0; h < heads; h++)
                    {
                        dense.MatrixProduct(
                            x.RowRange((long)h * queries, queries), Transpose.No, y.RowRange((long)h * keys, keys), Transpose.Yes, p.RowRange((long)h * queries, queries));
                    }

                    dense.Softmax(p, p);
                    for (var h = 0; h < heads; h++)
                    {
                        dense.MatrixProduct(
                            p.RowRange((long)h * queries, queries), Transpose.No, z.RowRange((long)h * keys, keys), Transpose.No, o.RowRange((long)h * queries, queries));
                    }

                    device.Synchronize();
                },
                () => Shapes.Difference<T>(ours(), output.ToArray()),
                () =>
                {
                    foreach (var tensor in (DeviceTensor[])[a, b, c, weights, output])
                    {
                        tensor.Dispose();
                    }
                });
        });

    /// <summary>ONNX Runtime's products and softmax; the keys are handed over transposed and the queries scaled.</summary>
    public static unsafe Peer OnnxRuntime<T>(T[] q, T[] k, T[] v, int heads, int queries, int keys, int width, bool causal, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var output = new Lazy<T[]>(() => new T[(long)heads * queries * width]);
        return OnnxRuntimePeer.Create(
            sizeof(T) * ((2L * heads * (queries + keys) * width) + ((long)heads * queries * keys)),
            threads,
            () =>
            {
                var graph = new OnnxGraph()
                    .AddInput("q", Scaled(q, width), heads, queries, width)
                    .AddInput("k", Transposed(k, heads, keys, width), heads, width, keys)
                    .AddInput("v", v, heads, keys, width)
                    .AddNode("MatMul", ["q", "k"], "logits");
                if (causal)
                {
                    graph.AddInput("mask", Mask<T>(queries, keys), queries, keys).AddNode("Add", ["logits", "mask"], "masked");
                }

                return graph
                    .AddNode("Softmax", [causal ? "masked" : "logits"], "weights")
                    .AddNode("MatMul", ["weights", "v"], "o")
                    .SetOutput("o", output.Value, heads, queries, width);
            },
            () => Shapes.Difference<T>(ours(), output.Value));
    }

    private static T[] Scaled<T>(T[] q, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(q, value => value / T.Sqrt(T.CreateChecked(width)));

    private static T[] Transposed<T>(T[] k, int heads, int keys, int width)
        where T : unmanaged
    {
        var transposed = new T[k.Length];
        for (var h = 0; h < heads; h++)
        {
            for (var t = 0; t < keys; t++)
            {
                for (var i = 0; i < width; i++)
                {
                    transposed[(((long)h * width) + i) * keys + t] = k[(((long)h * keys) + t) * width + i];
                }
            }
        }

        return transposed;
    }

    private static T[] Mask<T>(int queries, int keys)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mask = new T[(long)queries * keys];
        for (var s = 0; s < queries; s++)
        {
            for (var t = s + keys - queries + 1; t < keys; t++)
            {
                mask[((long)s * keys) + t] = T.NegativeInfinity;
            }
        }

        return mask;
    }
}
