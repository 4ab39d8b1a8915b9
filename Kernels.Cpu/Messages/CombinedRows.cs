using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Whether edges have weights.</summary>
internal interface IEdgeWeights
{
    static abstract bool Any { get; }
}

/// <summary>Every edge counts as it is.</summary>
internal readonly struct Unweighted : IEdgeWeights
{
    public static bool Any => false;
}

/// <summary>Every edge has a weight.</summary>
internal readonly struct Weighted : IEdgeWeights
{
    public static bool Any => true;
}

/// <summary>
/// Rows of an aggregate of combined messages without tiles: the messages of a few edges are computed in registers and join the row's sums there, so that
/// nothing is stored per edge. For activations of a few instructions, whole groups of four registers of features, and no argument of an extremum.
/// </summary>
/// <remarks>Each loop is a method of its own, since all of them together would exceed what the compiler inlines, and a call inside a loop spills every sum.</remarks>
internal unsafe struct CombinedRows<TActivation, TReduction, TWeights, T>
    where TActivation : struct, IActivation
    where TReduction : struct, IReduction
    where TWeights : struct, IEdgeWeights
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _target;
    private readonly nint _targetStride;
    private readonly T* _source;
    private readonly nint _sourceStride;
    private readonly T* _edgeFeatures;
    private readonly nint _edgeFeatureStride;
    private readonly nint _features;
    private readonly nint _columns;
    private readonly T* _weight;
    private readonly nint _weightColumns;
    private readonly nint _last;
    private readonly int* _order;
    private readonly int* _sources;
    private readonly T* _weights;
    private readonly nint _weightStride;

    public CombinedRows(in CombinedTile<T> tile, int* order, int* sources, T* weights, nint weightStride)
    {
        _target = tile.Target;
        _targetStride = tile.TargetStride;
        _source = tile.Source;
        _sourceStride = tile.SourceStride;
        _edgeFeatures = tile.EdgeFeatures;
        _edgeFeatureStride = tile.EdgeFeatureStride;
        _features = tile.Features;
        _columns = tile.EdgeColumns;
        _weight = tile.Weight;
        _weightColumns = tile.Stride;
        _last = tile.Edges - 1;
        _order = order;
        _sources = sources;
        _weights = weights;
        _weightStride = weightStride;
    }

    /// <summary>Whether the rows can be computed here.</summary>
    public static bool Fits<TLanes>(nint features, bool hasArg)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        CombinedTile<T>.IsCheap<TActivation>() && !hasArg && features % (4 * TLanes.Count) == 0;

    /// <summary>Reduces the messages at the positions <c>[begin, end)</c>, at least one, of a destination.</summary>
    /// <param name="row">The destination.</param>
    /// <param name="begin">First position.</param>
    /// <param name="end">Position after the last.</param>
    /// <param name="output">The row, <c>[F]</c>; overwritten.</param>
    /// <param name="divisor">What the result is divided by, 1 for nothing.</param>
    public readonly void Reduce<TLanes>(int row, nint begin, nint end, T* output, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint feature = 0; feature < _features; feature += 4 * TLanes.Count)
        {
            var target = _target + row * _targetStride + feature;
            var accumulate = false;
            for (nint first = begin, next; first < end; first = next)
            {
                next = Math.Min(first + EdgeBlocks.PlainEdges, end);
                Sums<TLanes> sums;
                sums.Sum0 = sums.Sum1 = sums.Sum2 = sums.Sum3 = TLanes.Broadcast(TReduction.Identity<T>());
                var position = first;
                if (sizeof(TLanes) == 64)
                {
                    position = AddFours(target, position, next, feature, ref sums);
                }

                if (position <= next - 2)
                {
                    position = AddTwos(target, position, next, feature, ref sums);
                }

                if (position < next)
                {
                    AddOnes(target, position, next, feature, ref sums);
                }

                Finish(sums, output + feature, accumulate, next == end ? divisor : T.One);
                accumulate = true;
            }
        }
    }

    // The source row of an edge some way ahead, and the edge features of one further ahead, whose single line is soon passed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Prefetch<TLanes>(nint position, nint feature)
        where TLanes : unmanaged
    {
        EdgeRows.Prefetch(_source + _sources[Math.Min(position + EdgeRows.PrefetchDistance, _last)] * _sourceStride + feature, 4 * sizeof(TLanes));
        if (_columns > 0)
        {
            EdgeRows.Prefetch(_edgeFeatures + _order[Math.Min(position + 2 * EdgeRows.PrefetchDistance, _last)] * _edgeFeatureStride, 1);
        }
    }

    // Register budget: 4 edges x 4 registers of messages, 4 of sums, 4 of weights, 1 broadcast edge feature: 25 of 32.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly nint AddFours<TLanes>(T* target, nint position, nint end, nint feature, ref Sums<TLanes> sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sum0 = sums.Sum0;
        var sum1 = sums.Sum1;
        var sum2 = sums.Sum2;
        var sum3 = sums.Sum3;
        var weightStride = _weightColumns;
        for (; position <= end - 4; position += 4)
        {
            Prefetch<TLanes>(position, feature);
            Prefetch<TLanes>(position + 1, feature);
            Prefetch<TLanes>(position + 2, feature);
            Prefetch<TLanes>(position + 3, feature);

            var edges = _order + position;
            var sources = _sources + position;
            var a0 = _edgeFeatures + edges[0] * _edgeFeatureStride;
            var a1 = _edgeFeatures + edges[1] * _edgeFeatureStride;
            var a2 = _edgeFeatures + edges[2] * _edgeFeatureStride;
            var a3 = _edgeFeatures + edges[3] * _edgeFeatureStride;
            var s = _source + sources[0] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z00, out var z01, out var z02, out var z03);
            s = _source + sources[1] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z10, out var z11, out var z12, out var z13);
            s = _source + sources[2] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z20, out var z21, out var z22, out var z23);
            s = _source + sources[3] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z30, out var z31, out var z32, out var z33);

            var weight = _weight + feature;
            for (nint column = 0; column < _columns; column++)
            {
                var w0 = TLanes.Load(weight);
                var w1 = TLanes.Load(weight + TLanes.Count);
                var w2 = TLanes.Load(weight + 2 * TLanes.Count);
                var w3 = TLanes.Load(weight + 3 * TLanes.Count);
                FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a0[column], ref z00, ref z01, ref z02, ref z03);
                FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a1[column], ref z10, ref z11, ref z12, ref z13);
                FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a2[column], ref z20, ref z21, ref z22, ref z23);
                FourRegisters<TLanes, T>.MultiplyAdd(w0, w1, w2, w3, a3[column], ref z30, ref z31, ref z32, ref z33);
                weight += weightStride;
            }

            Add(edges[0], z00, z01, z02, z03, ref sum0, ref sum1, ref sum2, ref sum3);
            Add(edges[1], z10, z11, z12, z13, ref sum0, ref sum1, ref sum2, ref sum3);
            Add(edges[2], z20, z21, z22, z23, ref sum0, ref sum1, ref sum2, ref sum3);
            Add(edges[3], z30, z31, z32, z33, ref sum0, ref sum1, ref sum2, ref sum3);
        }

        sums.Sum0 = sum0;
        sums.Sum1 = sum1;
        sums.Sum2 = sum2;
        sums.Sum3 = sum3;
        return position;
    }

    // Register budget: 2 edges x 4 registers of messages, 4 of sums, 1 of weights, 2 broadcast edge features: 15 of 16.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly nint AddTwos<TLanes>(T* target, nint position, nint end, nint feature, ref Sums<TLanes> sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sum0 = sums.Sum0;
        var sum1 = sums.Sum1;
        var sum2 = sums.Sum2;
        var sum3 = sums.Sum3;
        var weightStride = _weightColumns;
        for (; position <= end - 2; position += 2)
        {
            Prefetch<TLanes>(position, feature);
            Prefetch<TLanes>(position + 1, feature);

            var edges = _order + position;
            var sources = _sources + position;
            var a0 = _edgeFeatures + edges[0] * _edgeFeatureStride;
            var a1 = _edgeFeatures + edges[1] * _edgeFeatureStride;
            var s = _source + sources[0] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z00, out var z01, out var z02, out var z03);
            s = _source + sources[1] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z10, out var z11, out var z12, out var z13);

            var weight = _weight + feature;
            for (nint column = 0; column < _columns; column++)
            {
                var b0 = TLanes.Broadcast(a0[column]);
                var b1 = TLanes.Broadcast(a1[column]);
                var w = TLanes.Load(weight);
                z00 = TLanes.FusedMultiplyAdd(w, b0, z00);
                z10 = TLanes.FusedMultiplyAdd(w, b1, z10);
                w = TLanes.Load(weight + TLanes.Count);
                z01 = TLanes.FusedMultiplyAdd(w, b0, z01);
                z11 = TLanes.FusedMultiplyAdd(w, b1, z11);
                w = TLanes.Load(weight + 2 * TLanes.Count);
                z02 = TLanes.FusedMultiplyAdd(w, b0, z02);
                z12 = TLanes.FusedMultiplyAdd(w, b1, z12);
                w = TLanes.Load(weight + 3 * TLanes.Count);
                z03 = TLanes.FusedMultiplyAdd(w, b0, z03);
                z13 = TLanes.FusedMultiplyAdd(w, b1, z13);
                weight += weightStride;
            }

            Add(edges[0], z00, z01, z02, z03, ref sum0, ref sum1, ref sum2, ref sum3);
            Add(edges[1], z10, z11, z12, z13, ref sum0, ref sum1, ref sum2, ref sum3);
        }

        sums.Sum0 = sum0;
        sums.Sum1 = sum1;
        sums.Sum2 = sum2;
        sums.Sum3 = sum3;
        return position;
    }

    // Register budget: 4 registers of messages, 4 of sums, 1 broadcast edge feature, weights from memory: 9 of 16.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly nint AddOnes<TLanes>(T* target, nint position, nint end, nint feature, ref Sums<TLanes> sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sum0 = sums.Sum0;
        var sum1 = sums.Sum1;
        var sum2 = sums.Sum2;
        var sum3 = sums.Sum3;
        var weightStride = _weightColumns;
        for (; position < end; position++)
        {
            Prefetch<TLanes>(position, feature);

            var edges = _order + position;
            var sources = _sources + position;
            var a0 = _edgeFeatures + edges[0] * _edgeFeatureStride;
            var s = _source + sources[0] * _sourceStride + feature;
            FourRegisters<TLanes, T>.Sum(target, s, out var z00, out var z01, out var z02, out var z03);

            var weight = _weight + feature;
            for (nint column = 0; column < _columns; column++)
            {
                FourRegisters<TLanes, T>.MultiplyAdd(TLanes.Load(weight), TLanes.Load(weight + TLanes.Count), TLanes.Load(weight + 2 * TLanes.Count), TLanes.Load(weight + 3 * TLanes.Count), a0[column], ref z00, ref z01, ref z02, ref z03);
                weight += weightStride;
            }

            Add(edges[0], z00, z01, z02, z03, ref sum0, ref sum1, ref sum2, ref sum3);
        }

        sums.Sum0 = sum0;
        sums.Sum1 = sum1;
        sums.Sum2 = sum2;
        sums.Sum3 = sum3;
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Add<TLanes>(int edge, TLanes z0, TLanes z1, TLanes z2, TLanes z3, ref TLanes sum0, ref TLanes sum1, ref TLanes sum2, ref TLanes sum3)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var share = TWeights.Any ? _weights[edge * _weightStride] : T.One;
        sum0 = Add(sum0, z0, share);
        sum1 = Add(sum1, z1, share);
        sum2 = Add(sum2, z2, share);
        sum3 = Add(sum3, z3, share);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Add<TLanes>(TLanes sum, TLanes z, T share)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var message = TActivation.Invoke<TLanes, T>(z);
        return !TWeights.Any ? TReduction.Combine<TLanes, T>(sum, message)
            : TReduction.IsExtremum ? TReduction.Combine<TLanes, T>(sum, TLanes.Broadcast(share) * message)
            : TLanes.FusedMultiplyAdd(TLanes.Broadcast(share), message, sum);
    }

    private static void Finish<TLanes>(in Sums<TLanes> sums, T* output, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        Finish(sums.Sum0, output, accumulate, divisor);
        Finish(sums.Sum1, output + TLanes.Count, accumulate, divisor);
        Finish(sums.Sum2, output + 2 * TLanes.Count, accumulate, divisor);
        Finish(sums.Sum3, output + 3 * TLanes.Count, accumulate, divisor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(TLanes value, T* output, bool accumulate, T divisor)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (accumulate)
        {
            value = TReduction.Combine<TLanes, T>(TLanes.Load(output), value);
        }

        if (TReduction.IsMean && divisor != T.One)
        {
            value /= TLanes.Broadcast(divisor);
        }

        TLanes.Store(value, output);
    }

    /// <summary>The sums of a slice between two loops.</summary>
    private struct Sums<TLanes>
        where TLanes : unmanaged
    {
        public TLanes Sum0;
        public TLanes Sum1;
        public TLanes Sum2;
        public TLanes Sum3;
    }
}
