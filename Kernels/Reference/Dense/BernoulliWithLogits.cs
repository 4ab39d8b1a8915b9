namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void BernoulliWithLogitsCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Cells<T> l = logits, t = target, total = loss;
        var sum = 0.0;
        for (long i = 0; i < l.Rows; i++)
        {
            for (long j = 0; j < l.Columns; j++)
            {
                sum += Scalars.Softplus(l[i, j]) - l[i, j] * t[i, j];
            }
        }

        total[0] = sum;
    }

    protected override void BernoulliWithLogitsBackwardCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits)
    {
        Cells<T> l = logits, t = target, gradient = dLogits;
        for (long i = 0; i < l.Rows; i++)
        {
            for (long j = 0; j < l.Columns; j++)
            {
                gradient[i, j] = double.CreateTruncating(scale) * (Scalars.Logistic(l[i, j]) - t[i, j]);
            }
        }
    }
}
