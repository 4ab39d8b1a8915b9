using System.Numerics;
using Native.Kernels;
#if PEER_TORCH
using TorchSharp;
using static TorchSharp.torch;
#endif

namespace Native.Bench;

internal static partial class TorchPeer
{
#if PEER_TORCH
    /// <summary><c>exp</c>, <c>tanh</c>, <c>gelu</c> or <c>digamma</c> of every element.</summary>
    public static Peer Function<T>(string function, T[] x, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(2L * ElementSize<T>() * x.Length, threads, ours, () =>
        {
            var values = Make(x, 1, x.Length);
            return function switch
            {
                "exp" => () => exp(values),
                "tanh" => () => tanh(values),
                "gelu" => () => nn.functional.gelu(values),
                _ => () => digamma(values),
            };
        });

    /// <summary>Softmax of every row.</summary>
    public static Peer Softmax<T>(T[] x, int rows, int columns, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(2L * ElementSize<T>() * x.Length, threads, ours, () =>
        {
            var values = Make(x, rows, columns);
            return () => nn.functional.softmax(values, 1);
        });

    /// <summary>Layer normalisation of every row.</summary>
    public static Peer LayerNorm<T>(T[] x, T[] weight, T[] bias, int rows, int columns, double epsilon, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(2L * ElementSize<T>() * x.Length, threads, ours, () =>
        {
            var values = Make(x, rows, columns);
            var scale = Make(weight, 1, columns).reshape(columns);
            var shift = Make(bias, 1, columns).reshape(columns);
            return () => nn.functional.layer_norm(values, [columns], scale, shift, epsilon);
        });

    /// <summary>Damped update with the largest change.</summary>
    public static Peer DampedUpdate<T>(T[] start, T[] proposal, double damping, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(4L * ElementSize<T>() * start.Length, threads, ours, () =>
        {
            // The result is new, so that every call starts from the same values.
            var old = Make(start, 1, start.Length);
            var target = Make(proposal, 1, proposal.Length);
            return () =>
            {
                var value = lerp(old, target, 1 - damping);
                _ = value.sub(old).abs_().max();
                return value;
            };
        });

    /// <summary>A step of Adam, in place, as PyTorch composes it. The values move on with every call, so they are not compared.</summary>
    public static Peer Adam<T>(T[] start, T[] gradient, AdamOptions options, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(5L * ElementSize<T>() * start.Length, threads, () =>
        {
            var p = Make(start, 1, start.Length);
            var g = Make(gradient, 1, gradient.Length);
            var m = zeros_like(p);
            var v = zeros_like(p);
            return () =>
            {
                m.lerp_(g, 1 - options.Beta1);
                v.mul_(options.Beta2).addcmul_(g, g, 1 - options.Beta2);
                var root = v.sqrt().div_(Math.Sqrt(1 - options.Beta2)).add_(options.Epsilon);
                return p.addcdiv_(m, root, -options.LearningRate / (1 - options.Beta1));
            };
        }, difference: null);
#else
    /// <summary><c>exp</c>, <c>tanh</c>, <c>gelu</c> or <c>digamma</c> of every element.</summary>
    public static Peer Function<T>(string function, T[] x, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((function, x, threads, ours));

    /// <summary>Softmax of every row.</summary>
    public static Peer Softmax<T>(T[] x, int rows, int columns, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((x, rows, columns, threads, ours));

    /// <summary>Layer normalisation of every row.</summary>
    public static Peer LayerNorm<T>(T[] x, T[] weight, T[] bias, int rows, int columns, double epsilon, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((x, weight, bias, rows, columns, epsilon, threads, ours));

    /// <summary>Damped update with the largest change.</summary>
    public static Peer DampedUpdate<T>(T[] start, T[] proposal, double damping, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((start, proposal, damping, threads, ours));

    /// <summary>A step of Adam, in place, as PyTorch composes it. The values move on with every call, so they are not compared.</summary>
    public static Peer Adam<T>(T[] start, T[] gradient, AdamOptions options, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((start, gradient, options, threads));
#endif
}
