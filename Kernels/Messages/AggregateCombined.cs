namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Aggregate of combined messages: <c>output[i] = REDUCE_{e: dst[e]=i} w[e] · f(t[i] + s[src[e]] + W_a a[e])</c>, with the message kept in registers:
    /// no <c>E×F</c> array is stored and no product of hidden width by hidden width is done per edge. Mean divides by the number of edges; empty segments, infinities and NaN as in <see cref="SegmentReduce"/>.
    /// </summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="weights">Null (all 1) or <c>[E]</c>.</param>
    /// <param name="output">Aggregates <c>[N, F]</c>; overwritten.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge, <c>[N, F]</c>, or -1; may be null. Must be null for Sum and Mean.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    public void AggregateCombined<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg = null, T fill = default)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction
    {
        Check.Graph(Device, graph);
        CheckMessage(graph, message);
        Check.OptionalVector(Device, weights, graph.Edges);
        Check.Output(Device, output, graph.Nodes, message.Target.Columns);
        CheckArg<TReduction>(arg, graph.Nodes, output.Columns, required: false);
        CheckApart(output, message);
        Check.Apart(output, weights);
        AggregateCombinedCore<TActivation, TReduction>(graph, message, weights, output, arg, fill);
    }

    /// <summary>
    /// Gradient of <see cref="AggregateCombined"/>. With <c>g_e = w[e] · dOutput[dst[e]]</c> (Mean: divided by the number of edges into <c>dst[e]</c>;
    /// Max, Min: only in features where <c>arg = e</c>) and <c>δ_e = g_e ⊙ f'(t + s + W_a a)</c>, recomputed per edge:
    /// <c>dt[i] = Σ_{e: dst[e]=i} δ_e</c>, <c>ds[j] = Σ_{e: src[e]=j} δ_e</c>, <c>dW_a += Σ_e δ_e ⊗ a_e</c>, <c>da[e] = W_aᵀ δ_e</c>,
    /// <c>dw[e] = ⟨f(…), g_e / w[e]⟩</c> (formed without the division).
    /// </summary>
    /// <typeparam name="TActivation">The activation of the forward call.</typeparam>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="weights">The weights of the forward call.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; null for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="gradient">
    /// <c>dt</c> and <c>ds</c> <c>[N, F]</c> are overwritten, or added to if <paramref name="accumulate"/>; <c>da [E, A]</c> likewise, may be absent;
    /// <c>dW_a [F, A]</c> accumulates, may be absent.
    /// </param>
    /// <param name="dWeights">Gradient of the weights, <c>[E]</c>; overwritten; may be null.</param>
    /// <param name="accumulate">Adds to <c>dt</c>, <c>ds</c> and <c>da</c> instead of overwriting them: for messages that feed two aggregates.</param>
    public void AggregateCombinedBackward<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights = null, bool accumulate = false)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction
    {
        Check.Graph(Device, graph);
        CheckMessage(graph, message);
        var features = message.Target.Columns;
        Check.OptionalVector(Device, weights, graph.Edges);
        CheckArg<TReduction>(arg, graph.Nodes, features, required: true);
        Check.Matrix(Device, dOutput, graph.Nodes, features);
        Check.Output(Device, gradient.Target, graph.Nodes, features);
        Check.Output(Device, gradient.Source, graph.Nodes, features);
        if (message.HasEdgeFeatures)
        {
            Check.OptionalOutput(Device, gradient.EdgeFeatures, graph.Edges, message.EdgeFeatures.Columns);
            Check.OptionalOutput(Device, gradient.EdgeWeight, features, message.EdgeFeatures.Columns);
        }
        else if (gradient.HasEdgeFeatures || !gradient.EdgeWeight.IsAbsent)
        {
            throw new ArgumentException("gradient: expected no edge features, since the message has none, but got some.", nameof(gradient));
        }

        Check.OptionalVector(Device, dWeights, graph.Edges);
        CheckApart(gradient.Target, message);
        CheckApart(gradient.Source, message);
        Check.Apart(gradient.Target, dOutput);
        Check.Apart(gradient.Source, dOutput);
        Check.Apart(gradient.Target, gradient.Source);
        AggregateCombinedBackwardCore<TActivation, TReduction>(graph, message, weights, arg, dOutput, gradient, dWeights, accumulate);
    }

    /// <summary>Device side of <see cref="AggregateCombined"/>; arguments are checked.</summary>
    protected abstract void AggregateCombinedCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction;

    /// <summary>Device side of <see cref="AggregateCombinedBackward"/>; arguments are checked.</summary>
    protected abstract void AggregateCombinedBackwardCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights, bool accumulate)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction;
}
