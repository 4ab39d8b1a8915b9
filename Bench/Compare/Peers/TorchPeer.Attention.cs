using System.Numerics;
#if PEER_TORCH
using TorchSharp;
using static TorchSharp.torch;
#endif

namespace Native.Bench;

internal static partial class TorchPeer
{
#if PEER_TORCH
    /// <summary>Attention of one sequence, <c>[1, H, S, d]</c> on <c>[1, H, T, d]</c>.</summary>
    public static Peer Attention<T>(T[] q, T[] k, T[] v, int heads, int queries, int keys, int width, bool causal, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(2L * ElementSize<T>() * heads * (queries + keys) * width, threads, ours, () =>
        {
            var (a, b, c) = (MakeHeads(q, heads, queries, width), MakeHeads(k, heads, keys, width), MakeHeads(v, heads, keys, width));
            return () => nn.functional.scaled_dot_product_attention(a, b, c, null, 0, causal);
        });

    /// <summary>The backward pass of attention alone; gives the gradient of the queries.</summary>
    public static Peer AttentionBackward<T>(T[] q, T[] k, T[] v, T[] dOutput, int heads, int queries, int keys, int width, bool causal, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(4L * ElementSize<T>() * heads * (queries + keys) * width, threads, ours, () =>
        {
            var inputs = new[] { MakeHeads(q, heads, queries, width).requires_grad_(), MakeHeads(k, heads, keys, width).requires_grad_(), MakeHeads(v, heads, keys, width).requires_grad_() };
            var outputs = new[] { nn.functional.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], null, 0, causal) };
            var cotangents = new[] { MakeHeads(dOutput, heads, queries, width) };
            return () => autograd.grad(outputs, inputs, cotangents, true)[0];
        }, gradients: true);

    private static Tensor MakeHeads<T>(T[] values, int heads, int rows, int width)
        where T : unmanaged => Make(values, (long)heads * rows, width).reshape(1, heads, rows, width);
#else
    /// <summary>Attention of one sequence, <c>[1, H, S, d]</c> on <c>[1, H, T, d]</c>.</summary>
    public static Peer Attention<T>(T[] q, T[] k, T[] v, int heads, int queries, int keys, int width, bool causal, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((q, k, v, heads, queries, keys, width, causal, threads, ours));

    /// <summary>The backward pass of attention alone; gives the gradient of the queries.</summary>
    public static Peer AttentionBackward<T>(T[] q, T[] k, T[] v, T[] dOutput, int heads, int queries, int keys, int width, bool causal, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((q, k, v, dOutput, heads, queries, keys, width, causal, threads, ours));
#endif
}
