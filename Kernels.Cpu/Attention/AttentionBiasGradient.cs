using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>Gradient of the bias, for callers that ask for it: every part of it sums, in order, over the queries that it was added to.</summary>
internal static unsafe class AttentionBiasGradient<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    private const int PieceKeys = 256;

    public static void Run(ref AttentionArguments<T> arguments, int threads)
    {
        var work = new Work { Arguments = arguments, Pieces = (arguments.Keys + PieceKeys - 1) / PieceKeys };
        Workers.For(ref work, checked((int)(arguments.BiasBatch * arguments.BiasHeads * arguments.BiasRows * work.Pieces)), threads);
    }

    private struct Work : IWork
    {
        public AttentionArguments<T> Arguments;
        public nint Pieces;

        public readonly void Run(int block)
        {
            ref readonly var arguments = ref Arguments;
            var (row, piece) = Math.DivRem(block, Pieces);
            var (head, biasRow) = Math.DivRem(row, arguments.BiasRows);
            var (biasBatch, biasHead) = Math.DivRem(head, arguments.BiasHeads);
            var first = piece * PieceKeys;

            // A size of 1 stands for all there are.
            var (firstB, endB) = Range(biasBatch, arguments.BiasBatch, arguments.Batch);
            var (firstH, endH) = Range(biasHead, arguments.BiasHeads, arguments.Heads);
            var (firstS, endS) = Range(biasRow, arguments.BiasRows, arguments.Queries);
            var count = Math.Min(PieceKeys, arguments.Keys - first);
            var weights = stackalloc T[PieceKeys];
            var gradients = stackalloc T[PieceKeys];
            var sums = stackalloc double[PieceKeys];
            new Span<double>(sums, PieceKeys).Clear();
            for (var b = firstB; b < endB; b++)
            {
                for (var h = firstH; h < endH; h++)
                {
                    for (var s = firstS; s < endS; s++)
                    {
                        Add(b, h, s, first, weights, gradients, sums);
                    }
                }
            }

            var target = arguments.DBias.Row(biasBatch, biasHead, biasRow) + first;
            for (nint t = 0; t < count; t++)
            {
                target[t] = T.CreateTruncating(sums[t]);
            }
        }

        private static (nint First, nint End) Range(nint index, nint size, nint all) => size == 1 ? (0, all) : (index, index + 1);

        private readonly void Add(nint b, nint h, nint s, nint first, T* weights, T* gradients, double* sums)
        {
            ref readonly var arguments = ref Arguments;
            var keyHead = h / arguments.Group;
            var seen = Math.Clamp(arguments.Seen(b, s) - first, 0, PieceKeys);
            AttentionRow<T, TLanes>.Products(
                arguments.Q.Row(b, h, s),
                arguments.K.Row(b, keyHead, first),
                arguments.K.RowStride,
                seen,
                arguments.Columns,
                T.CreateTruncating(arguments.Scale * AttentionExponential.BitsPerNat),
                arguments.Bias.Row(b, h, s) + first,
                weights);
            AttentionRow<T, TLanes>.Weigh(weights, seen, AttentionRow<T, TLanes>.LseInBits(arguments.LseOf(b, h)[s]));
            AttentionRow<T, TLanes>.Products(
                arguments.DOutput.Row(b, h, s), arguments.V.Row(b, keyHead, first), arguments.V.RowStride, seen, arguments.Columns, T.One, null, gradients);
            var inner = AttentionRow<T, TLanes>.Dot(arguments.DOutput.Row(b, h, s), arguments.Output.Row(b, h, s), arguments.Columns);
            for (nint t = 0; t < seen; t++)
            {
                sums[t] += double.CreateTruncating(weights[t] * (gradients[t] - inner));
            }
        }
    }
}
