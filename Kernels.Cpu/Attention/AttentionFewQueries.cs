using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The forward pass of few queries, as in decoding: reading keys and values once is what takes the time. A head's keys are cut in pieces of fixed length, shared by the query
/// heads of the key head; what the pieces give is put together in their order.
/// </summary>
internal static unsafe class AttentionFewQueries<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    // Keys and values of a piece stay in the second-level cache for the query heads that share them.
    private const int PieceKeys = 256;

    // Two numbers in front of the sums of a piece, which start at a cache line.
    private const int Head = 16;

    public static void Run(ref AttentionArguments<T> arguments, int threads)
    {
        var pieces = Math.Max((arguments.Keys + PieceKeys - 1) / PieceKeys, 1);
        var rows = arguments.Batch * arguments.Heads * arguments.Queries;
        var stride = Head + ((arguments.Columns + 15) / 16 * 16);
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows * pieces * stride));
        var far = 2.0 * arguments.Batch * arguments.KeyHeads * arguments.Keys * arguments.Columns * sizeof(T) > LastLevelCache.Bytes;
        var work = new PieceWork { Arguments = arguments, Far = far, Pieces = pieces, Stride = stride, Partials = scratch.Take<T>(rows * pieces * stride) };
        Workers.For(ref work, checked((int)(arguments.Batch * arguments.KeyHeads * pieces)), threads);
        var combine = new CombineWork { Pieces = work };
        Workers.For(ref combine, checked((int)(arguments.Batch * arguments.Heads)), threads);
    }

    /// <summary>All queries of a key head against one piece of its keys.</summary>
    private struct PieceWork : IWork
    {
        public AttentionArguments<T> Arguments;
        public bool Far;
        public nint Pieces;
        public nint Stride;

        /// <summary>Of every query and piece: maximum in bits, sum of weights, and from <see cref="Head"/> on the weighted sum of values.</summary>
        public T* Partials;

        public readonly T* Partial(nint b, nint h, nint s, nint piece) => Partials + (((((((b * Arguments.Heads) + h) * Arguments.Queries) + s) * Pieces) + piece) * Stride);

        public readonly void Run(int block)
        {
            if (Far)
            {
                Run<Constant1>(block);
            }
            else
            {
                Run<Constant0>(block);
            }
        }

        private readonly void Run<TFar>(int block)
            where TFar : struct, IConstant
        {
            ref readonly var arguments = ref Arguments;
            var (head, piece) = Math.DivRem(block, Pieces);
            var (b, keyHead) = Math.DivRem(head, arguments.KeyHeads);
            var weights = stackalloc T[PieceKeys];
            var first = piece * PieceKeys;
            var scale = T.CreateTruncating(arguments.Scale * AttentionExponential.BitsPerNat);
            for (nint query = 0; query < arguments.Group * arguments.Queries; query++)
            {
                var (group, s) = Math.DivRem(query, arguments.Queries);
                var h = (keyHead * arguments.Group) + group;
                var count = Math.Clamp(arguments.Seen(b, s) - first, 0, PieceKeys);
                AttentionRow<T, TLanes>.Products<TFar>(
                    arguments.Q.Row(b, h, s),
                    arguments.K.Row(b, keyHead, first),
                    arguments.K.RowStride,
                    count,
                    arguments.Columns,
                    scale,
                    arguments.Bias.IsAbsent ? null : arguments.Bias.Row(b, h, s) + first,
                    weights);
                var partial = Partial(b, h, s, piece);
                partial[0] = AttentionRow<T, TLanes>.Maximum(weights, count);
                partial[1] = AttentionRow<T, TLanes>.Weigh(weights, count, T.IsNegativeInfinity(partial[0]) ? T.Zero : partial[0]);
                AttentionRow<T, TLanes>.WeightedSum<TFar>(weights, arguments.V.Row(b, keyHead, first), arguments.V.RowStride, count, arguments.Columns, partial + Head);
            }
        }
    }

    /// <summary>Puts the pieces of every query of a head together.</summary>
    private struct CombineWork : IWork
    {
        public PieceWork Pieces;

        public readonly void Run(int head)
        {
            ref readonly var arguments = ref Pieces.Arguments;
            var (b, h) = Math.DivRem(head, arguments.Heads);
            for (nint s = 0; s < arguments.Queries; s++)
            {
                var partials = Pieces.Partial(b, h, s, 0);
                var maximum = T.NegativeInfinity;
                for (nint piece = 0; piece < Pieces.Pieces; piece++)
                {
                    maximum = T.Max(maximum, partials[piece * Pieces.Stride]);
                }

                // The factors take the places of the maxima.
                var sum = T.Zero;
                for (nint piece = 0; piece < Pieces.Pieces; piece++)
                {
                    var partial = partials + (piece * Pieces.Stride);
                    partial[0] = TLanes.MaxAcross(AttentionExponential.Exp2<TLanes, T>(TLanes.Broadcast(partial[0] - (T.IsNegativeInfinity(maximum) ? T.Zero : maximum))));
                    sum += partial[1] * partial[0];
                }

                arguments.LseOf(b, h)[s] = (maximum * T.CreateTruncating(AttentionExponential.NatsPerBit)) + T.Log(sum);
                var inverse = TLanes.Broadcast(sum == T.Zero ? T.Zero : T.One / sum);
                var output = arguments.Output.Row(b, h, s);
                for (nint i = 0; i < arguments.Columns; i += TLanes.Count)
                {
                    var mean = TLanes.Zero;
                    for (nint piece = 0; piece < Pieces.Pieces; piece++)
                    {
                        var partial = partials + (piece * Pieces.Stride);
                        mean = TLanes.FusedMultiplyAdd(TLanes.Broadcast(partial[0]), TLanes.Load(partial + Head + i), mean);
                    }

                    TLanes.StorePartial(mean * inverse, output + i, (int)Math.Min(TLanes.Count, arguments.Columns - i));
                }
            }
        }
    }
}
