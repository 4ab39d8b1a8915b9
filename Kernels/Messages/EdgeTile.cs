namespace Native.Kernels;

/// <summary>How the edges of a tile are ordered: by destination (rows of the forward pass) or by source (rows of the backward pass).</summary>
public enum EdgeOrder
{
    /// <summary>Position <c>p</c> is edge <c>graph.Destination.Order[p]</c>.</summary>
    ByDestination,

    /// <summary>Position <c>p</c> is edge <c>graph.Source.Order[p]</c>.</summary>
    BySource,
}

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Materialises the combined messages of a tile of edges: <c>output[r] = f(t[dst[e]] + s[src[e]] + W_a a[e])</c>, <c>e</c> the edge at position <c>first + r</c>.
    /// For what must be done per edge (a linear map before a maximum): tile by tile, so that no <c>E×F</c> array is kept.
    /// </summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="output">Messages <c>[tile, F]</c>; overwritten; <c>first + tile ≤ E</c>.</param>
    public void EdgeTileMessages<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output)
        where TActivation : struct, IActivation
    {
        Check.Graph(Device, graph);
        CheckMessage(graph, message);
        CheckTile(graph, first, output.Rows);
        Check.Output(Device, output, output.Rows, message.Target.Columns);
        CheckApart(output, message);
        EdgeTileMessagesCore<TActivation>(graph, order, first, message, output);
    }

    /// <summary>
    /// Reduces a tile of edge values into the rows of its nodes: <c>output[i] = REDUCE(output[i], v[r] …)</c> over the positions of the tile, in order.
    /// Sum: adds. Max, Min: continues from <c>output</c> and <c>arg</c>, which the caller starts at <c>arg = -1</c>
    /// (where <c>arg</c> is -1 the value in <c>output</c> is not read); NaN wins and the first extremal edge keeps its place.
    /// </summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions; the rows are destinations or sources accordingly.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="v">Values of the tile, <c>[tile, F]</c>.</param>
    /// <param name="output">Node values <c>[N, F]</c>; accumulates.</param>
    /// <param name="arg">Max and Min: edge numbers <c>[N, F]</c>, continued; null for Sum.</param>
    public void EdgeTileReduce<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg = null)
        where TReduction : struct, IReduction
    {
        if (TReduction.IsMean)
        {
            throw new ArgumentException("TReduction: expected Sum, Max or Min, since a tile does not know the size of its segments, but got Mean.");
        }

        Check.Graph(Device, graph);
        CheckTile(graph, first, v.Rows);
        Check.Matrix(Device, v, v.Rows, output.Columns);
        Check.Output(Device, output, graph.Nodes, output.Columns);
        CheckArg<TReduction>(arg, graph.Nodes, output.Columns, required: true);
        Check.Apart(output, v);
        EdgeTileReduceCore<TReduction>(graph, order, first, v, output, arg);
    }

    /// <summary>
    /// Gradient of a Max or Min over destinations with respect to the values of a tile: <c>dv[r, f] = dOutput[dst[e], f]</c> where <c>arg[dst[e], f] = e</c>, else 0;
    /// <c>e</c> the edge at position <c>first + r</c>.
    /// </summary>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="order">Order of the positions.</param>
    /// <param name="first">First position of the tile.</param>
    /// <param name="arg">Edge numbers <c>[N, F]</c> of the forward pass.</param>
    /// <param name="dOutput">Gradient of the node values, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the tile's values, <c>[tile, F]</c>; overwritten.</param>
    public void EdgeTileExtremumBackward(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Check.Graph(Device, graph);
        CheckTile(graph, first, dv.Rows);
        Check.Vector(Device, arg, graph.Nodes * dv.Columns);
        Check.Matrix(Device, dOutput, graph.Nodes, dv.Columns);
        Check.Output(Device, dv, dv.Rows, dv.Columns);
        Check.Apart(dv, dOutput);
        EdgeTileExtremumBackwardCore(graph, order, first, arg, dOutput, dv);
    }

    /// <summary>Device side of <see cref="EdgeTileMessages"/>; arguments are checked.</summary>
    protected abstract void EdgeTileMessagesCore<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output)
        where TActivation : struct, IActivation;

    /// <summary>Device side of <see cref="EdgeTileReduce"/>; arguments are checked.</summary>
    protected abstract void EdgeTileReduceCore<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg)
        where TReduction : struct, IReduction;

    /// <summary>Device side of <see cref="EdgeTileExtremumBackward"/>; arguments are checked.</summary>
    protected abstract void EdgeTileExtremumBackwardCore(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv);

    private static void CheckTile(DeviceGraph graph, long first, long count)
    {
        if (first < 0 || first > graph.Edges - count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"first: expected a tile inside the {graph.Edges} edges, but got [{first}, {first + count}).");
        }
    }
}
