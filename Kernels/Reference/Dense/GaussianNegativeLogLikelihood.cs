namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void GaussianNegativeLogLikelihoodCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Cells<T> m = mean, lv = logVariance, t = target, total = loss;
        var sum = 0.0;
        for (long i = 0; i < m.Rows; i++)
        {
            for (long j = 0; j < m.Columns; j++)
            {
                var error = t[i, j] - m[i, j];
                sum += 0.5 * (lv[i, j] + error * error * Math.Exp(-lv[i, j]) + Math.Log(2 * Math.PI));
            }
        }

        total[0] = sum;
    }

    protected override void GaussianNegativeLogLikelihoodBackwardCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance)
    {
        Cells<T> m = mean, lv = logVariance, t = target, dm = dMean, dlv = dLogVariance;
        var c = double.CreateTruncating(scale);
        for (long i = 0; i < m.Rows; i++)
        {
            for (long j = 0; j < m.Columns; j++)
            {
                var error = t[i, j] - m[i, j];
                var precision = Math.Exp(-lv[i, j]);
                if (!dm.IsAbsent)
                {
                    dm[i, j] = -c * error * precision;
                }

                if (!dlv.IsAbsent)
                {
                    dlv[i, j] = 0.5 * c * (1 - error * error * precision);
                }
            }
        }
    }
}
