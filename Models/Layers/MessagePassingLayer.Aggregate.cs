using Native.Kernels;

namespace Native.Models;

// From hidden messages ρ to aggregated messages M, and back: one pair of methods per kind of aggregation.
public sealed partial class MessagePassingLayer<T>
{
    // Rows of hidden messages that stand in memory at a time for Max and Min: a tile of width 64 in float takes 512 KiB.
    private const int TileEdges = 2048;

    private void Aggregate(DeviceGraph graph)
    {
        switch (Aggregation)
        {
            case Aggregation.Sum:
                SumOrMean<Sum>(graph, null, _shared.InDegree(graph));
                break;
            case Aggregation.Mean:
                SumOrMean<Mean>(graph, null, _shared.HasIncoming(graph));
                break;
            case Aggregation.Softmax:
                Softmax(graph);
                break;
            case Aggregation.Max:
                Extremum<Max>(graph);
                break;
            default:
                Extremum<Min>(graph);
                break;
        }
    }

    private void AggregateBackward(DeviceGraph graph, DeviceMatrix<T> dAggregated, in CombinedMessage<T> gradient, bool accumulate)
    {
        switch (Aggregation)
        {
            case Aggregation.Sum:
                SumOrMeanBackward<Sum>(graph, dAggregated, gradient, _shared.InDegree(graph), null, accumulate);
                break;
            case Aggregation.Mean:
                SumOrMeanBackward<Mean>(graph, dAggregated, gradient, _shared.HasIncoming(graph), null, accumulate);
                break;
            case Aggregation.Softmax:
                SoftmaxBackward(graph, dAggregated, gradient, accumulate);
                break;
            default:
                ExtremumBackward(graph, dAggregated, gradient, accumulate);
                break;
        }
    }

    // R_i = Σ w_e ρ_e or its mean, M = R W₂ᵀ + r ⊗ b₂.
    private void SumOrMean<TReduction>(DeviceGraph graph, DeviceTensor<T>? weights, DeviceTensor<T> biasScale)
        where TReduction : struct, IReduction
    {
        _weights = weights;
        _reduced = _reducedWorkspace.Matrix(graph.Nodes, Hidden);
        _messages.AggregateCombined<Relu, TReduction>(graph, _message, weights, _reduced);
        _dense.Linear<Identity>(_reduced, _messageWeight2.Value, _messageBias2.Value, _aggregated, biasScale: biasScale);
    }

    private void SumOrMeanBackward<TReduction>(DeviceGraph graph, DeviceMatrix<T> dAggregated, in CombinedMessage<T> gradient, DeviceTensor<T> biasScale, DeviceTensor<T>? dWeights, bool accumulate)
        where TReduction : struct, IReduction
    {
        var dReduced = _shared.DReduced.Matrix(graph.Nodes, Hidden);
        _dense.ApplyBackward<Identity>(default, dAggregated, default, _messageBias2.Gradient, biasScale);
        _dense.MatrixProduct(dAggregated, Transpose.Yes, _reduced, Transpose.No, _messageWeight2.Gradient, accumulate: true);
        _dense.MatrixProduct(dAggregated, Transpose.No, _messageWeight2.Value, Transpose.No, dReduced);
        if (accumulate)
        {
            // The kernel adds to all three or to none; dt and ds start here.
            _dense.Fill(gradient.Target, T.Zero);
            _dense.Fill(gradient.Source, T.Zero);
        }

        _messages.AggregateCombinedBackward<Relu, TReduction>(graph, _message, _weights, null, dReduced, gradient, dWeights, accumulate);
    }

    // c = W₂ᵀ a, scores c·ρ_e, α = softmax over the edges of a node, then the sum weighted by α.
    private void Softmax(DeviceGraph graph)
    {
        var vector = _shared.AttentionVector.Matrix(1, Hidden);
        var scores = _shared.Scores.Vector(graph.Edges);
        var weights = _weightsWorkspace.Vector(graph.Edges);
        _dense.MatrixProduct(_attention!.Value, Transpose.No, _messageWeight2.Value, Transpose.No, vector);
        _messages.CombinedDot<Relu>(graph, _message, vector.Repeat(graph.Nodes), scores);
        _messages.SegmentSoftmax(graph.Destination, scores, weights);
        SumOrMean<Sum>(graph, weights, _shared.HasIncoming(graph));
    }

    private void SoftmaxBackward(DeviceGraph graph, DeviceMatrix<T> dAggregated, in CombinedMessage<T> gradient, bool accumulate)
    {
        // dα_e = ρ_e·dR_dst comes with the gradient through the weighted sum.
        var dWeights = _shared.DWeights.Vector(graph.Edges);
        SumOrMeanBackward<Sum>(graph, dAggregated, gradient, _shared.HasIncoming(graph), dWeights, accumulate);
        var dScores = _shared.DScores.Vector(graph.Edges);
        _messages.SegmentSoftmaxBackward(graph.Destination, _weights, dWeights, dScores);

        // The score is linear in ρ_e, so its gradient is that of a sum weighted by dScores with the constant row c as gradient.
        var vector = _shared.AttentionVector.Matrix(1, Hidden);
        _dense.MatrixProduct(_attention!.Value, Transpose.No, _messageWeight2.Value, Transpose.No, vector);
        _messages.AggregateCombinedBackward<Relu, Sum>(graph, _message, dScores, null, vector.Repeat(graph.Nodes), gradient, accumulate: true);

        // dc = Σ_e dScores_e ρ_e, first per node and then over the nodes; c = W₂ᵀ a gives dW₂ += a ⊗ dc, da += W₂ dc.
        var dWeighted = _shared.DWeighted.Matrix(graph.Nodes, Hidden);
        var dVector = _shared.DAttentionVector.Vector(Hidden);
        _messages.AggregateCombined<Relu, Sum>(graph, _message, dScores, dWeighted);
        dVector.Clear();
        _dense.ApplyBackward<Identity>(default, dWeighted, default, dVector);
        var dVectorRow = dVector.AsMatrix(1, Hidden);
        _dense.MatrixProduct(_attention.Value, Transpose.Yes, dVectorRow, Transpose.No, _messageWeight2.Gradient, accumulate: true);
        _dense.MatrixProduct(dVectorRow, Transpose.No, _messageWeight2.Value, Transpose.Yes, _attention.Gradient, accumulate: true);
    }

    private void Extremum<TReduction>(DeviceGraph graph)
        where TReduction : struct, IReduction
    {
        _arg = _argWorkspace.Vector((long)graph.Nodes * Hidden);

        // An index of no edges gives every node the fill value 0 and arg = -1, where the tiles start.
        _messages.SegmentReduce<TReduction>(_shared.NoEdges(graph), _shared.Tile.Matrix(0, Hidden), _aggregated, _arg);
        for (var first = 0; first < graph.Edges; first += TileEdges)
        {
            var count = Math.Min(TileEdges, graph.Edges - first);
            var hidden = _shared.Tile.Matrix(count, Hidden);
            var messages = _shared.TileGradient.Matrix(count, Hidden);
            _messages.EdgeTileMessages<Relu>(graph, EdgeOrder.ByDestination, first, _message, hidden);
            _dense.Linear<Identity>(hidden, _messageWeight2.Value, _messageBias2.Value, messages);
            _messages.EdgeTileReduce<TReduction>(graph, EdgeOrder.ByDestination, first, messages, _aggregated, _arg);
        }
    }

    private void ExtremumBackward(DeviceGraph graph, DeviceMatrix<T> dAggregated, in CombinedMessage<T> gradient, bool accumulate)
    {
        _dense.Fill(gradient.Target, T.Zero);
        _dense.Fill(gradient.Source, T.Zero);

        // By destination: everything that does not depend on the order of the edges, and dt, whose rows the order keeps together.
        var attributes = AttributesByPosition();
        var dByPosition = gradient.EdgeFeatures.IsAbsent ? default : _shared.DAttributesByPosition.Matrix(graph.Edges, EdgeAttributes);
        for (var first = 0; first < graph.Edges; first += TileEdges)
        {
            var count = Math.Min(TileEdges, graph.Edges - first);
            var hidden = _shared.Tile.Matrix(count, Hidden);
            var dMessages = _shared.TileGradient.Matrix(count, Hidden);
            _messages.EdgeTileMessages<Relu>(graph, EdgeOrder.ByDestination, first, _message, hidden);
            _messages.EdgeTileExtremumBackward(graph, EdgeOrder.ByDestination, first, _arg!, dAggregated, dMessages);
            _dense.ApplyBackward<Identity>(default, dMessages, default, _messageBias2.Gradient);
            _dense.MatrixProduct(dMessages, Transpose.Yes, hidden, Transpose.No, _messageWeight2.Gradient, accumulate: true);
            var dHidden = HiddenBackward(hidden, dMessages);
            _messages.EdgeTileReduce<Sum>(graph, EdgeOrder.ByDestination, first, dHidden, gradient.Target);
            if (EdgeAttributes > 0)
            {
                var tile = _shared.TileAttributes.Matrix(count, EdgeAttributes);
                _messages.EdgeTileMessages<Identity>(graph, EdgeOrder.ByDestination, first, attributes, tile);
                _dense.MatrixProduct(dHidden, Transpose.Yes, tile, Transpose.No, gradient.EdgeWeight, accumulate: true);
            }

            if (!dByPosition.IsAbsent)
            {
                _dense.MatrixProduct(dHidden, Transpose.No, _message.EdgeWeight, Transpose.No, dByPosition.RowRange(first, count));
            }
        }

        if (!dByPosition.IsAbsent)
        {
            // From positions back to the order of the edges.
            var target = accumulate ? _shared.DAttributes.Matrix(graph.Edges, EdgeAttributes) : gradient.EdgeFeatures;
            _messages.Gather(_shared.Positions(graph), dByPosition, target);
            if (accumulate)
            {
                _dense.AddScaled(T.One, target, T.One, gradient.EdgeFeatures);
            }
        }

        // By source: ds.
        for (var first = 0; first < graph.Edges; first += TileEdges)
        {
            var count = Math.Min(TileEdges, graph.Edges - first);
            var hidden = _shared.Tile.Matrix(count, Hidden);
            var dMessages = _shared.TileGradient.Matrix(count, Hidden);
            _messages.EdgeTileMessages<Relu>(graph, EdgeOrder.BySource, first, _message, hidden);
            _messages.EdgeTileExtremumBackward(graph, EdgeOrder.BySource, first, _arg!, dAggregated, dMessages);
            _messages.EdgeTileReduce<Sum>(graph, EdgeOrder.BySource, first, HiddenBackward(hidden, dMessages), gradient.Source);
        }
    }

    // dρ = (dm W₂) ⊙ relu'(ρ), in a tile of its own.
    private DeviceMatrix<T> HiddenBackward(DeviceMatrix<T> hidden, DeviceMatrix<T> dMessages)
    {
        var dHidden = _shared.TileHiddenGradient.Matrix(hidden.Rows, Hidden);
        _dense.MatrixProduct(dMessages, Transpose.No, _messageWeight2.Value, Transpose.No, dHidden);
        _dense.ApplyBackward<Relu>(hidden, dHidden, dHidden);
        return dHidden;
    }

    // A tile of edge attributes by destination is a tile of messages 0 + 0 + I a_e.
    private CombinedMessage<T> AttributesByPosition()
    {
        if (EdgeAttributes == 0)
        {
            return default;
        }

        var zeros = _shared.TileZeros.Matrix(1, EdgeAttributes);
        var identity = _shared.TileIdentity.Matrix(EdgeAttributes, EdgeAttributes);
        _dense.Fill(zeros, T.Zero);
        _dense.Fill(identity, T.Zero);
        for (var attribute = 0; attribute < EdgeAttributes; attribute++)
        {
            _dense.Fill(identity.RowRange(attribute, 1).ColumnRange(attribute, 1), T.One);
        }

        return new(zeros.Repeat(_graph!.Nodes), zeros.Repeat(_graph.Nodes), _message.EdgeFeatures, identity);
    }
}
