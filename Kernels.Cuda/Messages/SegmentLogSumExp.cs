using ILGPU;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        device.Run(output.Rows * output.Columns, new LogSumExpAction(index.Rows(), v.Gpu(), output.Gpu()));

    protected override void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        device.Run(dv.Rows * dv.Columns, new LogSumExpBackwardAction(index.Rows(), v.Gpu(), output.Gpu(), dOutput.Gpu(), dv.Gpu()));

    internal readonly struct LogSumExpAction(GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output) : IGpuAction
    {
        private readonly GpuRows _rows = rows;
        private readonly GpuMatrix<T> _v = v;
        private readonly GpuMatrix<T> _output = output;

        public void Run(long item)
        {
            var node = item / _output.Columns;
            var feature = item - node * _output.Columns;
            var maximum = Maximum(_rows, _v, node, feature);
            _output.Set(node, feature, T.IsFinite(maximum) ? maximum + Log(ShiftedSum(_rows, _v, node, feature, maximum)) : maximum);
        }
    }

    internal readonly struct LogSumExpBackwardAction(GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output, GpuMatrix<T> dOutput, GpuMatrix<T> dv) : IGpuAction
    {
        private readonly GpuRows _rows = rows;
        private readonly GpuMatrix<T> _v = v;
        private readonly GpuMatrix<T> _output = output;
        private readonly GpuMatrix<T> _dOutput = dOutput;
        private readonly GpuMatrix<T> _dv = dv;

        public void Run(long item)
        {
            var edge = item / _dv.Columns;
            var feature = item - edge * _dv.Columns;
            var node = _rows.Index[edge];
            var lse = _output[node, feature];
            _dv.Set(edge, feature, T.IsNegativeInfinity(lse) ? T.Zero : _dOutput[node, feature] * Exp(_v[edge, feature] - lse));
        }
    }

    /// <summary>Maximum of a row; NaN wins, and an empty row gives -∞.</summary>
    private static T Maximum(GpuRows rows, GpuMatrix<T> v, long node, long feature)
    {
        var maximum = T.NegativeInfinity;
        var end = rows.End(node);
        for (var position = rows.Begin(node); position < end; position++)
        {
            maximum = Scalar<T>.Max(new Scalar<T>(maximum), new Scalar<T>(v[rows.Order[position], feature])).Value;
        }

        return maximum;
    }

    /// <summary><c>Σ exp(v - m)</c> of a row, in runs of 1,024 terms.</summary>
    private static T ShiftedSum(GpuRows rows, GpuMatrix<T> v, long node, long feature, T maximum)
    {
        var total = T.Zero;
        var end = rows.End(node);
        for (var position = rows.Begin(node); position < end;)
        {
            var sum = T.Zero;
            var runEnd = IntrinsicMath.Min(position + 1024, end);
            for (; position < runEnd; position++)
            {
                sum += Exp(v[rows.Order[position], feature] - maximum);
            }

            total += sum;
        }

        return total;
    }

    private static T Exp(T x) => Functions.Exp<Scalar<T>, T>(new Scalar<T>(x)).Value;

    private static T Log(T x) => Functions.Log<Scalar<T>, T>(new Scalar<T>(x)).Value;
}
