using System.Numerics;
#if PEER_TORCH
using TorchSharp;
using static TorchSharp.torch;
#endif

namespace Native.Bench;

// What is drawn here are other numbers than ours, so there is nothing to compare.
internal static partial class TorchPeer
{
#if PEER_TORCH
    /// <summary>Uniform numbers, <c>rand</c>.</summary>
    public static Peer Uniform<T>(int count, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create<T>((long)ElementSize<T>() * count, threads, null, () =>
        {
            var output = empty(count, Type<T>());
            return () => output.uniform_(0, 1);
        });

    /// <summary>Normal numbers, <c>randn</c>, into memory that is there.</summary>
    public static Peer Normal<T>(int count, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create<T>((long)ElementSize<T>() * count, threads, null, () =>
        {
            var output = empty(count, Type<T>());
            return () => output.normal_();
        });

    /// <summary><c>mean + exp(½ logVariance) ε</c>, given <c>ε</c> or drawing it with <c>randn_like</c>.</summary>
    public static Peer Reparameterise<T>(T[] mean, T[] logVariance, T[]? epsilon, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bytes = (long)ElementSize<T>() * mean.Length * 6;
        Func<Func<Tensor>> create = () =>
        {
            var m = Make(mean, 1, mean.Length);
            var logarithm = Make(logVariance, 1, logVariance.Length);
            var given = epsilon is null ? null : Make(epsilon, 1, epsilon.Length);
            return () => addcmul(m, (logarithm * 0.5).exp_(), given ?? randn_like(m), 1);
        };
        return Create(bytes, threads, epsilon is null ? null : ours, create);
    }

    /// <summary>Draws without replacement: uniforms, Gumbel keys, top-k.</summary>
    public static Peer GumbelTopK<T>(T[] logWeights, int rows, int columns, int choices, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create<T>(3L * ElementSize<T>() * rows * columns, threads, null, () =>
        {
            var weights = Make(logWeights, rows, columns);
            return () => (weights - rand_like(weights).log_().neg_().log_()).topk(choices).indexes;
        });
#else
    /// <summary>Uniform numbers, <c>rand</c>.</summary>
    public static Peer Uniform<T>(int count, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((count, threads));

    /// <summary>Normal numbers, <c>randn</c>, into memory that is there.</summary>
    public static Peer Normal<T>(int count, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((count, threads));

    /// <summary><c>mean + exp(½ logVariance) ε</c>, given <c>ε</c> or drawing it with <c>randn_like</c>.</summary>
    public static Peer Reparameterise<T>(T[] mean, T[] logVariance, T[]? epsilon, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((mean, logVariance, epsilon, threads, ours));

    /// <summary>Draws without replacement: uniforms, Gumbel keys, top-k.</summary>
    public static Peer GumbelTopK<T>(T[] logWeights, int rows, int columns, int choices, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((logWeights, rows, columns, choices, threads));
#endif
}
