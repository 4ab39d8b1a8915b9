namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Cells<T> from = v, to = output;
        for (var node = 0; node < index.Nodes; node++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                var sum = to[node, f];
                for (var p = index.Host.Offsets[node]; p < index.Host.Offsets[node + 1]; p++)
                {
                    sum += from[index.Host.Order[(int)p], f];
                }

                to[node, f] = sum;
            }
        }
    }
}
