namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Reduce<EdgeRow, TReduction>(index, new EdgeRow(v.Gpu()), output, arg, fill);

    protected override void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        var share = new GpuShare<T, TReduction>(index.Rows(), arg.Gpu(), dOutput.Gpu());
        device.Run(dv.Rows * dv.Columns, new SegmentReduceBackwardAction<TReduction>(share, dv.Gpu()));
    }

    internal readonly struct SegmentReduceBackwardAction<TReduction>(GpuShare<T, TReduction> share, GpuMatrix<T> dv) : IGpuAction
        where TReduction : struct, IReduction
    {
        private readonly GpuShare<T, TReduction> _share = share;
        private readonly GpuMatrix<T> _dv = dv;

        public void Run(long item)
        {
            var edge = item / _dv.Columns;
            var feature = item - edge * _dv.Columns;
            _dv.Set(edge, feature, _share.Value(_share.Rows.Index[edge], (int)edge, feature));
        }
    }

    /// <summary>The edge's own row: <c>v[e, f]</c>.</summary>
    internal readonly struct EdgeRow(GpuMatrix<T> v) : IGpuMessage<T>
    {
        private readonly GpuMatrix<T> _v = v;

        public T Value(long position, int edge, long feature) => _v[edge, feature];
    }
}
