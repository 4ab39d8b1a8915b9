using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>Inputs and outputs of the backward of a combined message; null where something is absent.</summary>
internal unsafe struct CombinedGradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public CombinedTile<T> Tile;

    /// <summary><c>W_a [F, A]</c>.</summary>
    public T* EdgeWeight;
    public nint EdgeWeightStride;

    /// <summary><c>w [E]</c>.</summary>
    public T* Weights;
    public nint WeightStride;

    /// <summary>Extrema: <c>arg [N, F]</c>.</summary>
    public int* Arg;
    public nint ArgStride;

    /// <summary>What each message of a destination receives, <c>[N, F]</c>.</summary>
    public T* Gradient;
    public nint GradientStride;

    /// <summary><c>da [E, A]</c>.</summary>
    public T* EdgeFeatureGradient;
    public nint EdgeFeatureGradientStride;

    /// <summary><c>dW_a [F, A]</c>.</summary>
    public T* EdgeWeightGradient;
    public nint EdgeWeightGradientStride;

    /// <summary><c>dw [E]</c>.</summary>
    public T* WeightGradient;
    public nint WeightGradientStride;

    public bool Accumulate;
}

/// <summary>
/// One pass of the backward of a combined message: tile by tile, the preactivations are computed again, turned into
/// <c>δ_e = w[e] · g[dst] ⊙ f'(z_e)</c> in place, and reduced into the rows. The pass by destination also forms <c>da</c>, <c>dw</c> and <c>dW_a</c> from the same tile.
/// </summary>
internal unsafe struct CombinedBackwardWork<TActivation, TReduction, TSide, T> : ILanesWork<T>
    where TActivation : struct, IActivation
    where TReduction : struct, IReduction
    where TSide : struct, IEdgeSide
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Edges and rows of a block: each block keeps a dW_a of its own, and few enough edges that their sum is exact to a few roundings.
    private const long BlockCost = 2048;

    private CombinedGradient<T> _gradient;
    private CombinedTile<T> _tile;
    private EdgeBlocks _blocks;
    private RowOutput<T> _output;
    private RowPieces<T> _pieces;
    private int* _order;
    private int* _neighbours;

    // W_a [F, A] with rows of whole registers, for da; and dW_aᵀ [blocks, A, F].
    private T* _packed;
    private T* _partial;

    private readonly nint PackedStride => CombinedTile<T>.Padded(_tile.EdgeColumns);

    private readonly nint PartialSize => _tile.EdgeStride * _tile.Stride;

    public static void Run(Graph graph, CombinedGradient<T> gradient, RowOutput<T> output, int threads)
    {
        var index = TSide.IsDestination ? graph.Destination : graph.Source;
        var pieces = EdgeBlocks.CountPieces(index);
        var work = default(CombinedBackwardWork<TActivation, TReduction, TSide, T>);
        work._gradient = gradient;
        work._tile = gradient.Tile;
        work._output = output;
        var features = gradient.Tile.Features;
        var hasPacked = TSide.IsDestination && gradient.EdgeFeatureGradient is not null;
        var hasPartial = TSide.IsDestination && gradient.EdgeWeightGradient is not null && gradient.Tile.EdgeColumns > 0;
        var packedSize = hasPacked ? features * work.PackedStride : 0;
        fixed (int* order = index.Order, neighbours = TSide.IsDestination ? graph.SourceByDestination : graph.DestinationBySource)
        fixed (long* offsets = index.Offsets)
        {
            var blocks = (index.Edges + index.Nodes + BlockCost - 1) / BlockCost + pieces;
            var partialSize = hasPartial ? checked((nint)blocks * work.PartialSize) : 0;
            using var scratch = Scratch.Rent(gradient.Tile.PackedSize + Scratch.SizeOf<T>(packedSize) + Scratch.SizeOf<T>(partialSize) + Scratch.SizeOf<long>(2 * pieces) + RowPieces<T>.SizeOf(pieces, features, false));
            work._tile.Pack(gradient.EdgeWeight, gradient.EdgeWeightStride, scratch);
            work._order = order;
            work._neighbours = neighbours;
            work._blocks = new EdgeBlocks(offsets, index, scratch.Take<long>(2 * pieces), pieces, BlockCost);
            work._pieces = new RowPieces<T>(scratch, pieces, features, false);
            work._packed = hasPacked ? scratch.Take<T>(packedSize) : null;
            work._partial = hasPartial ? scratch.Take<T>(partialSize) : null;
            work.Pack();
            LanesWork.For<CombinedBackwardWork<TActivation, TReduction, TSide, T>, T>(ref work, work._blocks.Count, threads, features);
            work._pieces.Combine<Sum>(work._blocks, output, threads);
            work.CombinePartials();
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var rows = _tile.Rows;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows * _tile.Stride) + Scratch.SizeOf<T>(rows * _tile.EdgeStride) + Scratch.SizeOf<int>(rows + TileRows.Slack));
        var delta = scratch.Take<T>(rows * _tile.Stride);
        var edgeFeatures = scratch.Take<T>(rows * _tile.EdgeStride);
        var nodes = scratch.Take<int>(rows + TileRows.Slack);
        var partial = _partial is null ? null : _partial + block * PartialSize;
        if (partial is not null)
        {
            for (nint i = 0; i < PartialSize; i++)
            {
                partial[i] = T.Zero;
            }
        }

        var runs = _blocks.Runs(block);
        while (runs.MoveNext())
        {
            var tiles = new TileRows(_blocks, runs, rows);
            bool more;
            do
            {
                more = tiles.NextTile();
                if (more)
                {
                    var count = tiles.End - tiles.Begin;
                    tiles.Fill(nodes);
                    var edges = _order + tiles.Begin;
                    var neighbours = _neighbours + tiles.Begin;
                    var ahead = _tile.Edges - tiles.Begin;
                    var targets = TSide.IsDestination ? nodes : neighbours;
                    _tile.GatherEdgeFeatures(edges, count, ahead, edgeFeatures);
                    _tile.Messages<Identity, TSide, TLanes>(targets, TSide.IsDestination ? neighbours : nodes, count, ahead, edgeFeatures, delta, _tile.Stride);
                    Delta<TLanes>(edges, targets, count, ahead, delta);
                    if (partial is not null)
                    {
                        AddEdgeWeightGradient<TLanes>(count, edgeFeatures, delta, partial);
                    }

                    if (_packed is not null)
                    {
                        EdgeFeatureGradient<TLanes>(edges, count, delta);
                    }
                }

                Reduce<TLanes>(delta, ref tiles, runs.Piece);
            }
            while (more);
        }
    }

    // δ in the place of z, and dw = ⟨f(z), g⟩ before z is gone.
    private readonly void Delta<TLanes>(int* edges, int* targets, nint count, nint ahead, T* delta)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var features = _tile.Features;
        var stride = _tile.Stride;
        var hasWeightGradient = TSide.IsDestination && _gradient.WeightGradient is not null;
        for (nint row = 0; row < count; row++)
        {
            if (!TSide.IsDestination)
            {
                EdgeRows.Prefetch(_gradient.Gradient + targets[Math.Min(row + EdgeRows.PrefetchDistance, ahead - 1)] * _gradient.GradientStride, 4 * sizeof(TLanes));
            }

            var edge = edges[row];
            var z = delta + row * stride;
            var g = _gradient.Gradient + targets[row] * _gradient.GradientStride;
            var arg = TReduction.IsExtremum ? _gradient.Arg + targets[row] * _gradient.ArgStride : null;
            var weight = TLanes.Broadcast(_gradient.Weights is null ? T.One : _gradient.Weights[edge * _gradient.WeightStride]);
            if (hasWeightGradient)
            {
                var sum = TLanes.Zero;
                for (nint feature = 0; feature < features; feature += TLanes.Count)
                {
                    var lanes = (int)Math.Min(TLanes.Count, features - feature);
                    var product = TActivation.Invoke<TLanes, T>(TLanes.LoadPartial(z + feature, lanes)) * TLanes.LoadPartial(g + feature, lanes);
                    sum += Chosen(product, arg, edge, feature, lanes);
                }

                _gradient.WeightGradient[edge * _gradient.WeightGradientStride] = TLanes.Sum(sum);
            }

            nint first = 0;
            for (; first <= features - TLanes.Count; first += TLanes.Count)
            {
                var product = weight * TLanes.Load(g + first) * TActivation.Derivative<TLanes, T>(TLanes.Load(z + first));
                TLanes.Store(Chosen(product, arg, edge, first, TLanes.Count), z + first);
            }

            if (first < features)
            {
                // The whole register is stored, so that the padding is 0.
                var lanes = (int)(features - first);
                var product = weight * TLanes.LoadPartial(g + first, lanes) * TActivation.Derivative<TLanes, T>(TLanes.LoadPartial(z + first, lanes));
                TLanes.Store(Chosen(product, arg, edge, first, lanes), z + first);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Chosen<TLanes>(TLanes product, int* arg, int edge, nint feature, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        TReduction.IsExtremum
            ? TLanes.And(product, EdgeNumbers.Equal<TLanes, T>(EdgeNumbers.Load<TLanes, T>(arg + feature, lanes), EdgeNumbers.Broadcast<TLanes, T>(edge)))
            : product;

    // dW_aᵀ += aᵀ δ over the tile. Register budget: 4 edge features x 2 registers of sums, 2 of δ, 1 broadcast.
    private readonly void AddEdgeWeightGradient<TLanes>(nint count, T* edgeFeatures, T* delta, T* partial)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var stride = _tile.Stride;
        var edgeStride = _tile.EdgeStride;
        for (nint column = 0; column < edgeStride; column += 4)
        {
            var sums = partial + column * stride;
            nint feature = 0;
            for (; feature <= _tile.Features - 2 * TLanes.Count; feature += 2 * TLanes.Count)
            {
                TLanes s00 = TLanes.Zero, s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
                var a = edgeFeatures + column;
                var d = delta + feature;
                for (nint row = 0; row < count; row++)
                {
                    var d0 = TLanes.Load(d);
                    var d1 = TLanes.Load(d + TLanes.Count);
                    var a0 = TLanes.Broadcast(a[0]);
                    s00 = TLanes.FusedMultiplyAdd(a0, d0, s00);
                    s01 = TLanes.FusedMultiplyAdd(a0, d1, s01);
                    var a1 = TLanes.Broadcast(a[1]);
                    s10 = TLanes.FusedMultiplyAdd(a1, d0, s10);
                    s11 = TLanes.FusedMultiplyAdd(a1, d1, s11);
                    var a2 = TLanes.Broadcast(a[2]);
                    s20 = TLanes.FusedMultiplyAdd(a2, d0, s20);
                    s21 = TLanes.FusedMultiplyAdd(a2, d1, s21);
                    var a3 = TLanes.Broadcast(a[3]);
                    s30 = TLanes.FusedMultiplyAdd(a3, d0, s30);
                    s31 = TLanes.FusedMultiplyAdd(a3, d1, s31);
                    d += stride;
                    a += edgeStride;
                }

                Add(s00, sums + feature);
                Add(s01, sums + feature + TLanes.Count);
                Add(s10, sums + stride + feature);
                Add(s11, sums + stride + feature + TLanes.Count);
                Add(s20, sums + 2 * stride + feature);
                Add(s21, sums + 2 * stride + feature + TLanes.Count);
                Add(s30, sums + 3 * stride + feature);
                Add(s31, sums + 3 * stride + feature + TLanes.Count);
            }

            for (; feature < _tile.Features; feature += TLanes.Count)
            {
                TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
                for (nint row = 0; row < count; row++)
                {
                    var a = edgeFeatures + row * edgeStride + column;
                    var d = TLanes.Load(delta + row * stride + feature);
                    s0 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a[0]), d, s0);
                    s1 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a[1]), d, s1);
                    s2 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a[2]), d, s2);
                    s3 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a[3]), d, s3);
                }

                Add(s0, sums + feature);
                Add(s1, sums + stride + feature);
                Add(s2, sums + 2 * stride + feature);
                Add(s3, sums + 3 * stride + feature);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(TLanes value, T* sum)
        where TLanes : unmanaged, ILanes<TLanes, T> => TLanes.Store(TLanes.Load(sum) + value, sum);

    // da[e] = W_aᵀ δ_e: registers run over A, two edges at a time share the rows of W_a, and four chains hide the latency.
    private readonly void EdgeFeatureGradient<TLanes>(int* edges, nint count, T* delta)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var columns = _tile.EdgeColumns;
        var features = _tile.Features;
        var packedStride = PackedStride;
        for (nint row = 0; row < count; row += 4)
        {
            var d0 = delta + row * _tile.Stride;
            var d1 = delta + Math.Min(row + 1, count - 1) * _tile.Stride;
            var d2 = delta + Math.Min(row + 2, count - 1) * _tile.Stride;
            var d3 = delta + Math.Min(row + 3, count - 1) * _tile.Stride;
            for (nint column = 0; column < columns; column += TLanes.Count)
            {
                TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
                var weight = _packed + column;
                for (nint feature = 0; feature < features; feature++)
                {
                    var w = TLanes.Load(weight);
                    s0 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(d0[feature]), s0);
                    s1 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(d1[feature]), s1);
                    s2 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(d2[feature]), s2);
                    s3 = TLanes.FusedMultiplyAdd(w, TLanes.Broadcast(d3[feature]), s3);
                    weight += packedStride;
                }

                var lanes = (int)Math.Min(TLanes.Count, columns - column);
                StoreEdgeFeatureGradient(s0, edges, row, count, column, lanes);
                StoreEdgeFeatureGradient(s1, edges, row + 1, count, column, lanes);
                StoreEdgeFeatureGradient(s2, edges, row + 2, count, column, lanes);
                StoreEdgeFeatureGradient(s3, edges, row + 3, count, column, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void StoreEdgeFeatureGradient<TLanes>(TLanes value, int* edges, nint row, nint count, nint column, int lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (row >= count)
        {
            return;
        }

        var output = _gradient.EdgeFeatureGradient + edges[row] * _gradient.EdgeFeatureGradientStride + column;
        if (_gradient.Accumulate)
        {
            value += TLanes.LoadPartial(output, lanes);
        }

        TLanes.StorePartial(value, output, lanes);
    }

    private readonly void Reduce<TLanes>(T* delta, ref TileRows tiles, int piece)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var reduction = default(RowReduction<StreamedRows<T>, Sum, T>);
        reduction.Messages = new(delta, _tile.Stride, tiles.Begin);
        reduction.Features = _tile.Features;
        while (tiles.NextPart())
        {
            if (piece >= 0)
            {
                reduction.Reduce<TLanes>(_pieces.Row(piece), null, tiles.PartBegin, tiles.PartEnd, tiles.Continues, T.One);
            }
            else if (tiles.PartBegin == tiles.PartEnd)
            {
                _output.Empty<Sum>(tiles.Row);
            }
            else
            {
                reduction.Reduce<TLanes>(_output.Row(tiles.Row), null, tiles.PartBegin, tiles.PartEnd, tiles.Continues || _output.Accumulate, T.One);
            }
        }
    }

    private readonly void Pack()
    {
        if (_packed is null)
        {
            return;
        }

        for (nint feature = 0; feature < _tile.Features; feature++)
        {
            for (nint column = 0; column < PackedStride; column++)
            {
                _packed[feature * PackedStride + column] = column < _tile.EdgeColumns ? _gradient.EdgeWeight[feature * _gradient.EdgeWeightStride + column] : T.Zero;
            }
        }
    }

    // In the order of the blocks and in double, since there may be many.
    private readonly void CombinePartials()
    {
        if (_partial is null)
        {
            return;
        }

        for (nint column = 0; column < _tile.EdgeColumns; column++)
        {
            for (nint feature = 0; feature < _tile.Features; feature++)
            {
                var sum = 0.0;
                var partial = _partial + column * _tile.Stride + feature;
                for (var block = 0; block < _blocks.Count; block++)
                {
                    sum += double.CreateTruncating(partial[block * PartialSize]);
                }

                _gradient.EdgeWeightGradient[feature * _gradient.EdgeWeightGradientStride + column] += T.CreateTruncating(sum);
            }
        }
    }
}
