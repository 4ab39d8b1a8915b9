using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>Writes <c>P</c>, for callers that ask for it: the logits are computed once more, query by query.</summary>
internal static unsafe class AttentionProbabilities<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    public static void Run(ref AttentionArguments<T> arguments, int threads)
    {
        var work = new Work { Arguments = arguments };
        Workers.For(ref work, checked((int)(arguments.Batch * arguments.Heads * arguments.Queries)), threads);
    }

    private struct Work : IWork
    {
        public AttentionArguments<T> Arguments;

        public readonly void Run(int block)
        {
            ref readonly var arguments = ref Arguments;
            var (head, s) = Math.DivRem(block, arguments.Queries);
            var (b, h) = Math.DivRem(head, arguments.Heads);
            var keyHead = h / arguments.Group;
            var seen = arguments.Seen(b, s);
            var row = arguments.Probabilities.Row(b, h, s);
            AttentionRow<T, TLanes>.Products(
                arguments.Q.Row(b, h, s),
                arguments.K.Row(b, keyHead, 0),
                arguments.K.RowStride,
                seen,
                arguments.Columns,
                T.CreateTruncating(arguments.Scale * AttentionExponential.BitsPerNat),
                arguments.Bias.IsAbsent ? null : arguments.Bias.Row(b, h, s),
                row);
            AttentionRow<T, TLanes>.Weigh(row, seen, AttentionRow<T, TLanes>.LseInBits(arguments.LseOf(b, h)[s]));
            for (var t = seen; t < arguments.Keys; t++)
            {
                row[t] = T.Zero;
            }
        }
    }
}
