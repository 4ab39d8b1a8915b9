using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The forward pass: a tile of queries against all the keys that it sees, with a running maximum and sum (Dao et al. 2022).</summary>
/// <remarks>The blocks are tiles of queries of one head; every one is computed by itself, so results do not depend on the threads.</remarks>
internal static unsafe class AttentionForward<T, TVector, TRegister, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    public static void Run(ref AttentionArguments<T> arguments, int threads)
    {
        var tile = AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
        var work = new Work { Arguments = arguments, Tiles = (arguments.Queries + tile - 1) / tile };
        Workers.For(ref work, checked((int)(arguments.Batch * arguments.Heads * work.Tiles)), threads);
    }

    private struct Work : IWork
    {
        public AttentionArguments<T> Arguments;
        public nint Tiles;

        public readonly void Run(int block)
        {
            // With a causal mask the last queries see the most: they come first.
            var tile = Tiles - 1 - (block % Tiles);
            var (b, h) = Math.DivRem(block / Tiles, Arguments.Heads);
            var first = tile * AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
            var count = Math.Min(AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries, Arguments.Queries - first);
            using var buffers = new Buffers(Arguments.Columns, !Arguments.Bias.IsAbsent);
            Queries(b, h, first, count, buffers);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Queries(nint b, nint h, nint first, nint count, Buffers buffers)
        {
            ref readonly var arguments = ref Arguments;
            var keyHead = h / arguments.Group;
            var columns = arguments.Columns;
            var (least, most) = (arguments.Seen(b, first), arguments.Seen(b, first + count - 1));

            // Weights of 0 hide a value that only some queries of the tile see, unless it is NaN or infinite: then each query goes alone.
            if (least < most && !AttentionTile<T, TVector, TRegister, TLanes>.AreFinite(arguments.V.Row(b, keyHead, least), arguments.V.RowStride, most - least, columns))
            {
                for (nint s = 0; s < count; s++)
                {
                    Queries(b, h, first + s, 1, buffers);
                }

                return;
            }

            var width = AttentionTile<T, TVector, TRegister, TLanes>.Width(count);
            AttentionTile<T, TVector, TRegister, TLanes>.Pack(
                arguments.Q.Row(b, h, first), arguments.Q.RowStride, count, columns, arguments.Scale * AttentionExponential.BitsPerNat, buffers.Queries, width);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.Maximum, width, T.NegativeInfinity);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.Sum, width, T.Zero);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(buffers.Output, columns * width, T.Zero);
            for (nint key = 0; key < most; key += AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys)
            {
                var keys = Math.Min(AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys, most - key);
                AttentionTile<T, TVector, TRegister, TLanes>.Multiply(
                    arguments.K.Row(b, keyHead, key), arguments.K.RowStride, rowMajor: true, keys, columns, buffers.Queries, width, buffers.Weights, width, width, null, buffers.Ones);
                if (!arguments.Bias.IsAbsent)
                {
                    AttentionTile<T, TVector, TRegister, TLanes>.AddBias(
                        buffers.Weights, width, arguments.Bias.Row(b, h, first) + key, arguments.Bias.RowStride, count, keys, buffers.Bias);
                }

                if (arguments.Causal)
                {
                    AttentionTile<T, TVector, TRegister, TLanes>.Mask(
                        buffers.Weights, width, keys, first + arguments.Keys - arguments.Queries + 1 - key, T.NegativeInfinity);
                }

                Weigh(buffers, width, keys);
                AttentionTile<T, TVector, TRegister, TLanes>.Multiply(
                    arguments.V.Row(b, keyHead, key), arguments.V.RowStride, rowMajor: false, columns, keys, buffers.Weights, width, buffers.Output, width, width, buffers.Factor, buffers.Ones);
            }

            Finish(buffers, width, count, arguments.LseOf(b, h) + first);
            AttentionTile<T, TVector, TRegister, TLanes>.Unpack(
                buffers.Output, width, count, columns, buffers.Factor, arguments.Output.Row(b, h, first), arguments.Output.RowStride);
        }

        /// <summary>Turns logits into weights relative to the new maximum, and gives the factor for what was summed relative to the old one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Weigh(Buffers buffers, nint width, nint keys)
        {
            for (nint j = 0; j < width; j += TLanes.Count)
            {
                // A NaN may get lost in the maximum; its weight is NaN whatever the maximum is.
                var weights = buffers.Weights + j;
                var old = TLanes.Load(buffers.Maximum + j);
                var (maximum0, maximum1) = (old, old);
                nint t = 0;
                for (; t <= keys - 2; t += 2)
                {
                    maximum0 = TLanes.AtLeast(TLanes.Load(weights + (t * width)), maximum0);
                    maximum1 = TLanes.AtLeast(TLanes.Load(weights + ((t + 1) * width)), maximum1);
                }

                if (t < keys)
                {
                    maximum0 = TLanes.AtLeast(TLanes.Load(weights + (t * width)), maximum0);
                }

                var maximum = TLanes.AtLeast(maximum0, maximum1);

                // As long as all logits are -∞, they are so relative to 0.
                var shift = TLanes.Select(TLanes.Equal(maximum, TLanes.Constant(double.NegativeInfinity)), TLanes.Zero, maximum);
                var (sum0, sum1) = (TLanes.Zero, TLanes.Zero);
                t = 0;
                for (; t <= keys - 2; t += 2)
                {
                    var weight0 = AttentionExponential.Exp2<TLanes, T>(TLanes.Load(weights + (t * width)) - shift);
                    var weight1 = AttentionExponential.Exp2<TLanes, T>(TLanes.Load(weights + ((t + 1) * width)) - shift);
                    TLanes.Store(weight0, weights + (t * width));
                    TLanes.Store(weight1, weights + ((t + 1) * width));
                    sum0 += weight0;
                    sum1 += weight1;
                }

                if (t < keys)
                {
                    var weight = AttentionExponential.Exp2<TLanes, T>(TLanes.Load(weights + (t * width)) - shift);
                    TLanes.Store(weight, weights + (t * width));
                    sum0 += weight;
                }

                var factor = AttentionExponential.Exp2<TLanes, T>(old - shift);
                TLanes.Store(factor, buffers.Factor + j);
                TLanes.Store(maximum, buffers.Maximum + j);
                TLanes.Store(TLanes.FusedMultiplyAdd(TLanes.Load(buffers.Sum + j), factor, sum0 + sum1), buffers.Sum + j);
            }
        }

        /// <summary>Writes the log-sum-exps, and the factors that divide by the sums.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Finish(Buffers buffers, nint width, nint count, T* lse)
        {
            for (nint j = 0; j < width; j += TLanes.Count)
            {
                var sum = TLanes.Load(buffers.Sum + j);
                var value = TLanes.FusedMultiplyAdd(TLanes.Load(buffers.Maximum + j), TLanes.Constant(AttentionExponential.NatsPerBit), Functions.Log<TLanes, T>(sum));
                var empty = TLanes.Equal(sum, TLanes.Zero);
                TLanes.Store(TLanes.Select(empty, TLanes.Zero, TLanes.Constant(1) / sum), buffers.Factor + j);
                if (j < count)
                {
                    TLanes.StorePartial(value, lse + j, (int)Math.Min(TLanes.Count, count - j));
                }
            }
        }
    }

    /// <summary>Working memory of a tile of queries.</summary>
    private readonly ref struct Buffers
    {
        private readonly Scratch _scratch;

        public Buffers(nint columns, bool hasBias)
        {
            nint width = AttentionTile<T, TVector, TRegister, TLanes>.MaximumQueries;
            var (tile, rows) = (AttentionTile<T, TVector, TRegister, TLanes>.MaximumKeys * width, columns * width);
            _scratch = Scratch.Rent((2 * Scratch.SizeOf<T>(rows)) + ((hasBias ? 2u : 1u) * Scratch.SizeOf<T>(tile)) + (4 * Scratch.SizeOf<T>(width)));
            Queries = _scratch.Take<T>(rows);
            Output = _scratch.Take<T>(rows);
            Weights = _scratch.Take<T>(tile);
            Bias = hasBias ? _scratch.Take<T>(tile) : null;
            Maximum = _scratch.Take<T>(width);
            Sum = _scratch.Take<T>(width);
            Factor = _scratch.Take<T>(width);
            Ones = _scratch.Take<T>(width);
            AttentionTile<T, TVector, TRegister, TLanes>.Fill(Ones, width, T.One);
        }

        /// <summary>Scaled queries, <c>[d][width]</c>.</summary>
        public T* Queries { get; }

        /// <summary>Weighted sums of values, <c>[d][width]</c>.</summary>
        public T* Output { get; }

        /// <summary>Logits, then weights, <c>[keys][width]</c>.</summary>
        public T* Weights { get; }

        /// <summary>A transposed tile of the bias.</summary>
        public T* Bias { get; }

        /// <summary>Largest logit so far, in bits.</summary>
        public T* Maximum { get; }

        /// <summary>Sum of weights so far.</summary>
        public T* Sum { get; }

        /// <summary>What the sums so far are to be multiplied with.</summary>
        public T* Factor { get; }

        /// <summary>Factors of sums that go on as they are.</summary>
        public T* Ones { get; }

        public void Dispose() => _scratch.Dispose();
    }
}
