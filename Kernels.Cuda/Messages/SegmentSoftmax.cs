using ILGPU;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentSoftmaxCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        device.Run(index.Nodes * output.Columns, new SoftmaxAction(index.Rows(), v.Gpu(), output.Gpu()));

    protected override void SegmentSoftmaxBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        device.Run(index.Nodes * dv.Columns, new SoftmaxBackwardAction(index.Rows(), output.Gpu(), dOutput.Gpu(), dv.Gpu()));

    internal readonly struct SoftmaxAction(GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output) : IGpuAction
    {
        private readonly GpuRows _rows = rows;
        private readonly GpuMatrix<T> _v = v;
        private readonly GpuMatrix<T> _output = output;

        public void Run(long item)
        {
            var node = item / _output.Columns;
            var feature = item - node * _output.Columns;
            var end = _rows.End(node);
            var maximum = Maximum(_rows, _v, node, feature);
            if (T.IsFinite(maximum))
            {
                var scale = T.One / ShiftedSum(_rows, _v, node, feature, maximum);
                for (var position = _rows.Begin(node); position < end; position++)
                {
                    var edge = _rows.Order[position];
                    _output.Set(edge, feature, scale * Exp(_v[edge, feature] - maximum));
                }
            }
            else
            {
                // All -∞ gives 0; a +∞ gives NaN at its own edge and 0 at the others, as ∞ - ∞ and exp(-∞) do; NaN gives NaN.
                for (var position = _rows.Begin(node); position < end; position++)
                {
                    var edge = _rows.Order[position];
                    _output.Set(edge, feature, T.IsNegativeInfinity(maximum) ? T.Zero : Exp(_v[edge, feature] - maximum));
                }
            }
        }
    }

    internal readonly struct SoftmaxBackwardAction(GpuRows rows, GpuMatrix<T> output, GpuMatrix<T> dOutput, GpuMatrix<T> dv) : IGpuAction
    {
        private readonly GpuRows _rows = rows;
        private readonly GpuMatrix<T> _output = output;
        private readonly GpuMatrix<T> _dOutput = dOutput;
        private readonly GpuMatrix<T> _dv = dv;

        public void Run(long item)
        {
            var node = item / _dv.Columns;
            var feature = item - node * _dv.Columns;
            var end = _rows.End(node);
            var inner = T.Zero;
            for (var position = _rows.Begin(node); position < end;)
            {
                var sum = T.Zero;
                var runEnd = IntrinsicMath.Min(position + 1024, end);
                for (; position < runEnd; position++)
                {
                    var edge = _rows.Order[position];
                    sum += _output[edge, feature] * _dOutput[edge, feature];
                }

                inner += sum;
            }

            for (var position = _rows.Begin(node); position < end; position++)
            {
                var edge = _rows.Order[position];
                _dv.Set(edge, feature, _output[edge, feature] * (_dOutput[edge, feature] - inner));
            }
        }
    }
}
