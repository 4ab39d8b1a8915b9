using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentSoftmaxCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuMatrix<T>>>(SoftmaxKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(index.Nodes * output.Columns, extent => launch(extent, index.Rows(), v.Gpu(), output.Gpu()));
    }

    protected override void SegmentSoftmaxBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuMatrix<T>, GpuMatrix<T>>>(SoftmaxBackwardKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(index.Nodes * dv.Columns, extent => launch(extent, index.Rows(), output.Gpu(), dOutput.Gpu(), dv.Gpu()));
    }

    internal static void SoftmaxKernel(LongIndex1D thread, GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output)
    {
        var node = thread.X / output.Columns;
        var feature = thread.X - node * output.Columns;
        var (maximum, sum) = ShiftedSum(rows, v, node, feature);

        // All -∞ gives 0; +∞ and NaN give NaN, as ∞ - ∞ does.
        var scale = T.IsNegativeInfinity(maximum) ? T.Zero : T.IsFinite(maximum) ? T.One / sum : T.NaN;
        var end = rows.End(node);
        for (var position = rows.Begin(node); position < end; position++)
        {
            var edge = rows.Order[position];
            output.Set(edge, feature, T.IsFinite(maximum) ? scale * Exp(v[edge, feature] - maximum) : scale);
        }
    }

    internal static void SoftmaxBackwardKernel(LongIndex1D thread, GpuRows rows, GpuMatrix<T> output, GpuMatrix<T> dOutput, GpuMatrix<T> dv)
    {
        var node = thread.X / dv.Columns;
        var feature = thread.X - node * dv.Columns;
        var end = rows.End(node);
        var inner = T.Zero;
        for (var position = rows.Begin(node); position < end;)
        {
            var sum = T.Zero;
            var runEnd = IntrinsicMath.Min(position + 1024, end);
            for (; position < runEnd; position++)
            {
                var edge = rows.Order[position];
                sum += output[edge, feature] * dOutput[edge, feature];
            }

            inner += sum;
        }

        for (var position = rows.Begin(node); position < end; position++)
        {
            var edge = rows.Order[position];
            dv.Set(edge, feature, output[edge, feature] * (dOutput[edge, feature] - inner));
        }
    }
}
