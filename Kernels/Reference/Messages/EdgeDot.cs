namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output)
    {
        Cells<T> left = x, right = y, to = output;
        var width = left.Columns / to.Columns;
        for (var e = 0; e < graph.Edges; e++)
        {
            for (long h = 0; h < to.Columns; h++)
            {
                var sum = 0.0;
                for (var f = h * width; f < (h + 1) * width; f++)
                {
                    sum += left[graph.Host.Source.Index[e], f] * right[graph.Host.Destination.Index[e], f];
                }

                to[e, h] = sum;
            }
        }
    }
}
