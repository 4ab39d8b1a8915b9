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
    public readonly int Rows => (int)Math.Clamp(16384 / (Math.Max(Stride, 1) * sizeof(T)), 8, 128);

    /// <summary>Bytes of scratch that <see cref="Pack"/> takes.</summary>
    public readonly nuint PackedSize => Scratch.SizeOf<T>(EvenColumns * Stride);

    // The products take two edge features at a time.
    private readonly nint EvenColumns => (EdgeColumns + 1) & ~1;

    /// <summary>A row length in elements, rounded up to whole registers of 512 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Padded(nint features) => (features + 64 / sizeof(T) - 1) & -(64 / sizeof(T));

    /// <summary>Transposes <c>W_a [F, A]</c> into scratch memory; the padding becomes 0.</summary>
    public void Pack(T* weight, nint stride, Scratch scratch)
    {
        Weight = scratch.Take<T>(EvenColumns * Stride);
        for (nint column = 0; column < EvenColumns; column++)
        {
            var packed = Weight + column * Stride;
            for (nint feature = 0; feature < Stride; feature++)
            {
                packed[feature] = feature < Features && column < EdgeColumns ? weight[feature * stride + column] : T.Zero;
            }
        }
    }

    /// <summary>Copies the features of the tile's edges side by side, <c>[tile, A]</c> with the stride <see cref="EdgeStride"/>; the padding becomes 0.</summary>
    public readonly void GatherEdgeFeatures(int* edges, nint count, nint ahead, T* output)
    {
        var columns = EdgeColumns;
        var stride = EdgeStride;
        var tileRows = Rows;
        if (columns == 0)
        {
            return;
        }

        for (nint row = 0; row < count; row++)
        {
            // This loop is soon through its tile, so it asks for the rows of the next one.
            EdgeRows.Prefetch(EdgeFeatures + edges[Math.Min(row + tileRows, ahead - 1)] * EdgeFeatureStride, 1);
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
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="TSide">Which of the two lists repeats its nodes; the nodes of the other are scattered, and their rows are prefetched.</typeparam>
    /// <typeparam name="TLanes">The register.</typeparam>
    /// <param name="targets">Destination of every edge of the tile.</param>
    /// <param name="sources">Source of every edge of the tile.</param>
    /// <param name="count">Number of edges, at least one.</param>
    /// <param name="ahead">How many entries the scattered list has from here on.</param>
    /// <param name="edgeFeatures">What <see cref="GatherEdgeFeatures"/> wrote.</param>
    /// <param name="output">Messages, <c>[count, F]</c>.</param>
    /// <param name="stride">Stride of the output.</param>
    public readonly void Messages<TActivation, TSide, TLanes>(int* targets, int* sources, nint count, nint ahead, T* edgeFeatures, T* output, nint stride)
        where TActivation : struct, IActivation
        where TSide : struct, IEdgeSide
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        // Copies, so that the loops find them in registers: what is reached through "this" might be changed by a store.
        var tile = this;
        var width = 4 * TLanes.Count;
        nint row = 0;
        if (sizeof(TLanes) == 64)
        {
            for (; row <= count - 4; row += 4)
            {
                for (nint feature = 0; feature <= tile.Features - width; feature += width)
                {
                    tile.Prefetch<TSide, TLanes>(targets, sources, row, ahead, feature);
                    tile.Prefetch<TSide, TLanes>(targets, sources, row + 1, ahead, feature);
                    tile.Prefetch<TSide, TLanes>(targets, sources, row + 2, ahead, feature);
                    tile.Prefetch<TSide, TLanes>(targets, sources, row + 3, ahead, feature);
                    tile.FourEdges<TActivation, TLanes>(targets + row, sources + row, edgeFeatures + row * tile.EdgeStride, feature, output + row * stride + feature, stride);
                }
            }
        }

        for (; row < count; row += 2)
        {
            // The last row of an odd number is computed twice, to the same bits.
            var second = row + 1 < count ? 1 : 0;
            for (nint feature = 0; feature <= tile.Features - width; feature += width)
            {
                tile.Prefetch<TSide, TLanes>(targets, sources, row, ahead, feature);
                tile.Prefetch<TSide, TLanes>(targets, sources, row + second, ahead, feature);
                tile.TwoEdges<TActivation, TLanes>(targets + row, sources + row, second, edgeFeatures + row * tile.EdgeStride, feature, output + row * stride + feature, stride);
            }
        }

        if (tile.Features % width != 0)
        {
            for (row = 0; row < count; row += 2)
            {
                for (var feature = tile.Features - tile.Features % width; feature < tile.Features; feature += TLanes.Count)
                {
                    var lanes = (int)Math.Min(TLanes.Count, tile.Features - feature);
                    tile.OneRegister<TActivation, TLanes>(targets + row, sources + row, row + 1 < count ? 1 : 0, edgeFeatures + row * tile.EdgeStride, feature, output + row * stride + feature, stride, lanes);
                }
            }
        }

        for (row = 0; row < count && !IsCheap<TActivation>(); row++)
        {
            Apply<TActivation, TLanes>(output + row * stride, tile.Features);
        }
    }

    /// <summary>Whether the activation is a few instructions, so that it is applied while the message is in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCheap<TActivation>()
        where TActivation : struct, IActivation =>
        typeof(TActivation) == typeof(Identity) || typeof(TActivation) == typeof(Relu) || typeof(TActivation) == typeof(LeakyRelu);

    private static void Apply<TActivation, TLanes>(T* row, nint features)
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
    private readonly void Prefetch<TSide, TLanes>(int* targets, int* sources, nint row, nint ahead, nint feature)
        where TSide : struct, IEdgeSide
        where TLanes : unmanaged
    {
        row = Math.Min(row + EdgeRows.PrefetchDistance, ahead - 1);
        EdgeRows.Prefetch((TSide.IsDestination ? Source + sources[row] * SourceStride : Target + targets[row] * TargetStride) + feature, 4 * sizeof(TLanes));
    }

    // Register budget: 4 edges x 4 registers of sums, 4 of weights, 1 broadcast edge feature: 21 of 32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FourEdges<TActivation, TLanes>(int* targets, int* sources, T* a, nint feature, T* output, nint stride)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var weight = Weight + feature;
        var weightStride = Stride;
        var edgeStride = EdgeStride;
        var end = a + EvenColumns;
        var a2 = a + 2 * edgeStride;
        var t = Target + targets[0] * TargetStride + feature;
        var s = Source + sources[0] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z00, out var z01, out var z02, out var z03);
        t = Target + targets[1] * TargetStride + feature;
        s = Source + sources[1] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z10, out var z11, out var z12, out var z13);
        t = Target + targets[2] * TargetStride + feature;
        s = Source + sources[2] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z20, out var z21, out var z22, out var z23);
        t = Target + targets[3] * TargetStride + feature;
        s = Source + sources[3] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z30, out var z31, out var z32, out var z33);
        for (; a < end; a += 2)
        {
            var w0 = TLanes.Load(weight);
            var w1 = TLanes.Load(weight + TLanes.Count);
            var w2 = TLanes.Load(weight + 2 * TLanes.Count);
            var w3 = TLanes.Load(weight + 3 * TLanes.Count);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[0], ref z00, ref z01, ref z02, ref z03);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[edgeStride], ref z10, ref z11, ref z12, ref z13);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a2[0], ref z20, ref z21, ref z22, ref z23);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a2[edgeStride], ref z30, ref z31, ref z32, ref z33);
            w0 = TLanes.Load(weight + weightStride);
            w1 = TLanes.Load(weight + weightStride + TLanes.Count);
            w2 = TLanes.Load(weight + weightStride + 2 * TLanes.Count);
            w3 = TLanes.Load(weight + weightStride + 3 * TLanes.Count);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[1], ref z00, ref z01, ref z02, ref z03);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[edgeStride + 1], ref z10, ref z11, ref z12, ref z13);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a2[1], ref z20, ref z21, ref z22, ref z23);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a2[edgeStride + 1], ref z30, ref z31, ref z32, ref z33);
            a2 += 2;
            weight += 2 * weightStride;
        }

        Finish<TActivation, TLanes>(z00, z01, z02, z03, output);
        output += stride;
        Finish<TActivation, TLanes>(z10, z11, z12, z13, output);
        output += stride;
        Finish<TActivation, TLanes>(z20, z21, z22, z23, output);
        output += stride;
        Finish<TActivation, TLanes>(z30, z31, z32, z33, output);
    }

    // Register budget: 2 edges x 4 registers of sums, 4 of weights, 1 broadcast edge feature: 13 of 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void TwoEdges<TActivation, TLanes>(int* targets, int* sources, nint second, T* a, nint feature, T* output, nint stride)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var weight = Weight + feature;
        var weightStride = Stride;
        var edgeStride = second * EdgeStride;
        var end = a + EvenColumns;
        var t = Target + targets[0] * TargetStride + feature;
        var s = Source + sources[0] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z00, out var z01, out var z02, out var z03);
        t = Target + targets[second] * TargetStride + feature;
        s = Source + sources[second] * SourceStride + feature;
        FourRegisters<TLanes, T>.Sum(t, s, out var z10, out var z11, out var z12, out var z13);
        for (; a < end; a += 2)
        {
            var w0 = TLanes.Load(weight);
            var w1 = TLanes.Load(weight + TLanes.Count);
            var w2 = TLanes.Load(weight + 2 * TLanes.Count);
            var w3 = TLanes.Load(weight + 3 * TLanes.Count);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[0], ref z00, ref z01, ref z02, ref z03);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[edgeStride], ref z10, ref z11, ref z12, ref z13);
            w0 = TLanes.Load(weight + weightStride);
            w1 = TLanes.Load(weight + weightStride + TLanes.Count);
            w2 = TLanes.Load(weight + weightStride + 2 * TLanes.Count);
            w3 = TLanes.Load(weight + weightStride + 3 * TLanes.Count);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[1], ref z00, ref z01, ref z02, ref z03);
            FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a[edgeStride + 1], ref z10, ref z11, ref z12, ref z13);
            weight += 2 * weightStride;
        }

        Finish<TActivation, TLanes>(z00, z01, z02, z03, output);
        output += second * stride;
        Finish<TActivation, TLanes>(z10, z11, z12, z13, output);
    }

    // The last columns, fewer than four registers of them.
    private readonly void OneRegister<TActivation, TLanes>(int* targets, int* sources, nint second, T* a, nint feature, T* output, nint stride, int lanes)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var z0 = TLanes.LoadPartial(Target + targets[0] * TargetStride + feature, lanes) + TLanes.LoadPartial(Source + sources[0] * SourceStride + feature, lanes);
        var z1 = TLanes.LoadPartial(Target + targets[second] * TargetStride + feature, lanes) + TLanes.LoadPartial(Source + sources[second] * SourceStride + feature, lanes);
        var weight = Weight + feature;
        var weightStride = Stride;
        var edgeStride = second * EdgeStride;
        for (var end = a + EdgeColumns; a < end; a++)
        {
            var w = TLanes.Load(weight);
            z0 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(*a), z0);
            z1 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(a[edgeStride]), z1);
            weight += weightStride;
        }

        TLanes.StorePartial(Finish<TActivation, TLanes>(z0), output, lanes);
        TLanes.StorePartial(Finish<TActivation, TLanes>(z1), output + second * stride, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TActivation, TLanes>(TLanes z0, TLanes z1, TLanes z2, TLanes z3, T* output)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        TLanes.Store(Finish<TActivation, TLanes>(z0), output);
        TLanes.Store(Finish<TActivation, TLanes>(z1), output + TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z2), output + 2 * TLanes.Count);
        TLanes.Store(Finish<TActivation, TLanes>(z3), output + 3 * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Finish<TActivation, TLanes>(TLanes z)
        where TActivation : struct, IActivation
        where TLanes : unmanaged, ILanes<TLanes, T> => IsCheap<TActivation>() ? TActivation.Invoke<TLanes, T>(z) : z;
}
