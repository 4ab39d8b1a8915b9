using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.EdgeTileMessages"/>: the combined messages of the edges at the positions <c>first + r</c>, written out.</summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="output">Messages <c>[tile, F]</c>; overwritten; apart from the inputs.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the tile leaves the edges; the message names the argument.</exception>
    public static void EdgeTileMessages<TActivation, T>(Graph graph, EdgeOrder order, nint first, CombinedMessageView<T> message, MatrixView<T> output, int threads = 1)
        where TActivation : struct, IActivation
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        message.Check(graph);
        CheckTile(graph, first, output.Rows);
        ViewShape.Output(output, output.Rows, message.Target.Columns);
        if (output.Columns == 0)
        {
            return;
        }

        fixed (T* t = &message.Target.First, s = &message.Source.First, a = &message.EdgeFeatures.First, wa = &message.EdgeWeight.First, to = &output.First)
        {
            var tile = Tile(graph, message, t, s, a);
            if (order == EdgeOrder.ByDestination)
            {
                EdgeTileWork<TActivation, ByDestination, T>.Run(graph, first, output.Rows, tile, wa, message.EdgeWeight.Stride, null, 0, to, output.Stride, threads);
            }
            else
            {
                EdgeTileWork<TActivation, BySource, T>.Run(graph, first, output.Rows, tile, wa, message.EdgeWeight.Stride, null, 0, to, output.Stride, threads);
            }
        }
    }

    /// <summary><see cref="MessageKernels{T}.EdgeTileReduce"/>: reduces the values of a tile of edges into the rows of their nodes.</summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions; the rows are destinations or sources accordingly.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="v">Values of the tile, <c>[tile, F]</c>.</param>
    /// <param name="output">Node values <c>[N, F]</c>; accumulates.</param>
    /// <param name="arg">Max and Min: edge numbers <c>[N, F]</c>, continued (-1: nothing yet); absent for Sum.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the tile leaves the edges; the message names the argument.</exception>
    public static void EdgeTileReduce<TReduction, T>(Graph graph, EdgeOrder order, nint first, ReadOnlyMatrixView<T> v, MatrixView<T> output, MatrixView<int> arg = default, int threads = 1)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (TReduction.IsMean)
        {
            throw new ArgumentException("TReduction: expected Sum, Max or Min, since a tile does not know the size of its segments, but got Mean.");
        }

        CheckTile(graph, first, v.Rows);
        ViewShape.Matrix(v, v.Rows, output.Columns);
        ViewShape.Output(output, graph.Nodes, output.Columns);
        ViewShape.Arg<TReduction>(arg, graph.Nodes, output.Columns, required: true);
        fixed (T* from = &v.First, to = &output.First)
        fixed (int* edges = &arg.First)
        {
            var index = order == EdgeOrder.ByDestination ? graph.Destination : graph.Source;
            EdgeTileReduceWork<TReduction, T>.Run(index, first, v.Rows, from, v.Stride, new RowOutput<T>(to, output.Stride, output.Columns, edges, arg.Stride, default, true), threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.EdgeTileExtremumBackward"/>: gradient of a Max or Min over destinations with respect to the values of a tile.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="arg">Edge numbers <c>[N, F]</c> of the forward pass.</param>
    /// <param name="dOutput">Gradient of the node values, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the tile's values, <c>[tile, F]</c>; overwritten; apart from <paramref name="dOutput"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the tile leaves the edges; the message names the argument.</exception>
    public static void EdgeTileExtremumBackward<T>(Graph graph, EdgeOrder order, nint first, ReadOnlyMatrixView<int> arg, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dv, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        CheckTile(graph, first, dv.Rows);
        ViewShape.Matrix(arg, graph.Nodes, dv.Columns);
        ViewShape.Matrix(dOutput, graph.Nodes, dv.Columns);
        ViewShape.Output(dv, dv.Rows, dv.Columns);
        if (dv.Rows == 0)
        {
            return;
        }

        var byDestination = order == EdgeOrder.ByDestination;
        using var scratch = Scratch.Rent(byDestination ? Scratch.SizeOf<int>(dv.Rows) : 0);
        fixed (T* from = &dOutput.First, to = &dv.First)
        fixed (int* edges = &arg.First, positions = (byDestination ? graph.Destination : graph.Source).Order, destinations = graph.DestinationBySource)
        fixed (long* offsets = graph.Destination.Offsets)
        {
            var nodes = destinations + first;
            if (byDestination)
            {
                nodes = scratch.Take<int>(dv.Rows);
                var row = EdgeBlocks.RowOf(offsets, graph.Nodes, first);
                for (nint r = 0; r < dv.Rows; r++)
                {
                    while (offsets[row + 1] <= first + r)
                    {
                        row++;
                    }

                    nodes[r] = row;
                }
            }

            GatherWork<T>.Run(from, dOutput.Stride, nodes, edges, arg.Stride, positions + first, dv.Rows, dv.Columns, to, dv.Stride, threads);
        }
    }

    private static void CheckTile(Graph graph, nint first, nint count)
    {
        if (first < 0 || first > graph.Edges - count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"first: expected a tile inside the {graph.Edges} edges, but got [{first}, {first + count}).");
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void EdgeTileMessagesCore<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output) =>
        Native.Kernels.Cpu.Messages.EdgeTileMessages<TActivation, T>(graph.Host, order, (nint)first, View(message), output.View(), Threads);

    protected override void EdgeTileReduceCore<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg) =>
        Native.Kernels.Cpu.Messages.EdgeTileReduce<TReduction, T>(graph.Host, order, (nint)first, v.View(), output.View(), View(arg, graph.Nodes, output.Columns), Threads);

    protected override void EdgeTileExtremumBackwardCore(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        Native.Kernels.Cpu.Messages.EdgeTileExtremumBackward(graph.Host, order, (nint)first, View(arg, graph.Nodes, dOutput.Columns), dOutput.View(), dv.View(), Threads);
}
