namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void SquaredErrorCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Cells<T> p = prediction, t = target, total = loss;
        var sum = 0.0;
        for (long i = 0; i < p.Rows; i++)
        {
            for (long j = 0; j < p.Columns; j++)
            {
                sum += (p[i, j] - t[i, j]) * (p[i, j] - t[i, j]);
            }
        }

        total[0] = sum;
    }

    protected override void SquaredErrorBackwardCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dPrediction, DeviceMatrix<T> dTarget)
    {
        Cells<T> p = prediction, t = target, dp = dPrediction, dt = dTarget;
        var c = double.CreateTruncating(scale);
        for (long i = 0; i < p.Rows; i++)
        {
            for (long j = 0; j < p.Columns; j++)
            {
                var gradient = 2 * c * (p[i, j] - t[i, j]);
                if (!dp.IsAbsent)
                {
                    dp[i, j] = gradient;
                }

                if (!dt.IsAbsent)
                {
                    dt[i, j] = -gradient;
                }
            }
        }
    }
}
