namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
    {
        Cells<T> values = v;
        Reduce<TReduction>(index.Host, (e, f) => values[e, f], output, arg, fill);
    }

    protected override void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Cells<T> gradient = dv;
        for (var e = 0; e < index.Edges; e++)
        {
            for (long f = 0; f < gradient.Columns; f++)
            {
                gradient[e, f] = Share<TReduction>(index.Host, arg, dOutput, e, f);
            }
        }
    }
}
