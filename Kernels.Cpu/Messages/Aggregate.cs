using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Message-passing kernels on memory that the caller owns: spans, pinned arrays or native memory seen as matrices. No state, and no allocation after the first calls.
/// Formulas, shapes and behaviour at the edges are those of the methods of the same name in <see cref="MessageKernels{T}"/>.
/// </summary>
public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.Aggregate"/>: <c>output[i] = REDUCE_{e: dst[e]=i} w[e] · x[src[e]]</c>.</summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>.</param>
    /// <param name="weights">Absent, <c>[E, 1]</c>, or one weight per head <c>[E, H]</c>.</param>
    /// <param name="output">Aggregates <c>[N, F]</c>; overwritten; apart from the inputs.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge, <c>[N, F]</c>, or -1; may be absent.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void Aggregate<TReduction, T>(Graph graph, ReadOnlyMatrixView<T> x, ReadOnlyMatrixView<T> weights, MatrixView<T> output, MatrixView<int> arg = default, T fill = default, int threads = 1)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        ViewShape.Matrix(x, graph.Nodes, output.Columns);
        ViewShape.Output(output, graph.Nodes, output.Columns);
        ViewShape.Arg<TReduction>(arg, graph.Nodes, output.Columns, required: false);
        var heads = ViewShape.Heads(weights, graph.Edges, output.Columns);
        fixed (T* from = &x.First, w = &weights.First, to = &output.First)
        fixed (int* edges = &arg.First)
        {
            AggregateRows<TReduction, T>(graph.Destination, graph.SourceByDestination, from, x.Stride, w, weights.Stride, heads, new RowOutput<T>(to, output.Stride, output.Columns, edges, arg.Stride, fill, false), threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.AggregateBackward"/>: gradients of <see cref="Aggregate"/> with respect to the node features and the weights.</summary>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>; may be absent when <paramref name="dWeights"/> is.</param>
    /// <param name="weights">The weights of the forward call.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; absent for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dx">Gradient of the node features, <c>[N, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeights">Gradient of the weights, shaped as they are; overwritten; may be absent.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void AggregateBackward<TReduction, T>(Graph graph, ReadOnlyMatrixView<T> x, ReadOnlyMatrixView<T> weights, ReadOnlyMatrixView<int> arg, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, MatrixView<T> dWeights = default, int threads = 1)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        var features = dOutput.Columns;
        ViewShape.Matrix(dOutput, graph.Nodes, features);
        ViewShape.Arg<TReduction>(arg, graph.Nodes, features, required: true);
        ViewShape.OptionalOutput(dx, graph.Nodes, features);
        var heads = ViewShape.Heads(weights, graph.Edges, features);
        if (!dWeights.IsAbsent)
        {
            ViewShape.Matrix(x, graph.Nodes, features);
            ViewShape.Output(dWeights, graph.Edges, heads);
        }

        using var scratch = Scratch.Rent(MeanGradient<T>.SizeOf<TReduction>(graph.Nodes, features));
        fixed (T* from = &x.First, w = &weights.First, dOut = &dOutput.First, dFrom = &dx.First, dw = &dWeights.First)
        fixed (int* edges = &arg.First, order = graph.Source.Order, destinations = graph.DestinationBySource)
        fixed (long* offsets = graph.Source.Offsets)
        {
            var stride = dOutput.Stride;
            var g = MeanGradient<T>.Of<TReduction>(graph.Destination, dOut, ref stride, features, scratch, threads);
            if (dFrom is not null)
            {
                var rows = new RowOutput<T>(dFrom, dx.Stride, features, null, 0, default, false);
                if (TReduction.IsExtremum)
                {
                    var messages = new ExtremumGradientRows<T>(g, stride, destinations, order, edges, arg.Stride, w, weights.Stride, heads);
                    RowReductionWork<ExtremumGradientRows<T>, Sum, T>.Run(messages, graph.Source, offsets, order, rows, threads);
                }
                else
                {
                    AggregateRows<Sum, T>(graph.Source, graph.DestinationBySource, g, stride, w, weights.Stride, heads, rows, threads);
                }
            }

            if (dw is not null)
            {
                if (TReduction.IsExtremum)
                {
                    EdgeProductWork<ChosenProduct, T>.Run(graph, from, x.Stride, g, stride, edges, arg.Stride, features, heads, dw, dWeights.Stride, threads);
                }
                else
                {
                    EdgeProductWork<PlainProduct, T>.Run(graph, from, x.Stride, g, stride, null, 0, features, heads, dw, dWeights.Stride, threads);
                }
            }
        }
    }

    private static void AggregateRows<TReduction, T>(EdgeIndex index, ReadOnlySpan<int> neighbours, T* x, nint stride, T* weights, nint weightStride, int heads, RowOutput<T> output, int threads)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (int* rows = neighbours, order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            var slices = FeatureSlices<T>.Of(index, x, stride, output.Features, heads);
            using var scratch = Scratch.Rent(slices.ScratchSize);
            slices.Use(scratch);
            var width = weights is null || heads == 0 ? output.Features : output.Features / heads;
            for (nint first = 0; first < output.Features; first += slices.Width)
            {
                var slice = output.ColumnRange(first, Math.Min(slices.Width, output.Features - first));
                var from = slices.Read(first, slice.Features, threads, out var fromStride);
                if (weights is null)
                {
                    RowReductionWork<IndexedRows<T>, TReduction, T>.Run(new(from, fromStride, rows), index, offsets, order, slice, threads);
                    continue;
                }

                var w = weights + first / width;
                if (slice.Features > width && HeadIndexedRows<T>.Suits(width))
                {
                    RowReductionWork<HeadIndexedRows<T>, TReduction, T>.Run(new(from, fromStride, rows, order, w, weightStride, (int)width), index, offsets, order, slice, threads, width);
                }
                else
                {
                    RowReductionWork<WeightedIndexedRows<T>, TReduction, T>.Run(new(from, fromStride, rows, order, w, weightStride, (int)Math.Max(1, slice.Features / width)), index, offsets, order, slice, threads);
                }
            }
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void AggregateCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Native.Kernels.Cpu.Messages.Aggregate<TReduction, T>(graph.Host, x.View(), View(weights), output.View(), View(arg, graph.Nodes, output.Columns), fill, Threads);

    protected override void AggregateBackwardCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights) =>
        Native.Kernels.Cpu.Messages.AggregateBackward<TReduction, T>(graph.Host, x.View(), View(weights), View(arg, graph.Nodes, dOutput.Columns), dOutput.View(), dx.View(), dWeights is null ? default : dWeights.AsMatrix(weights!.Rows, weights.Columns).View(), Threads);
}
