namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Cells<T> from = x, to = output;
        for (var e = 0; e < index.Edges; e++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                to[e, f] = from[index.Host.Index[e], f];
            }
        }
    }
}
