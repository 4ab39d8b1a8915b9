namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void SoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Cells<T> logits = x, p = output;
        for (long i = 0; i < p.Rows; i++)
        {
            var lse = LogSumExp(logits, i);
            for (long j = 0; j < p.Columns; j++)
            {
                p[i, j] = double.IsNegativeInfinity(lse) ? 0 : Math.Exp(logits[i, j] - lse);
            }
        }
    }

    protected override void SoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        Cells<T> p = output, dp = dOutput, gradient = dx;
        for (long i = 0; i < p.Rows; i++)
        {
            var inner = 0.0;
            for (long j = 0; j < p.Columns; j++)
            {
                inner += p[i, j] * dp[i, j];
            }

            for (long j = 0; j < p.Columns; j++)
            {
                gradient[i, j] = p[i, j] * (dp[i, j] - inner);
            }
        }
    }

    protected override void LogSoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Cells<T> logits = x, y = output;
        for (long i = 0; i < y.Rows; i++)
        {
            var lse = LogSumExp(logits, i);
            for (long j = 0; j < y.Columns; j++)
            {
                y[i, j] = double.IsNegativeInfinity(lse) ? lse : logits[i, j] - lse;
            }
        }
    }

    protected override void LogSoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        Cells<T> y = output, dy = dOutput, gradient = dx;
        for (long i = 0; i < y.Rows; i++)
        {
            var sum = 0.0;
            var allMasked = true;
            for (long j = 0; j < y.Columns; j++)
            {
                sum += dy[i, j];
                allMasked &= double.IsNegativeInfinity(y[i, j]);
            }

            for (long j = 0; j < y.Columns; j++)
            {
                gradient[i, j] = allMasked ? 0 : dy[i, j] - Math.Exp(y[i, j]) * sum;
            }
        }
    }

    private static double LogSumExp(Cells<T> logits, long row)
    {
        // All -∞ is an answer; a +∞ less the maximum is NaN, and so is every term that is divided by it.
        var maximum = Maximum(logits, row);
        if (!double.IsFinite(maximum))
        {
            return double.IsNegativeInfinity(maximum) ? maximum : double.NaN;
        }

        var sum = 0.0;
        for (long j = 0; j < logits.Columns; j++)
        {
            sum += Math.Exp(logits[row, j] - maximum);
        }

        return maximum + Math.Log(sum);
    }

    // Math.Max propagates a NaN.
    private static double Maximum(Cells<T> logits, long row)
    {
        var maximum = double.NegativeInfinity;
        for (long j = 0; j < logits.Columns; j++)
        {
            maximum = Math.Max(maximum, logits[row, j]);
        }

        return maximum;
    }
}
