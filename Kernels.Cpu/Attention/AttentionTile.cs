using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The parts that the forward and the backward pass are made of. They work on a tile of queries and a tile of keys, with the queries in the lanes: <c>tile[t·width + j]</c>
/// belongs to key <c>t</c> and query <c>j</c>.
/// </summary>
/// <remarks>
/// With the queries in the lanes, maxima and sums over keys need no work across lanes, a tile of queries is transposed once for all keys, and keys and values are read as broadcast
/// elements where they lie: nothing of them is copied, and nothing outside the rows that are seen is read. Lanes behind the last query of a tile hold zeros or what became of them; no
/// result depends on them.
/// <para>Methods are compiled in full at once: few calls do much work, and the first of them should not wait for a better version.</para>
/// </remarks>
internal static unsafe class AttentionTile<T, TVector, TRegister, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>Keys of a tile: with a causal mask, what lies beyond the last key that a query sees is skipped by tiles.</summary>
    public const int MaximumKeys = 64;

    // Longer sums are cut, as those of the matrix product are.
    private const int MaximumDepth = 256;

    /// <summary>Queries of a tile: three registers of them.</summary>
    public static int MaximumQueries
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AttentionMicroKernel<T, TVector, TRegister>.MaximumColumns * TRegister.Count;
    }

    /// <summary>Elements rounded up to whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Width(nint count) => (count + TRegister.Count - 1) / TRegister.Count * TRegister.Count;

    /// <summary><c>packed[i·width + j] = factor · rows[j·stride + i]</c> for <c>j &lt; count</c>, 0 in the other lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(T* rows, nint stride, nint count, nint columns, double factor, T* packed, nint width)
    {
        if (count < width)
        {
            Clear(packed, columns * width);
        }

        MatrixProductPacking.Transpose(rows, stride, count, columns, packed, width);
        var scale = TLanes.Broadcast(T.CreateTruncating(factor));
        for (nint i = 0; i < columns * width; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(packed + i) * scale, packed + i);
        }
    }

    /// <summary><c>rows[j·stride + i] = packed[i·width + j] · factor[j]</c> for <c>j &lt; count</c>; the packed values are scaled in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(T* packed, nint width, nint count, nint columns, T* factor, T* rows, nint stride)
    {
        for (nint j = 0; j < width; j += TLanes.Count)
        {
            var scale = TLanes.Load(factor + j);
            for (nint i = 0; i < columns; i++)
            {
                TLanes.Store(TLanes.Load(packed + (i * width) + j) * scale, packed + (i * width) + j);
            }
        }

        MatrixProductPacking.Transpose(packed, width, columns, count, rows, stride);
    }

    /// <summary>
    /// <c>C[i,j] = Σ_k A[i,k] · B[k,j]</c>, plus <c>C[i,j] · factor[j]</c> if there is a factor, for at most three registers of columns; layouts as in the micro-kernel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(T* a, nint aStride, bool rowMajor, nint rows, nint depth, T* b, nint bStride, T* c, nint cStride, nint columns, T* factor, T* ones)
    {
        var registers = columns / TRegister.Count;
        var (aRow, aDepth) = rowMajor ? (aStride, (nint)1) : (1, aStride);
        var step = AttentionMicroKernel<T, TVector, TRegister>.MaximumRows;
        for (nint k = 0; k < depth; k += MaximumDepth)
        {
            var part = Math.Min(MaximumDepth, depth - k);
            for (nint i = 0; i < rows; i += step)
            {
                var kernel = AttentionMicroKernel<T, TVector, TRegister>.Get(Math.Min(step, rows - i), registers, rowMajor);
                kernel(part, a + (i * aRow) + (k * aDepth), aStride, b + (k * bStride), bStride, c + (i * cStride), cStride, k == 0 ? factor : ones);
            }
        }
    }

    /// <summary><c>C[i,j] += Σ_k A[i,k] · B[k,j]</c> for row-major <c>A</c> and any number of column registers, shared out as evenly as they go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyWide(T* a, nint aStride, nint rows, nint depth, T* b, nint bStride, T* c, nint cStride, nint columns, T* ones)
    {
        var registers = columns / TRegister.Count;
        var parts = (registers + AttentionMicroKernel<T, TVector, TRegister>.MaximumColumns - 1) / AttentionMicroKernel<T, TVector, TRegister>.MaximumColumns;
        for (nint part = 0; part < parts; part++)
        {
            var first = registers * part / parts * TRegister.Count;
            var end = registers * (part + 1) / parts * TRegister.Count;
            Multiply(a, aStride, rowMajor: true, rows, depth, b + first, bStride, c + first, cStride, end - first, ones, ones);
        }
    }

    /// <summary>Adds the bias, in bits, to a tile of logits.</summary>
    /// <param name="logits">The tile.</param>
    /// <param name="width">Its lanes.</param>
    /// <param name="bias">The bias of the first query and the first key of the tile.</param>
    /// <param name="stride">Elements from one query to the next; 0 when all have the same bias.</param>
    /// <param name="queries">Queries of the tile.</param>
    /// <param name="keys">Keys of the tile.</param>
    /// <param name="transposed">Room for a tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddBias(T* logits, nint width, T* bias, nint stride, nint queries, nint keys, T* transposed)
    {
        var bits = TLanes.Constant(AttentionExponential.BitsPerNat);
        if (stride != 0)
        {
            if (queries < width)
            {
                Clear(transposed, keys * width);
            }

            MatrixProductPacking.Transpose(bias, stride, queries, keys, transposed, width);
        }

        for (nint t = 0; t < keys; t++)
        {
            for (nint j = 0; j < width; j += TLanes.Count)
            {
                var added = stride == 0 ? TLanes.Broadcast(bias[t]) : TLanes.Load(transposed + (t * width) + j);
                TLanes.Store(TLanes.FusedMultiplyAdd(added, bits, TLanes.Load(logits + (t * width) + j)), logits + (t * width) + j);
            }
        }
    }

    /// <summary>Overwrites what the first query of the tile, and those behind it, do not see: query <c>j</c> sees the keys <c>t &lt; seen + j</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask(T* tile, nint width, nint keys, nint seen, T value)
    {
        var values = TLanes.Broadcast(value);
        for (var t = Math.Max(seen, 0); t < keys; t++)
        {
            var count = Math.Min(t - seen + 1, width);
            for (nint j = 0; j < count; j += TLanes.Count)
            {
                TLanes.StorePartial(values, tile + (t * width) + j, (int)Math.Min(TLanes.Count, count - j));
            }
        }
    }

    /// <summary>True when every element of the rows is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreFinite(T* first, nint stride, nint rows, nint columns)
    {
        // A finite number less itself is 0, any other is NaN.
        var sum = TLanes.Zero;
        for (nint s = 0; s < rows; s++)
        {
            var row = first + (s * stride);
            nint i = 0;
            for (; i <= columns - TLanes.Count; i += TLanes.Count)
            {
                var x = TLanes.Load(row + i);
                sum += x - x;
            }

            var rest = TLanes.LoadPartial(row + i, (int)(columns - i));
            sum += rest - rest;
        }

        return TLanes.Sum(sum) == T.Zero;
    }

    /// <summary>Fills with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clear(T* first, nint count)
    {
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            TLanes.StorePartial(TLanes.Zero, first + i, (int)Math.Min(TLanes.Count, count - i));
        }
    }

    /// <summary>Fills whole registers with a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(T* first, nint count, T value)
    {
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Broadcast(value), first + i);
        }
    }
}
