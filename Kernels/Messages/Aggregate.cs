namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Fused gather, weight and reduce: <c>output[i] = REDUCE_{e: dst[e]=i} w[e] · x[src[e]]</c>; no <c>E×F</c> array is ever stored.
    /// Mean divides by the number of edges, not by the sum of the weights; Max and Min compare <c>w·x</c>. Empty segments, infinities and NaN as in <see cref="SegmentReduce"/>.
    /// </summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>.</param>
    /// <param name="weights">Null (all 1), <c>[E]</c>, or one weight per head <c>[E, H]</c>; feature <c>f</c> uses head <c>f / (F/H)</c>.</param>
    /// <param name="output">Aggregates <c>[N, F]</c>; overwritten.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge, <c>[N, F]</c>, or -1; may be null. Must be null for Sum and Mean.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    public void Aggregate<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg = null, T fill = default)
        where TReduction : struct, IReduction
    {
        Check.Graph(Device, graph);
        Check.Matrix(Device, x, graph.Nodes, output.Columns);
        Check.Heads(Device, weights, graph.Edges, output.Columns);
        Check.Output(Device, output, graph.Nodes, output.Columns);
        CheckArg<TReduction>(arg, graph.Nodes, output.Columns, required: false);
        Check.Apart(output, x);
        Check.Apart(output, weights);
        AggregateCore<TReduction>(graph, x, weights, output, arg, fill);
    }

    /// <summary>
    /// Gradient of <see cref="Aggregate"/>. Sum: <c>dx[j] = Σ_{e: src[e]=j} w[e] · g[dst[e]]</c> (an aggregate over the transposed graph) and
    /// <c>dw[e, h] = ⟨x[src[e]], g[dst[e]]⟩</c> over the features of head <c>h</c> (an edge product), with <c>g = dOutput</c>.
    /// Mean: <c>g</c> divided by the number of edges into <c>dst[e]</c>. Max, Min: <c>g[dst[e], f]</c> counts only where <c>arg[dst[e], f] = e</c>.
    /// </summary>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>; may be absent when <paramref name="dWeights"/> is null.</param>
    /// <param name="weights">The weights of the forward call.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; null for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dx">Gradient of the node features, <c>[N, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeights">Gradient of the weights, shaped as they are; overwritten; may be null.</param>
    public void AggregateBackward<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights = null)
        where TReduction : struct, IReduction
    {
        Check.Graph(Device, graph);
        Check.Matrix(Device, dOutput, graph.Nodes, dOutput.Columns);
        Check.Heads(Device, weights, graph.Edges, dOutput.Columns);
        CheckArg<TReduction>(arg, graph.Nodes, dOutput.Columns, required: true);
        Check.OptionalOutput(Device, dx, graph.Nodes, dOutput.Columns);
        if (dWeights is not null)
        {
            Check.Matrix(Device, x, graph.Nodes, dOutput.Columns);
            if (weights is null)
            {
                throw new ArgumentNullException(nameof(weights), "weights: expected the weights of the forward call, since dWeights is asked for, but got null.");
            }

            Check.Vector(Device, dWeights, weights.Count);
            Check.Apart<T>(dWeights, dOutput);
            Check.Apart<T>(dWeights, x);
        }

        Check.Apart(dx, dOutput);
        Check.Apart(dx, x);
        AggregateBackwardCore<TReduction>(graph, x, weights, arg, dOutput, dx, dWeights);
    }

    /// <summary>Device side of <see cref="Aggregate"/>; arguments are checked.</summary>
    protected abstract void AggregateCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
        where TReduction : struct, IReduction;

    /// <summary>Device side of <see cref="AggregateBackward"/>; arguments are checked.</summary>
    protected abstract void AggregateBackwardCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights)
        where TReduction : struct, IReduction;
}
