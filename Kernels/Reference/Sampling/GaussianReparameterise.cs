namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void GaussianReparameteriseCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> output)
    {
        Cells<T> m = mean, lv = logVariance, z = output;
        for (long i = 0; i < z.Rows; i++)
        {
            for (long j = 0; j < z.Columns; j++)
            {
                z[i, j] = m[i, j] + Math.Exp(0.5 * lv[i, j]) * Value(epsilon, i, j, z.Columns, NormalAt);
            }
        }
    }

    protected override void GaussianReparameteriseBackwardCore(DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> dOutput, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance)
    {
        Cells<T> lv = logVariance, dz = dOutput, dm = dMean, dlv = dLogVariance;
        for (long i = 0; i < lv.Rows; i++)
        {
            for (long j = 0; j < lv.Columns; j++)
            {
                if (!dm.IsAbsent)
                {
                    dm[i, j] = dz[i, j];
                }

                if (!dlv.IsAbsent)
                {
                    dlv[i, j] = 0.5 * dz[i, j] * Value(epsilon, i, j, lv.Columns, NormalAt) * Math.Exp(0.5 * lv[i, j]);
                }
            }
        }
    }
}
