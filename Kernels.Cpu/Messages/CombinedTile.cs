using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Combined messages of a few edges at a time: <c>z[r] = t[dst] + s[src] + W_a a[e]</c> for the edges of a tile, as a small matrix product that starts from the
/// rows of the two ends. A tile is small enough to stay in the first cache, so what follows (activation, reduction, gradients) reads it back for little.
/// </summary>
internal unsafe struct CombinedTile<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary><c>t</c>, its stride, and the same for <c>s</c> and <c>a</c>.</summary>
    public T* Target;
    public nint TargetStride;
    public T* Source;
    public nint SourceStride;
    public T* EdgeFeatures;
    public nint EdgeFeatureStride;

    /// <summary><c>F</c> and <c>A</c>; without edge features <c>A</c> is 0.</summary>
    public nint Features;
    public nint EdgeColumns;

    /// <summary><c>W_aᵀ</c>, <c>[A, F]</c> with the stride <see cref="Stride"/>, packed by <see cref="Pack"/>.</summary>
    public T* Weight;

    /// <summary>Number of edges, which bounds what is prefetched.</summary>
    public nint Edges;

    /// <summary>Elements from one row of a tile to the next: <c>F</c> rounded up to cache lines.</summary>
    public readonly nint Stride => Padded(Features);

    /// <summary>Elements from one row of the tile's edge features to the next: <c>A</c> rounded up to groups of four.</summary>
    public readonly nint EdgeStride => (EdgeColumns + 3) & ~3;

    /// <summary>Edges in a tile: about 16 KiB of messages.</summary>
    public readonly int Rows => (int)Math.Clamp(16384 / (Stride * sizeof(T)), 8, 128);

    /// <summary>Bytes of scratch that <see cref="Pack"/> takes.</summary>
    public readonly nuint PackedSize => Scratch.SizeOf<T>(EdgeColumns * Stride);

    /// <summary>A row length in elements, rounded up to whole registers of 512 bits.</summary>
    public static nint Padded(nint features) => (features + 64 / sizeof(T) - 1) & -(64 / sizeof(T));

    /// <summary>Transposes <c>W_a [F, A]</c> into scratch memory; the padding becomes 0.</summary>
    public void Pack(T* weight, nint stride, Scratch scratch)
    {
        Weight = scratch.Take<T>(EdgeColumns * Stride);
        for (nint column = 0; column < EdgeColumns; column++)
        {
            var packed = Weight + column * Stride;
            for (nint feature = 0; feature < Stride; feature++)
            {
                packed[feature] = feature < Features ? weight[feature * stride + column] : T.Zero;
            }
        }
    }

    /// <summary>Copies the features of the tile's edges side by side, <c>[tile, A]</c> with the stride <see cref="EdgeStride"/>; the padding becomes 0.</summary>
    public readonly void GatherEdgeFeatures(int* edges, nint count, nint ahead, T* output)
    {
        var columns = EdgeColumns;
        var stride = EdgeStride;
        if (columns == 0)
        {
            return;
        }

        for (nint row = 0; row < count; row++)
        {
            EdgeRows.Prefetch(EdgeFeatures + edges[Math.Min(row + 2 * EdgeRows.PrefetchDistance, ahead - 1)] * EdgeFeatureStride, 1);
            var from = EdgeFeatures + edges[row] * EdgeFeatureStride;
            var to = output + row * stride;
            nint column = 0;
            for (; column <= columns - 4; column += 4)
            {
                Lanes128<T>.Store(Lanes128<T>.Load(from + column), to + column);
                if (sizeof(T) == 8)
                {
                    Lanes128<T>.Store(Lanes128<T>.Load(from + column + 2), to + column + 2);
                }
            }

            for (; column < stride; column++)
            {
                to[column] = column < columns ? from[column] : T.Zero;
            }
        }
    }

    /// <summary>Computes <c>output[r] = f(z[r])</c>.</summary>
    /// <param name="targets">Destination of every edge of the tile.</param>
    /// <param name="sources">Source of every edge of the tile.</param>
    /// <param name="count">Number of edges, at least one.</param>
    /// <param name="edgeFeatures">What <see cref="GatherEdgeFeatures"/> wrote.</param>
    /// <param name="ahead">
    /// How many entries the scattered one of the two lists has from here on: <paramref name="sources"/> if positive, <paramref name="targets"/> (as its negative) if
    /// negative. The other list repeats its rows, which need no prefetch.
    /// </param>
    /// <param name="output">Messages, <c>[count, F]</c>.</param>
    /// <param name="stride">Stride of the output.</param>
    public readonly void Messages<TActivation, TLanes>(int* targets, int* sources, nint count, T* edgeFeatures, nint ahead, T* output, nint stride)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var features = Features;
        var edgeStride = EdgeStride;
        for (nint row = 0; row < count; row += 2)
        {
            // The last row of an odd number is computed twice, to the same bits.
            var second = Math.Min(row + 1, count - 1);
            var t0 = Target + targets[row] * TargetStride;
            var t1 = Target + targets[second] * TargetStride;
            var s0 = Source + sources[row] * SourceStride;
            var s1 = Source + sources[second] * SourceStride;
            var a0 = edgeFeatures + row * edgeStride;
            var a1 = edgeFeatures + second * edgeStride;
            var output0 = output + row * stride;
            var output1 = output + second * stride;
            nint feature = 0;
            for (; feature <= features - 4 * TLanes.Count; feature += 4 * TLanes.Count)
            {
                Prefetch<TLanes>(targets, sources, row, ahead, feature);
                FourRegisters<TActivation, TLanes>(t0 + feature, t1 + feature, s0 + feature, s1 + feature, a0, a1, Weight + feature, output0 + feature, output1 + feature);
            }

            for (; feature < features; feature += TLanes.Count)
            {
                var lanes = (int)Math.Min(TLanes.Count, features - feature);
                OneRegister<TActivation, TLanes>(t0 + feature, t1 + feature, s0 + feature, s1 + feature, a0, a1, Weight + feature, output0 + feature, output1 + feature, lanes);
            }

            if (!IsCheap<TActivation>())
            {
                Activate<TActivation, TLanes>(output0, features);
                if (second != row)
                {
                    Activate<TActivation, TLanes>(output1, features);
                }
            }
        }
    }

    // Whether the activation is a few instructions, so that it is applied while the message is in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsCheap<TActivation>() =>
        typeof(TActivation) == typeof(Identity) || typeof(TActivation) == typeof(Relu) || typeof(TActivation) == typeof(LeakyRelu);

    private static void Activate<TActivation, TLanes>(T* row, nint features)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        nint feature = 0;
        for (; feature <= features - TLanes.Count; feature += TLanes.Count)
        {
            TLanes.Store(TActivation.Invoke<TLanes, T>(TLanes.Load(row + feature)), row + feature);
        }

        if (feature < features)
        {
            var lanes = (int)(features - feature);
            TLanes.StorePartial(TActivation.Invoke<TLanes, T>(TLanes.LoadPartial(row + feature, lanes)), row + feature, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Prefetch<TLanes>(int* targets, int* sources, nint row, nint ahead, nint feature)
        where TLanes : unmanaged
    {
        if (ahead > 0)
        {
            EdgeRows.Prefetch(Source + sources[Math.Min(row + EdgeRows.PrefetchDistance, ahead - 1)] * SourceStride + feature, 4 * sizeof(TLanes));
            EdgeRows.Prefetch(Source + sources[Math.Min(row + EdgeRows.PrefetchDistance + 1, ahead - 1)] * SourceStride + feature, 4 * sizeof(TLanes));
        }
        else
        {
            EdgeRows.Prefetch(Target + targets[Math.Min(row + EdgeRows.PrefetchDistance, -ahead - 1)] * TargetStride + feature, 4 * sizeof(TLanes));
            EdgeRows.Prefetch(Target + targets[Math.Min(row + EdgeRows.PrefetchDistance + 1, -ahead - 1)] * TargetStride + feature, 4 * sizeof(TLanes));
        }
    }

    // Register budget: 2 edges x 4 registers of sums, 4 of weights, 2 broadcast edge features: 14 of 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FourRegisters<TActivation, TLanes>(T* t0, T* t1, T* s0, T* s1, T* a0, T* a1, T* weight, T* output0, T* output1)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var z00 = TLanes.Load(t0) + TLanes.Load(s0);
        var z01 = TLanes.Load(t0 + TLanes.Count) + TLanes.Load(s0 + TLanes.Count);
        var z02 = TLanes.Load(t0 + 2 * TLanes.Count) + TLanes.Load(s0 + 2 * TLanes.Count);
        var z03 = TLanes.Load(t0 + 3 * TLanes.Count) + TLanes.Load(s0 + 3 * TLanes.Count);
        var z10 = TLanes.Load(t1) + TLanes.Load(s1);
        var z11 = TLanes.Load(t1 + TLanes.Count) + TLanes.Load(s1 + TLanes.Count);
        var z12 = TLanes.Load(t1 + 2 * TLanes.Count) + TLanes.Load(s1 + 2 * TLanes.Count);
        var z13 = TLanes.Load(t1 + 3 * TLanes.Count) + TLanes.Load(s1 + 3 * TLanes.Count);
        var stride = Stride;
        var columns = EdgeColumns;
        for (nint column = 0; column < columns; column++)
        {
            var w0 = TLanes.Load(weight);
            var w1 = TLanes.Load(weight + TLanes.Count);
            var w2 = TLanes.Load(weight + 2 * TLanes.Count);
            var w3 = TLanes.Load(weight + 3 * TLanes.Count);
            var b0 = TLanes.Broadcast(a0[column]);
            z00 = TLanes.FusedMultiplyAdd(w0, b0, z00);
            z01 = TLanes.FusedMultiplyAdd(w1, b0, z01);
            z02 = TLanes.FusedMultiplyAdd(w2, b0, z02);
            z03 = TLanes.FusedMultiplyAdd(w3, b0, z03);
            var b1 = TLanes.Broadcast(a1[column]);
            z10 = TLanes.FusedMultiplyAdd(w0, b1, z10);
            z11 = TLanes.FusedMultiplyAdd(w1, b1, z11);
            z12 = TLanes.FusedMultiplyAdd(w2, b1, z12);
            z13 = TLanes.FusedMultiplyAdd(w3, b1, z13);
            weight += stride;
        }

        TLanes.Store(Finish<TActivation, TLanes>(z00), output0);
        TLanes.Store(Finish<TActivation, TLanes>(z01), output0 + TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z02), output0 + 2 * TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z03), output0 + 3 * TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z10), output1);
        TLanes.Store(Finish<TActivation, TLanes>(z11), output1 + TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z12), output1 + 2 * TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z13), output1 + 3 * TLanes.Count);
    }

    private readonly void OneRegister<TActivation, TLanes>(T* t0, T* t1, T* s0, T* s1, T* a0, T* a1, T* weight, T* output0, T* output1, int lanes)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var z0 = TLanes.LoadPartial(t0, lanes) + TLanes.LoadPartial(s0, lanes);
        var z1 = TLanes.LoadPartial(t1, lanes) + TLanes.LoadPartial(s1, lanes);
        var stride = Stride;
        var columns = EdgeColumns;
        for (nint column = 0; column < columns; column++)
        {
            var w = TLanes.Load(weight);
            z0 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(a0[column]), z0);
            z1 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(a1[column]), z1);
            weight += stride;
        }

        TLanes.StorePartial(Finish<TActivation, TLanes>(z0), output0, lanes);
        TLanes.StorePartial(Finish<TActivation, TLanes>(z1), output1, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Finish<TActivation, TLanes>(TLanes z)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T> => IsCheap<TActivation>() ? TActivation.Invoke<TLanes, T>(z) : z;
}
