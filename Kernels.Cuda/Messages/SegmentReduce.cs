using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Reduce<EdgeRow, TReduction>(index, new EdgeRow(v.Gpu()), output, arg, fill);

    protected override void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        var launch = Load<Action<LongIndex1D, GpuShare<T, TReduction>, GpuMatrix<T>>>(SegmentReduceBackwardKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        var share = new GpuShare<T, TReduction>(index.Rows(), arg.Gpu(), dOutput.Gpu());
        Launch(Threads(dv), extent => launch(extent, share, dv.Gpu()));
    }

    internal static void SegmentReduceBackwardKernel<TReduction>(LongIndex1D thread, GpuShare<T, TReduction> share, GpuMatrix<T> dv)
        where TReduction : struct, IReduction
    {
        var edge = thread.X / dv.Columns;
        var feature = thread.X - edge * dv.Columns;
        dv.Set(edge, feature, share.Value(share.Rows.Index[edge], (int)edge, feature));
    }

    /// <summary>The edge's own row: <c>v[e, f]</c>.</summary>
    internal readonly struct EdgeRow(GpuMatrix<T> v) : IGpuMessage<T>
    {
        private readonly GpuMatrix<T> _v = v;

        public T Value(long position, int edge, long feature) => _v[edge, feature];
    }
}
