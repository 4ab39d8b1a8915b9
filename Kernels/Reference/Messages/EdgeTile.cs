namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void EdgeTileMessagesCore<TActivation>(DeviceGraph graph, EdgeOrder order, long first, in CombinedMessage<T> message, DeviceMatrix<T> output)
    {
        Cells<T> to = output;
        var edges = Rows(graph, order).Order;
        for (long r = 0; r < to.Rows; r++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                to[r, f] = Message<TActivation>(graph.Host, message, edges[(int)(first + r)], f);
            }
        }
    }

    protected override unsafe void EdgeTileReduceCore<TReduction>(DeviceGraph graph, EdgeOrder order, long first, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg)
    {
        Cells<T> values = v, to = output;
        var rows = Rows(graph, order);
        for (long f = 0; f < values.Columns; f++)
        {
            for (long r = 0; r < values.Rows; r++)
            {
                var edge = rows.Order[(int)(first + r)];
                var node = rows.Index[edge];
                if (!TReduction.IsExtremum)
                {
                    // One rounding for each run of positions that belong to one node, as a sum in double demands.
                    var sum = to[node, f] + values[r, f];
                    while (r + 1 < values.Rows && rows.Index[rows.Order[(int)(first + r + 1)]] == node)
                    {
                        sum += values[++r, f];
                    }

                    to[node, f] = sum;
                    continue;
                }

                ref var bestEdge = ref arg!.Pointer[node * to.Columns + f];
                if (bestEdge < 0 || TReduction.Replaces(values[r, f], to[node, f]))
                {
                    to[node, f] = values[r, f];
                    bestEdge = edge;
                }
            }
        }
    }

    protected override void EdgeTileExtremumBackwardCore(DeviceGraph graph, EdgeOrder order, long first, DeviceTensor<int> arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Cells<T> to = dv;
        var edges = Rows(graph, order).Order;
        for (long r = 0; r < to.Rows; r++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                to[r, f] = Share<Max>(graph.Host.Destination, arg, dOutput, edges[(int)(first + r)], f);
            }
        }
    }

    private static EdgeIndex Rows(DeviceGraph graph, EdgeOrder order) => order == EdgeOrder.ByDestination ? graph.Host.Destination : graph.Host.Source;
}
