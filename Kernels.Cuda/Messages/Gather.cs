namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output) =>
        device.Run(output.Rows * output.Columns, new GatherAction(index.Rows(), x.Gpu(), output.Gpu()));

    internal readonly struct GatherAction(GpuRows rows, GpuMatrix<T> x, GpuMatrix<T> output) : IGpuAction
    {
        private readonly GpuRows _rows = rows;
        private readonly GpuMatrix<T> _x = x;
        private readonly GpuMatrix<T> _output = output;

        public void Run(long item)
        {
            var edge = item / _output.Columns;
            var feature = item - edge * _output.Columns;
            _output.Set(edge, feature, _x[_rows.Index[edge], feature]);
        }
    }
}
