using System.Numerics;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary>Sampling as people write it without a library: <see cref="Random"/> and plain loops. One stream of numbers is one thread's work.</summary>
internal static class SamplingLoops
{
    /// <summary>The name of the peers that draw with <see cref="Random"/>.</summary>
    public const string SystemRandom = "System.Random";

    /// <summary>Uniform numbers.</summary>
    public static void Uniform<T>(Random random, T[] output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (ref var value in output.AsSpan())
        {
            value = Next<T>(random);
        }
    }

    /// <summary>Normal numbers, in pairs by the method of Box and Muller.</summary>
    public static void Normal<T>(Random random, T[] output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var two = T.CreateTruncating(2);
        for (var i = 0; i + 1 < output.Length; i += 2)
        {
            var r = T.Sqrt(-two * T.Log(T.One - Next<T>(random)));
            var (sine, cosine) = T.SinCosPi(two * Next<T>(random));
            output[i] = r * cosine;
            output[i + 1] = r * sine;
        }
    }

    /// <summary><c>mean + exp(½ logVariance) epsilon</c> with TensorPrimitives, piece by piece in cache.</summary>
    public static void Reparameterise<T>(T[] mean, T[] logVariance, T[] epsilon, T[] output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        PlainLoops.Ranges(output.Length, threads, (start, end) =>
        {
            const int Piece = 4096;
            for (; start < end; start += Piece)
            {
                var range = start..Math.Min(start + Piece, end);
                var piece = output.AsSpan()[range];
                Tensor.Multiply(logVariance.AsSpan()[range], T.CreateTruncating(0.5), piece);
                Tensor.Exp(piece, piece);
                Tensor.MultiplyAdd(piece, epsilon.AsSpan()[range], mean.AsSpan()[range], piece);
            }
        });

    /// <summary>Draws without replacement: keys with TensorPrimitives, and a priority queue.</summary>
    public static void GumbelTopK<T>(Random random, T[] logWeights, int rows, int columns, int[] index, T[] keys)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var choices = index.Length / rows;
        var queue = new PriorityQueue<int, T>(choices + 1);
        for (var row = 0; row < rows; row++)
        {
            Uniform(random, keys);
            Tensor.Log(keys, keys);
            Tensor.Negate(keys, keys);
            Tensor.Log(keys, keys);
            Tensor.Subtract(logWeights.AsSpan(row * columns, columns), keys, keys);
            for (var j = 0; j < columns; j++)
            {
                if (queue.Count < choices)
                {
                    queue.Enqueue(j, keys[j]);
                }
                else
                {
                    queue.EnqueueDequeue(j, keys[j]);
                }
            }

            for (var t = choices - 1; t >= 0; t--)
            {
                index[row * choices + t] = queue.Dequeue();
            }
        }
    }

    private static T Next<T>(Random random)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? T.CreateTruncating(random.NextSingle()) : T.CreateTruncating(random.NextDouble());
}
