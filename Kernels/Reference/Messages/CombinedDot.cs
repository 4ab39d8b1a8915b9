namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output)
    {
        Cells<T> rows = y, to = output;
        for (var e = 0; e < graph.Edges; e++)
        {
            var sum = 0.0;
            for (long f = 0; f < rows.Columns; f++)
            {
                sum += Message<TActivation>(graph.Host, message, e, f) * rows[graph.Host.Destination.Index[e], f];
            }

            to[e] = sum;
        }
    }
}
