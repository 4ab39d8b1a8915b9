namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void GaussianKlCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> priorMean, DeviceMatrix<T> priorLogVariance, DeviceTensor<T> output)
    {
        Cells<T> m = mean, lv = logVariance, pm = priorMean, plv = priorLogVariance, kl = output;
        for (long i = 0; i < m.Rows; i++)
        {
            var sum = 0.0;
            for (long j = 0; j < m.Columns; j++)
            {
                var (d, error, precision) = Terms(m, lv, pm, plv, i, j);
                sum += Math.Exp(d) - 1 - d + error * error * precision;
            }

            kl[i] = 0.5 * sum;
        }
    }

    protected override void GaussianKlBackwardCore(
        DeviceMatrix<T> mean,
        DeviceMatrix<T> logVariance,
        DeviceMatrix<T> priorMean,
        DeviceMatrix<T> priorLogVariance,
        DeviceTensor<T> dOutput,
        DeviceMatrix<T> dMean,
        DeviceMatrix<T> dLogVariance,
        DeviceMatrix<T> dPriorMean,
        DeviceMatrix<T> dPriorLogVariance)
    {
        Cells<T> m = mean, lv = logVariance, pm = priorMean, plv = priorLogVariance, g = dOutput;
        Cells<T> dm = dMean, dlv = dLogVariance, dpm = dPriorMean, dplv = dPriorLogVariance;
        for (long i = 0; i < m.Rows; i++)
        {
            for (long j = 0; j < m.Columns; j++)
            {
                var (d, error, precision) = Terms(m, lv, pm, plv, i, j);
                var slope = g[i] * error * precision;
                var excess = 0.5 * g[i] * (Math.Exp(d) - 1);
                Set(dm, i, j, slope);
                Set(dlv, i, j, excess);
                Set(dpm, i, j, -slope);
                Set(dplv, i, j, -excess - 0.5 * g[i] * error * error * precision);
            }
        }
    }

    private static void Set(Cells<T> gradient, long row, long column, double value)
    {
        if (!gradient.IsAbsent)
        {
            gradient[row, column] = value;
        }
    }

    private static (double Difference, double Error, double Precision) Terms(Cells<T> mean, Cells<T> logVariance, Cells<T> priorMean, Cells<T> priorLogVariance, long row, long column) =>
        priorMean.IsAbsent
            ? (logVariance[row, column], mean[row, column], 1)
            : (logVariance[row, column] - priorLogVariance[row, column], mean[row, column] - priorMean[row, column], Math.Exp(-priorLogVariance[row, column]));
}
