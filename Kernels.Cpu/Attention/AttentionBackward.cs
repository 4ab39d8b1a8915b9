using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The backward pass: for a tile of queries and a tile of keys the weights are recomputed, and five products follow from them while they are in the cache.
/// </summary>
/// <remarks>
/// The blocks are the key heads. Where these are few, the tiles of queries of a head are cut in pieces that sum up gradients of keys and values of their own; these are added in
/// their order. The cut depends on the shape only, so results do not depend on the threads.
/// </remarks>
internal static unsafe class AttentionBackward<T, TVector, TRegister, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    private const int FewBlocks = 16;
    private const int FewestTiles = 4;
    private const long MostPartialElements = 1 << 26;

    public static void Run(ref AttentionArguments<T> arguments, int threads)
    {
        var heads = arguments.Batch * arguments.KeyHeads;
        if (heads == 0)
        {
            return;
        }

        var queries = AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
        var work = new Work { Arguments = arguments, TilesPerHead = (arguments.Queries + queries - 1) / queries };
        var tiles = arguments.Group * work.TilesPerHead;
        work.Width = AttentionTile<T, TVector, TRegister, TLanes>.Width(arguments.Columns);
        var partial = 2 * Math.Max(arguments.Keys * work.Width, 1);
        var pieces = Math.Min(Math.Min((FewBlocks + heads - 1) / heads, tiles / FewestTiles), (nint)(MostPartialElements / ((long)heads * partial)));
        work.Pieces = Math.Max(pieces, 1);
        work.TilesPerPiece = (tiles + work.Pieces - 1) / work.Pieces;
        if (work.Pieces == 1)
        {
            Workers.For(ref work, checked((int)heads), threads);
            return;
        }

        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(heads * work.Pieces * partial));
        work.Partials = scratch.Take<T>(heads * work.Pieces * partial);
        Workers.For(ref work, checked((int)(heads * work.Pieces)), threads);
        var sum = new SumWork { Work = work };
        Workers.For(ref sum, checked((int)heads), threads);
    }

    private struct Work : IWork
    {
        public AttentionArguments<T> Arguments;
        public nint TilesPerHead;

        /// <summary>Width of a head in whole registers.</summary>
        public nint Width;
        public nint Pieces;
        public nint TilesPerPiece;

        /// <summary>Gradients of keys, then of values, of every piece of every head; null when a head is one piece.</summary>
        public T* Partials;

        public readonly nint PartialSize => Arguments.Keys * Width;

        public readonly void Run(int block)
        {
            var (head, piece) = Math.DivRem(block, Pieces);
            var (b, keyHead) = Math.DivRem(head, Arguments.KeyHeads);
            using var buffers = new Buffers(this, block);
            AttentionTile<T, TVector, TRegister, TLanes>.Clear(buffers.DKeys, PartialSize);
            AttentionTile<T, TVector, TRegister, TLanes>.Clear(buffers.DValues, PartialSize);
            var end = Math.Min((piece + 1) * TilesPerPiece, Arguments.Group * TilesPerHead);
            for (var tile = piece * TilesPerPiece; tile < end; tile++)
            {
                var first = tile % TilesPerHead * AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
                var count = Math.Min(AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries, Arguments.Queries - first);
                Queries(b, keyHead, (keyHead * Arguments.Group) + (tile / TilesPerHead), first, count, buffers);
            }

            if (Partials is null)
            {
                for (nint t = 0; t < Arguments.Keys; t++)
                {
                    CopyRow(buffers.DKeys + (t * Width), Arguments.DK.Row(b, keyHead, t));
                    CopyRow(buffers.DValues + (t * Width), Arguments.DV.Row(b, keyHead, t));
                }
            }
        }

        private readonly void CopyRow(T* source, T* target) => new ReadOnlySpan<T>(source, (int)Arguments.Columns).CopyTo(new Span<T>(target, (int)Arguments.Columns));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Queries(nint b, nint keyHead, nint h, nint first, nint count, Buffers buffers)
        {
            ref readonly var arguments = ref Arguments;
            var columns = arguments.Columns;
            var (least, most) = (arguments.Seen(b, first), arguments.Seen(b, first + count - 1));
            var q = arguments.Q.Row(b, h, first);
            var dOutput = arguments.DOutput.Row(b, h, first);
            var (qStride, dOutputStride) = (arguments.Q.RowStride, arguments.DOutput.RowStride);

            // Weights of 0 hide what a query and a key that it does not see hold, unless that is NaN or infinite: then each query goes alone.
            if (least < most && !(AttentionTile<T, TVector, TRegister, TLanes>.AreFinite(arguments.K.Row(b, keyHead, least), arguments.K.RowStride, most - least, columns)
                && AttentionTile<T, TVector, TRegister, TLanes>.AreFinite(q, qStride, count, columns)
                && AttentionTile<T, TVector, TRegister, TLanes>.AreFinite(dOutput, dOutputStride, count, columns)))
            {
                for (nint s = 0; s < count; s++)
                {
                    Queries(b, keyHead, h, first + s, 1, buffers);
                }

                return;
            }

            var width = AttentionTile<T, TVector, TRegister, TLanes>.Width(count);
            AttentionTile<T, TVector, TRegister, TLanes>.Pack(q, qStride, count, columns, arguments.Scale * AttentionExponential.BitsPerNat, buffers.Queries, width);
            AttentionTile<T, TVector, TRegister, TLanes>.Pack(dOutput, dOutputStride, count, columns, arguments.Scale, buffers.DOutput, width);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.DQueries, columns * width, T.Zero);
            PrepareRows(b, h, first, count, width, buffers);
            if (columns % TRegister.Count != 0)
            {
                q = PadRows(q, qStride, count, buffers.QueryRows);
                dOutput = PadRows(dOutput, dOutputStride, count, buffers.DOutputRows);
                (qStride, dOutputStride) = (Width, Width);
            }

            for (nint key = 0; key < most; key += AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys)
            {
                var keys = Math.Min(AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys, most - key);
                var k = arguments.K.Row(b, keyHead, key);
                var kStride = arguments.K.RowStride;
                AttentionTile<T, TVector, TRegister, TLanes>.Multiply(
                    k, kStride, rowMajor: true, keys, columns, buffers.Queries, width, buffers.Weights, width, width, null, buffers.Ones);
                AttentionTile<T, TVector, TRegister, TLanes>.Multiply(
                    arguments.V.Row(b, keyHead, key), arguments.V.RowStride, rowMajor: true, keys, columns, buffers.DOutput, width, buffers.DLogits, width, width, null, buffers.Ones);
                if (!arguments.Bias.IsAbsent)
                {
                    AttentionTile<T, TVector, TRegister, TLanes>.AddBias(
                        buffers.Weights, width, arguments.Bias.Row(b, h, first) + key, arguments.Bias.RowStride, count, keys, buffers.Bias);
                }

                Differentiate(buffers, width, keys);
                if (arguments.Causal)
                {
                    var seen = first + arguments.Keys - arguments.Queries + 1 - key;
                    AttentionTile<T, TVector, TRegister, TLanes>.Mask(buffers.Weights, width, keys, seen, T.Zero);
                    AttentionTile<T, TVector, TRegister, TLanes>.Mask(buffers.DLogits, width, keys, seen, T.Zero);
                }

                AttentionTile<T, TVector, TRegister, TLanes>.MultiplyWide(
                    buffers.Weights, width, keys, count, dOutput, dOutputStride, buffers.DValues + (key * Width), Width, Width, buffers.Ones);
                AttentionTile<T, TVector, TRegister, TLanes>.MultiplyWide(
                    buffers.DLogits, width, keys, count, q, qStride, buffers.DKeys + (key * Width), Width, Width, buffers.Ones);
                AttentionTile<T, TVector, TRegister, TLanes>.Multiply(
                    k, kStride, rowMajor: false, columns, keys, buffers.DLogits, width, buffers.DQueries, width, width, buffers.Ones, buffers.Ones);
            }

            AttentionTile<T, TVector, TRegister, TLanes>.Unpack(buffers.DQueries, width, count, columns, buffers.Ones, arguments.DQ.Row(b, h, first), arguments.DQ.RowStride);
        }

        /// <summary>The log-sum-exp of every query in bits, and <c>scale · D</c>.</summary>
        private readonly void PrepareRows(nint b, nint h, nint first, nint count, nint width, Buffers buffers)
        {
            // Lanes behind the last query, and rows without weight, have weights 2^(x - ∞) = 0.
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.Lse, width, T.PositiveInfinity);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.Inner, width, T.Zero);
            var lse = Arguments.LseOf(b, h) + first;
            var scale = T.CreateTruncating(Arguments.Scale);
            for (nint s = 0; s < count; s++)
            {
                buffers.Lse[s] = AttentionRow<T, TLanes>.LseInBits(lse[s]);
                buffers.Inner[s] = scale * AttentionRow<T, TLanes>.Dot(Arguments.DOutput.Row(b, h, first + s), Arguments.Output.Row(b, h, first + s), Arguments.Columns);
            }
        }

        private readonly T* PadRows(T* rows, nint stride, nint count, T* padded)
        {
            AttentionTile<T, TVector, TRegister, TLanes>.Clear(padded, count * Width);
            for (nint s = 0; s < count; s++)
            {
                CopyRow(rows + (s * stride), padded + (s * Width));
            }

            return padded;
        }

        /// <summary>Turns logits into weights, and the gradients of the weights into those of the logits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Differentiate(Buffers buffers, nint width, nint keys)
        {
            for (nint j = 0; j < width; j += TLanes.Count)
            {
                var weights = buffers.Weights + j;
                var gradients = buffers.DLogits + j;
                var lse = TLanes.Load(buffers.Lse + j);
                var inner = TLanes.Load(buffers.Inner + j);
                for (nint t = 0; t < keys; t++)
                {
                    var weight = AttentionExponential.Exp2<TLanes, T>(TLanes.Load(weights + (t * width)) - lse);
                    TLanes.Store(weight, weights + (t * width));
                    TLanes.Store(weight * (TLanes.Load(gradients + (t * width)) - inner), gradients + (t * width));
                }
            }
        }
    }

    /// <summary>Adds up the pieces of every head in their order.</summary>
    private struct SumWork : IWork
    {
        public Work Work;

        public readonly void Run(int head)
        {
            ref readonly var arguments = ref Work.Arguments;
            var (b, keyHead) = Math.DivRem(head, arguments.KeyHeads);
            var size = Work.PartialSize;
            var pieces = Work.Partials + (head * Work.Pieces * 2 * size);
            for (nint t = 0; t < arguments.Keys; t++)
            {
                SumRow(pieces + (t * Work.Width), arguments.DK.Row(b, keyHead, t));
                SumRow(pieces + size + (t * Work.Width), arguments.DV.Row(b, keyHead, t));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SumRow(T* first, T* target)
        {
            for (nint i = 0; i < Work.Arguments.Columns; i += TLanes.Count)
            {
                var sum = TLanes.Load(first + i);
                for (nint piece = 1; piece < Work.Pieces; piece++)
                {
                    sum += TLanes.Load(first + (piece * 2 * Work.PartialSize) + i);
                }

                TLanes.StorePartial(sum, target + i, (int)Math.Min(TLanes.Count, Work.Arguments.Columns - i));
            }
        }
    }

    /// <summary>Working memory of a block.</summary>
    private readonly ref struct Buffers
    {
        private readonly Scratch _scratch;

        public Buffers(in Work work, int block)
        {
            nint width = AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
            var hasBias = !work.Arguments.Bias.IsAbsent;
            var (tile, packed, rows) = (AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys * width, work.Arguments.Columns * width, work.Width * width);
            var own = work.Partials is null ? work.PartialSize : 0;
            _scratch = Scratch.Rent(
                (3 * Scratch.SizeOf<T>(packed)) + (2 * Scratch.SizeOf<T>(rows)) + ((hasBias ? 3u : 2u) * Scratch.SizeOf<T>(tile)) + (3 * Scratch.SizeOf<T>(width)) + (2 * Scratch.SizeOf<T>(own)));
            Queries = _scratch.Take<T>(packed);
            DOutput = _scratch.Take<T>(packed);
            DQueries = _scratch.Take<T>(packed);
            QueryRows = _scratch.Take<T>(rows);
            DOutputRows = _scratch.Take<T>(rows);
            Weights = _scratch.Take<T>(tile);
            DLogits = _scratch.Take<T>(tile);
            Bias = hasBias ? _scratch.Take<T>(tile) : null;
            Lse = _scratch.Take<T>(width);
            Inner = _scratch.Take<T>(width);
            Ones = _scratch.Take<T>(width);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(Ones, width, T.One);
            DKeys = work.Partials is null ? _scratch.Take<T>(own) : work.Partials + (block * 2 * work.PartialSize);
            DValues = work.Partials is null ? _scratch.Take<T>(own) : DKeys + work.PartialSize;
        }

        /// <summary>Queries times scale, <c>[d][width]</c>.</summary>
        public T* Queries { get; }

        /// <summary>Gradient of the output times scale, <c>[d][width]</c>.</summary>
        public T* DOutput { get; }

        /// <summary>Gradient of the queries, <c>[d][width]</c>.</summary>
        public T* DQueries { get; }

        /// <summary>Queries in rows of whole registers.</summary>
        public T* QueryRows { get; }

        /// <summary>Gradient of the output in rows of whole registers.</summary>
        public T* DOutputRows { get; }

        /// <summary>Logits, then weights, <c>[keys][width]</c>.</summary>
        public T* Weights { get; }

        /// <summary>Gradients of the weights, then of the logits, times scale, <c>[keys][width]</c>.</summary>
        public T* DLogits { get; }

        /// <summary>A transposed tile of the bias.</summary>
        public T* Bias { get; }

        /// <summary>Log-sum-exp of every query, in bits.</summary>
        public T* Lse { get; }

        /// <summary><c>scale · Σ dOutput ⊙ output</c> of every query.</summary>
        public T* Inner { get; }

        /// <summary>Factors of sums that go on as they are.</summary>
        public T* Ones { get; }

        /// <summary>Gradient of the keys, rows of whole registers.</summary>
        public T* DKeys { get; }

        /// <summary>Gradient of the values, rows of whole registers.</summary>
        public T* DValues { get; }

        public void Dispose() => _scratch.Dispose();
    }
}
