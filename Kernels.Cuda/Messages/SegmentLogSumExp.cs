using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuMatrix<T>>>(LogSumExpKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(Threads(output), extent => launch(extent, index.Rows(), v.Gpu(), output.Gpu()));
    }

    protected override void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        var launch = Load<Action<LongIndex1D, GpuRows, GpuMatrix<T>, GpuMatrix<T>, GpuMatrix<T>, GpuMatrix<T>>>(LogSumExpBackwardKernel, (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(Threads(dv), extent => launch(extent, index.Rows(), v.Gpu(), output.Gpu(), dOutput.Gpu(), dv.Gpu()));
    }

    internal static void LogSumExpKernel(LongIndex1D thread, GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output)
    {
        var node = thread.X / output.Columns;
        var feature = thread.X - node * output.Columns;
        var (maximum, sum) = ShiftedSum(rows, v, node, feature);
        output.Set(node, feature, T.IsFinite(maximum) ? maximum + Log(sum) : maximum);
    }

    internal static void LogSumExpBackwardKernel(LongIndex1D thread, GpuRows rows, GpuMatrix<T> v, GpuMatrix<T> output, GpuMatrix<T> dOutput, GpuMatrix<T> dv)
    {
        var edge = thread.X / dv.Columns;
        var feature = thread.X - edge * dv.Columns;
        var node = rows.Index[edge];
        var lse = output[node, feature];
        dv.Set(edge, feature, T.IsNegativeInfinity(lse) ? T.Zero : dOutput[node, feature] * Exp(v[edge, feature] - lse));
    }

    /// <summary>Maximum <c>m</c> of a row, and <c>Σ exp(v - m)</c> if the maximum is finite. NaN wins the maximum.</summary>
    internal static (T Maximum, T Sum) ShiftedSum(GpuRows rows, GpuMatrix<T> v, long node, long feature)
    {
        var begin = rows.Begin(node);
        var end = rows.End(node);
        var maximum = T.NegativeInfinity;
        for (var position = begin; position < end; position++)
        {
            maximum = Scalar<T>.Max(new Scalar<T>(maximum), new Scalar<T>(v[rows.Order[position], feature])).Value;
        }

        var total = T.Zero;
        if (T.IsFinite(maximum))
        {
            for (var position = begin; position < end;)
            {
                var sum = T.Zero;
                var runEnd = IntrinsicMath.Min(position + 1024, end);
                for (; position < runEnd; position++)
                {
                    sum += Exp(v[rows.Order[position], feature] - maximum);
                }

                total += sum;
            }
        }

        return (maximum, total);
    }

    internal static T Exp(T x) => Functions.Exp<Scalar<T>, T>(new Scalar<T>(x)).Value;

    internal static T Log(T x) => Functions.Log<Scalar<T>, T>(new Scalar<T>(x)).Value;
}
