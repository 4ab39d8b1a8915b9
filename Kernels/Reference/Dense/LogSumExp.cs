namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void LogSumExpCore(DeviceMatrix<T> x, DeviceTensor<T> output)
    {
        Cells<T> values = x, lse = output;
        for (long i = 0; i < values.Rows; i++)
        {
            // Where the maximum is not finite it is the answer.
            var maximum = Maximum(values, i);
            lse[i] = double.IsFinite(maximum) ? LogSumExp(values, i) : maximum;
        }
    }

    protected override void LogSumExpBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> output, DeviceTensor<T> dOutput, DeviceMatrix<T> dx)
    {
        Cells<T> values = x, lse = output, dLse = dOutput, gradient = dx;
        for (long i = 0; i < values.Rows; i++)
        {
            for (long j = 0; j < values.Columns; j++)
            {
                gradient[i, j] = double.IsNegativeInfinity(lse[i]) ? 0 : dLse[i] * Math.Exp(values[i, j] - lse[i]);
            }
        }
    }
}
