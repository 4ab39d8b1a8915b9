using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.AggregateCombined"/>: <c>output[i] = REDUCE_{e: dst[e]=i} w[e] · f(t[i] + s[src[e]] + W_a a[e])</c>.</summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="weights">Absent (all 1) or <c>[E, 1]</c>.</param>
    /// <param name="output">Aggregates <c>[N, F]</c>; overwritten; apart from the inputs.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge, <c>[N, F]</c>, or -1; may be absent.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void AggregateCombined<TActivation, TReduction, T>(Graph graph, CombinedMessageView<T> message, ReadOnlyMatrixView<T> weights, MatrixView<T> output, MatrixView<int> arg = default, T fill = default, int threads = 1)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        message.Check(graph);
        var features = message.Target.Columns;
        ViewShape.OptionalMatrix(weights, graph.Edges, 1);
        ViewShape.Output(output, graph.Nodes, features);
        ViewShape.Arg<TReduction>(arg, graph.Nodes, features, required: false);
        fixed (T* t = &message.Target.First, s = &message.Source.First, a = &message.EdgeFeatures.First, wa = &message.EdgeWeight.First, w = &weights.First, to = &output.First)
        fixed (int* edges = &arg.First)
        {
            AggregateCombinedWork<TActivation, TReduction, T>.Run(graph, Tile(graph, message, t, s, a), wa, message.EdgeWeight.Stride, w, weights.Stride, new RowOutput<T>(to, output.Stride, features, edges, arg.Stride, fill, false), threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.AggregateCombinedBackward"/>: gradients of <see cref="AggregateCombined"/>; the messages are recomputed, never stored per edge.</summary>
    /// <typeparam name="TActivation">The activation of the forward call.</typeparam>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="weights">The weights of the forward call.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; absent for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="gradient"><c>dt</c>, <c>ds</c> and <c>da</c> are overwritten, or added to if <paramref name="accumulate"/>; <c>dW_a</c> accumulates. <c>da</c> and <c>dW_a</c> may be absent.</param>
    /// <param name="dWeights">Gradient of the weights, <c>[E, 1]</c>; overwritten; may be absent.</param>
    /// <param name="accumulate">Adds to <c>dt</c>, <c>ds</c> and <c>da</c> instead of overwriting them.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void AggregateCombinedBackward<TActivation, TReduction, T>(Graph graph, CombinedMessageView<T> message, ReadOnlyMatrixView<T> weights, ReadOnlyMatrixView<int> arg, ReadOnlyMatrixView<T> dOutput, CombinedMessageView<T> gradient, MatrixView<T> dWeights = default, bool accumulate = false, int threads = 1)
        where TActivation : struct, IActivation
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        message.Check(graph);
        var features = message.Target.Columns;
        ViewShape.OptionalMatrix(weights, graph.Edges, 1);
        ViewShape.Matrix(dOutput, graph.Nodes, features);
        ViewShape.Arg<TReduction>(arg, graph.Nodes, features, required: true);
        ViewShape.Output(gradient.Target, graph.Nodes, features);
        ViewShape.Output(gradient.Source, graph.Nodes, features);
        ViewShape.OptionalOutput(gradient.EdgeFeatures, graph.Edges, message.EdgeFeatures.Columns);
        ViewShape.OptionalOutput(gradient.EdgeWeight, features, message.EdgeFeatures.Columns);
        ViewShape.OptionalOutput(dWeights, graph.Edges, 1);
        if (features == 0)
        {
            Clear(gradient.EdgeFeatures, accumulate);
            Clear(dWeights, false);
            return;
        }

        using var scratch = Scratch.Rent(MeanGradient<T>.SizeOf<TReduction>(graph.Nodes, features));
        fixed (T* t = &message.Target.First, s = &message.Source.First, a = &message.EdgeFeatures.First, wa = &message.EdgeWeight.First, w = &weights.First, dOut = &dOutput.First)
        fixed (T* dt = &gradient.Target.First, ds = &gradient.Source.First, da = &gradient.EdgeFeatures.First, dwa = &gradient.EdgeWeight.First, dw = &dWeights.First)
        fixed (int* edges = &arg.First)
        {
            var stride = dOutput.Stride;
            var g = MeanGradient<T>.Of<TReduction>(graph.Destination, dOut, ref stride, features, scratch, threads);
            var inputs = new CombinedGradient<T>
            {
                Tile = Tile(graph, message, t, s, a),
                EdgeWeight = wa,
                EdgeWeightStride = message.EdgeWeight.Stride,
                Weights = w,
                WeightStride = weights.Stride,
                Arg = edges,
                ArgStride = arg.Stride,
                Gradient = g,
                GradientStride = stride,
                EdgeFeatureGradient = da,
                EdgeFeatureGradientStride = gradient.EdgeFeatures.Stride,
                EdgeWeightGradient = dwa,
                EdgeWeightGradientStride = gradient.EdgeWeight.Stride,
                WeightGradient = dw,
                WeightGradientStride = dWeights.Stride,
                Accumulate = accumulate,
            };
            CombinedBackwardWork<TActivation, TReduction, ByDestination, T>.Run(graph, inputs, new RowOutput<T>(dt, gradient.Target.Stride, features, null, 0, default, accumulate), threads);
            CombinedBackwardWork<TActivation, TReduction, BySource, T>.Run(graph, inputs, new RowOutput<T>(ds, gradient.Source.Stride, features, null, 0, default, accumulate), threads);
        }
    }

    private static CombinedTile<T> Tile<T>(Graph graph, CombinedMessageView<T> message, T* target, T* source, T* edgeFeatures)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            Target = target,
            TargetStride = message.Target.Stride,
            Source = source,
            SourceStride = message.Source.Stride,
            EdgeFeatures = edgeFeatures,
            EdgeFeatureStride = message.EdgeFeatures.Stride,
            Features = message.Target.Columns,
            EdgeColumns = message.EdgeFeatures.Columns,
            Edges = graph.Edges,
        };

    // Without features every gradient is an empty sum.
    private static void Clear<T>(MatrixView<T> view, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint row = 0; row < view.Rows && !accumulate && !view.IsAbsent; row++)
        {
            for (nint column = 0; column < view.Columns; column++)
            {
                view[row, column] = T.Zero;
            }
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void AggregateCombinedCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Native.Kernels.Cpu.Messages.AggregateCombined<TActivation, TReduction, T>(graph.Host, View(message), Column(weights), output.View(), View(arg, graph.Nodes, output.Columns), fill, Threads);

    protected override void AggregateCombinedBackwardCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights, bool accumulate) =>
        Native.Kernels.Cpu.Messages.AggregateCombinedBackward<TActivation, TReduction, T>(graph.Host, View(message), Column(weights), View(arg, graph.Nodes, dOutput.Columns), dOutput.View(), View(gradient), Column(dWeights), accumulate, Threads);

    private static CombinedMessageView<T> View(in CombinedMessage<T> message) =>
        new(message.Target.View(), message.Source.View(), message.EdgeFeatures.View(), message.EdgeWeight.View());

    private static MatrixView<T> Column(DeviceTensor<T>? tensor) => tensor is null ? default : tensor.AsMatrix(tensor.Count, 1).View();
}
